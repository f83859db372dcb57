"""The brain report for people, from the numbers of its JSON alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from inference.evaluation.brain_conclusion import all_keep_the_same, conclusion
from inference.evaluation.brain_figures import NAMES
from inference.evaluation.brain_scanners import scanners_in_words
from inference.evaluation.markdown import number, p_value, per_cent, table


def as_markdown(data: dict[str, Any]) -> str:
    heads = data["cohort"]["heads"]
    lines = [
        "# Brain: attenuation correction and short scans",
        "",
        f"**Simulated heads** (seed {data['cohort']['seed']}): "
        + ", ".join(f"{count} {tracer}" for tracer, count in heads.items())
        + ".",
        "",
        *scanners_in_words(data["scanners"]),
        *conclusion(data),
        "Regions are placed once, on the CTAC image, and shared by all images of a head. CTAC is as a scanner makes "
        "it: with noise, a CT that lies 1.5 mm and 1 degree off along and about each axis (sd), and the scanner's own "
        "errors of attenuation and scatter.",
        "",
        *[
            f"- {kind}: {model['task']}, version {model['version']}, {model['members']} members, "
            f"digest {model['digest'][:12]}"
            for kind, model in data["models"].items()
        ],
        "",
        "## Targets",
        "",
        *_targets(data),
        "## Regional errors against CTAC",
        "",
        "In per cent, over 16 regions and all heads; scaled: with CTAC's mean in the brain mask. A negative mean is "
        "underestimation. Scale: error of the mean in the mask, over heads.",
        "",
        *_regional(data, "ctac"),
        "By region, mean of signed errors, raw:",
        "",
        *_by_region(data),
        "![Errors by region](regions.svg)",
        "",
        "One head, each image scaled to its own brightest hundredth:",
        "",
        "![One head](example.svg)",
        "",
        "## Against the simulated truth",
        "",
        "The tracer at the resolution of CTAC.",
        "",
        *_regional(data, "ideal"),
        "## Against an exact CTAC",
        "",
        "CTAC without noise, its CT in place, attenuation and scatter right. What CTAC is away from it, no network "
        "can foresee from the uncorrected image.",
        "",
        *_regional(data, "exact"),
        "## By tracer, against CTAC",
        "",
        *_by_tracer(data),
        "## Left against right, and binding",
        "",
        "Asymmetry index 200 (left - right) / (left + right): error in points. Specific binding ratio of caudate and "
        "putamen against the occipital lobes: error in per cent.",
        "",
        *_asymmetry(data),
        "## Lesions",
        "",
        *_lesions(data),
        "## Noise",
        "",
        "Coefficient of variation in white matter (the image without noise shows what is no noise), and root mean "
        "square difference from that image in the brain mask, both in per cent.",
        "",
        *_noise(data),
        "## Is it better?",
        "",
        "One-sided Wilcoxon signed-rank over heads; to-CTAC models against CTAC, short-to-full models against the "
        "image without noise.",
        "",
        *_compared(data),
        *_members(data),
        *_commands(data),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _name(image: str) -> str:
    return NAMES.get(image, image)


def _shown(images: dict[str, Any]) -> list[str]:
    """Members of an ensemble have their own table."""
    return [image for image in images if "#" not in image]


def _targets(data: dict[str, Any]) -> list[str]:
    rows = [
        [
            f"{kind}: {what}",
            number(one["value"]),
            f"at most {one['wanted']:g}",
            "yes" if one["reached"] else "**no**",
        ]
        for kind, found in data["targets"].items()
        for what, one in found.items()
    ]
    return table(["regional error against CTAC, raw", "found", "wanted", "reached"], rows)


def _regional(data: dict[str, Any], reference: str) -> list[str]:
    rows = []
    for image in _shown(found := data["against"][reference]):
        if image == reference:
            continue
        raw, scaled, one = found[image]["raw"], found[image]["scaled"], found[image]
        rows.append(
            [
                _name(image),
                f"{number(one['scale']['mean'], 1, signed=True)} ± {number(one['scale']['sd'], 1)}",
                number(raw["mean"], 1, signed=True),
                number(raw["mean_abs"]),
                number(raw["max"], 1),
                number(one["nmse"]["mean"], 4),
                number(scaled["mean_abs"]),
                number(scaled["max"], 1),
                number(one["nmse_scaled"]["mean"], 4),
            ]
        )
    heads = [
        "scale, mean ± sd",
        "mean",
        "magnitude",
        "largest",
        "NMSE",
        "magnitude, scaled",
        "largest, scaled",
        "NMSE, scaled",
    ]
    return table(["image", *heads], rows)


def _by_region(data: dict[str, Any]) -> list[str]:
    found = data["against"]["ctac"]
    images = [image for image in _shown(found) if image != "ctac"]
    regions = found[images[0]]["raw"]["by_region"]
    return table(
        ["region", *map(_name, images)],
        [
            [region, *(number(found[image]["raw"]["by_region"][region], 1, signed=True) for image in images)]
            for region in regions
        ],
    )


def _by_tracer(data: dict[str, Any]) -> list[str]:
    rows = [
        [
            f"{tracer}, {_name(image)}",
            number(one["raw"]["mean_abs"]),
            number(one["raw"]["max"], 1),
            number(one["scaled"]["mean_abs"]),
            number(one["scaled"]["max"], 1),
        ]
        for tracer, found in data["by_tracer"].items()
        for image in _shown(found)
        if image != "ctac"
        for one in (found[image],)
    ]
    return table(["", "magnitude", "largest", "magnitude, scaled", "largest, scaled"], rows)


def _asymmetry(data: dict[str, Any]) -> list[str]:
    rows = []
    for image in _shown(data["against"]["ctac"]):
        cells = [_name(image)]
        for reference in ("ctac", "ideal"):
            one = data["against"][reference][image]
            binding = one["binding"]
            cells += [
                number(one["asymmetry"]["mean_abs"]),
                number(binding and binding["mean"], 1, signed=True),
                number(binding and binding["mean_abs"], 1),
            ]
        rows.append(cells)
    return table(
        [
            "image",
            "asymmetry, CTAC",
            "binding, CTAC",
            "magnitude",
            "asymmetry, truth",
            "binding, truth",
            "magnitude",
        ],
        rows,
    )


def _lesions(data: dict[str, Any]) -> list[str]:
    found = data["lesions"]
    if not found or not found["lesions"]:
        return ["No head of this cohort has a lesion.", ""]
    rows = [
        [
            _name(image),
            f"{number(one['recovery_truth'])} ({number(one['recovery_sd'])})",
            number(one["recovery_ctac"]),
            f"{one['kept']}/{one['of']} ({per_cent(one['kept_interval'])} %)",
            f"{one['made_up']}/{found['clear']}",
            f"{one['filled_in']}/{found['lesioned']}",
        ]
        for image, one in found["images"].items()
        if "#" not in image
    ]
    return [
        f"{found['lesions']} lesions with at least 10 % less than the other side in truth, in {found['heads']} "
        "perfusion heads. Kept: at least half the true contrast, of those that CTAC shows so, with the exact "
        "(Clopper-Pearson) 95 % interval, as if lesions were independent. "
        f"Of {found['sites']} places of the cortex, {found['clear']} are within 10 % of the other side in truth, and "
        f"made up are those that look 15 % weaker; {found['lesioned']} are 15 % weaker in truth, and filled in are "
        "those that look within 10 %. Defects of the dopamine transporter are not judged here; see binding above.",
        "",
        *[f"{said}\n" for said in all_keep_the_same(data)],
        *table(
            ["image", "contrast / truth (sd)", "contrast / CTAC", "kept", "made up", "filled in"],
            rows,
        ),
    ]


def _noise(data: dict[str, Any]) -> list[str]:
    difference = data["against"]["noise_free"]
    rows = [
        [_name(image), number(value, 1), number(difference.get(image, {}).get("noise", {}).get("mean"), 1)]
        for image, value in data["white_matter_variation"].items()
        if "#" not in image
    ]
    return table(["image", "variation in white matter", "difference from no noise"], rows)


def _compared(data: dict[str, Any]) -> list[str]:
    rows = [
        [f"{kind} better than {_name(than)}", *(p_value(p) for p in found.values())]
        for kind, rivals in data["compared"].items()
        for than, found in rivals.items()
    ]
    return table(["", "p, NMSE", "p, regional error", "p, regional error, scaled"], rows)


def _members(data: dict[str, Any]) -> list[str]:
    """Each training seed alone: mean and standard deviation over the members."""
    found = data["against"]["ctac"]
    rows = []
    for kind in data["models"]:
        members = [image for image in found if image.startswith(f"{kind}#")]
        if not members:
            continue
        for image in (*members, kind):
            one = found[image]
            rows.append(
                [
                    image if image != kind else f"{kind}, all",
                    number(one["raw"]["mean_abs"]),
                    number(one["raw"]["max"], 1),
                    number(one["scaled"]["mean_abs"]),
                    number(one["nmse"]["mean"], 4),
                ]
            )
        spread = [
            [f([found[image][a][b] for image in members]) for f in (np.mean, np.std)]
            for a, b in (("raw", "mean_abs"), ("raw", "max"), ("scaled", "mean_abs"), ("nmse", "mean"))
        ]
        cells = [
            f"{number(float(mean), digits)} ± {number(float(sd), digits)}"
            for (mean, sd), digits in zip(spread, (2, 1, 2, 4), strict=True)
        ]
        rows.append([f"{kind}, mean and sd of members", *cells])
    if not rows:
        return []
    heads = ["model", "magnitude", "largest", "magnitude, scaled", "NMSE"]
    return ["## Seeds", "", "Each member was trained with another seed.", "", *table(heads, rows)]


def _commands(data: dict[str, Any]) -> list[str]:
    """What makes all of it again; cohorts by their seeds."""
    test = {**data["cohort"], "patients": sum(data["cohort"]["heads"].values())}
    cohorts = [{"claim": test, "patients": test["patients"]}]
    trained = [model["trained"] for model in data["models"].values() if model["trained"]]
    cohorts += [one for how in trained for one in (*how["cohorts"], *how["validation"])]
    made = dict.fromkeys(
        f"python -m inference cohort --organ brain --patients {one['patients']} --sites {one['claim']['sites']} "
        f"--seed {one['claim']['seed']} --out var/heads-{one['claim']['seed']}"
        for one in cohorts
    )
    trainings = [
        _command(model["trained"], bundle=f"var/{kind}")
        for kind, model in data["models"].items()
        if model["trained"]
    ]
    bundles = " ".join(f"--bundle var/{kind}" for kind in data["models"])
    evaluated = f"python -m inference evaluate brain --cohort var/heads-{test['seed']} {bundles} --out REPORT"
    return ["## Commands", "", "```", *made, *trainings, evaluated, "```", ""]


def _command(trained: dict[str, Any], *, bundle: str) -> str:
    """The command of a card with the folders that its cohorts have here."""
    validation = " --validation ".join(f"var/heads-{one['claim']['seed']}" for one in trained["validation"])
    command = str(trained["command"]).replace("VALIDATION…", validation).replace("BUNDLE", bundle)
    for n, one in enumerate(trained["cohorts"], start=1):
        command = command.replace(f"COHORT{n}", f"var/heads-{one['claim']['seed']}")
    return command
