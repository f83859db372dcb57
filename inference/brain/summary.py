"""Figures of many heads: regional errors, asymmetry, binding, lesions, noise; and what a model's card says of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from inference.brain.agreement import PAIRS, Against, HeadMeasured
from inference.brain.measures import READ_REGIONS
from inference.translation.task import Measurement

Floats = NDArray[np.float64]
# A lesion that hardly differs from the other side has no recovery to speak of.
_LEAST_CONTRAST = 0.10


def summary(heads: Sequence[HeadMeasured], *, against: str) -> dict[str, Any]:
    """By image: errors against one of the references ("ctac", "ideal", "noise_free"), ready for JSON.

    Regional errors are in per cent. mean: signed, over heads and regions; mean_abs and max: of the magnitude;
    by_region: signed means. scale: of the mean in the brain mask, over heads. Asymmetry is in points of the index,
    binding in per cent of the reference's binding ratio.
    """
    images = list(heads[0].against[against])
    return {image: _of_image([head.against[against][image] for head in heads]) for image in images}


def _of_image(found: list[Against]) -> dict[str, Any]:
    binding = np.array([one.binding for one in found if one.binding.size])
    return {
        "scale": _mean_sd([_scale_error(one) for one in found]),
        "raw": _errors(np.array([one.raw for one in found]), _NAMES),
        "scaled": _errors(np.array([one.scaled for one in found]), _NAMES),
        "nmse": _mean_sd([one.nmse for one in found]),
        "nmse_scaled": _mean_sd([one.nmse_scaled for one in found]),
        "asymmetry": _errors(np.array([one.asymmetry for one in found]), PAIRS),
        "binding": _errors(binding, _STRIATUM_NAMES) if binding.size else None,
        "noise": _mean_sd([one.noise for one in found]),
    }


_NAMES = tuple(f"{name} {side}" for name, side in READ_REGIONS)
_STRIATUM_NAMES = ("caudate left", "caudate right", "putamen left", "putamen right")


def _errors(errors: Floats, names: Sequence[str]) -> dict[str, Any]:
    """errors: [head, name], NaN where there is no such region."""
    return {
        "mean": float(np.nanmean(errors)),
        "mean_abs": float(np.nanmean(np.abs(errors))),
        "sd": float(np.nanstd(errors)),
        "max": float(np.nanmax(np.abs(errors))),
        "by_region": {name: float(np.nanmean(errors[:, n])) for n, name in enumerate(names)},
    }


def _scale_error(one: Against) -> float:
    """Of the mean in the mask, in per cent: what the scaled errors no longer hold."""
    return float(np.nanmedian(100 * ((1 + one.raw / 100) / (1 + one.scaled / 100) - 1)))


def _mean_sd(values: Sequence[float]) -> dict[str, float]:
    return {"mean": float(np.mean(values)), "sd": float(np.std(values))}


def compared(heads: Sequence[HeadMeasured], *, better: str, than: str, against: str) -> dict[str, float]:
    """One-sided Wilcoxon signed-rank p over heads: `better` has the smaller error than `than`; 0.5 if all are equal."""
    pairs = [(head.against[against][better], head.against[against][than]) for head in heads]
    kinds = {
        "nmse": [(one.nmse, other.nmse) for one, other in pairs],
        "regional raw": [
            (np.nanmean(np.abs(one.raw)), np.nanmean(np.abs(other.raw))) for one, other in pairs
        ],
        "regional scaled": [
            (np.nanmean(np.abs(one.scaled)), np.nanmean(np.abs(other.scaled))) for one, other in pairs
        ],
    }
    return {name: _wilcoxon(np.array(values)) for name, values in kinds.items()}


def _wilcoxon(values: Floats) -> float:
    differences = values[:, 0] - values[:, 1]
    return float(stats.wilcoxon(differences, alternative="less").pvalue) if differences.any() else 0.5


def lesions(heads: Sequence[HeadMeasured]) -> dict[str, Any]:
    """By image: how much of the contrast of the simulated lesions is there, and what became of clear places.

    recovery_truth, recovery_ctac: mean of contrast / contrast in the truth, in CTAC, of lesions with at least 0.10 in
    the truth. kept: how many of those seen in CTAC (half the true contrast) are seen in the image, with its exact
    (Clopper-Pearson) 95 % interval, as if lesions were independent. lesioned, clear: of the sites of the cortex those
    that can be filled in, and those where a lesion can be made up. Transporter heads have no lesions of the cortex.
    """
    read = [head for head in heads if head.lesions]
    if not read:
        return {}
    truth = np.concatenate([head.true_contrast for head in read])
    clear = truth >= _LEAST_CONTRAST
    contrasts = {
        image: np.concatenate([head.lesions[image].contrast for head in read])[clear]
        for image in read[0].lesions
    }
    found: dict[str, Any] = {
        "heads": len(read),
        "lesions": int(clear.sum()),
        "sites": sum(head.sites for head in read),
        "lesioned": sum(head.lesioned for head in read),
        "clear": sum(head.clear for head in read),
        "images": {},
    }
    for image, seen in contrasts.items():
        counts = {
            "made_up": sum(head.lesions[image].made_up for head in read),
            "filled_in": sum(head.lesions[image].filled_in for head in read),
        }
        found["images"][image] = {**_recovery(seen, truth[clear], contrasts.get("ctac")), **counts}
    return found


def _recovery(seen: Floats, truth: Floats, ctac: Floats | None) -> dict[str, Any]:
    if not len(truth):
        return {"recovery_truth": None, "recovery_sd": None, "recovery_ctac": None, **_kept(None, 0)}
    recovered = seen / truth
    # A lesion that noise or bias has taken from CTAC too cannot be kept.
    visible = np.ones(len(truth), bool) if ctac is None else ctac >= 0.5 * truth
    return {
        "recovery_truth": float(recovered.mean()),
        "recovery_sd": float(recovered.std()),
        "recovery_ctac": None if ctac is None else float((seen[visible] / ctac[visible]).mean()),
        **_kept(int((seen[visible] >= 0.5 * truth[visible]).sum()), int(visible.sum())),
    }


def _kept(kept: int | None, of: int) -> dict[str, Any]:
    exact = stats.binomtest(kept, of).proportion_ci(0.95, method="exact") if kept is not None and of else None
    return {"kept": kept, "of": of, "kept_interval": exact and [float(exact.low), float(exact.high)]}


def noise(heads: Sequence[HeadMeasured]) -> dict[str, float]:
    """Coefficient of variation in white matter by image, in per cent, mean over heads."""
    return {image: float(np.mean([head.white[image] for head in heads])) for image in heads[0].white}


def measurement_of(heads: Sequence[HeadMeasured], *, source: str, target: str) -> Measurement:
    """What a card says of a model whose images are "ai"."""
    report: dict[str, Any] = {
        "patients": len(heads),
        "regions_doubted": sum(head.doubted for head in heads),
        "against_ctac": summary(heads, against="ctac"),
        "against_truth": summary(heads, against="ideal"),
        "lesions": lesions(heads),
        "white_matter_variation": noise(heads),
    }
    ai, chang = report["against_ctac"]["ai"], report["against_ctac"]["chang"]
    figures = {
        "mean regional error": ai["raw"]["mean_abs"],
        "largest regional error": ai["raw"]["max"],
        "mean regional error, scaled": ai["scaled"]["mean_abs"],
        "share of Chang's error": ai["raw"]["mean_abs"] / chang["raw"]["mean_abs"],
        "noise": report["white_matter_variation"]["ai"] / report["white_matter_variation"]["noise_free"],
    }
    return Measurement(
        figures=figures,
        report=report,
        text=_text(report, source=source, target=target),
        limits=_limits(report),
    )


def _text(report: dict[str, Any], *, source: str, target: str) -> str:
    lines = [
        f"{report['patients']} simulated heads; errors of {len(_NAMES)} regions against {target}, in per cent.",
        "",
        "| image | mean | mean of magnitude | largest | mean of magnitude, scaled |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for image, found in report["against_ctac"].items():
        raw, scaled = found["raw"], found["scaled"]
        named = f"network, from {source}" if image == "ai" else image
        lines.append(
            f"| {named} | {raw['mean']:+.1f} | {raw['mean_abs']:.2f} | {raw['max']:.1f} | {scaled['mean_abs']:.2f} |"
        )
    return "\n".join(lines) + "\n"


def _limits(report: dict[str, Any]) -> tuple[str, ...]:
    if not report["lesions"] or not report["lesions"]["lesions"]:
        return ()
    found = report["lesions"]["images"]["ai"]
    return (
        f"In the {report['lesions']['heads']} perfusion heads of the validation it keeps "
        f"{100 * found['recovery_truth']:.0f} % of the contrast of {report['lesions']['lesions']} simulated lesions; "
        f"it made up a lesion in {found['made_up']} of {report['lesions']['clear']} clear places of the cortex and "
        f"filled in {found['filled_in']} of {report['lesions']['lesioned']} with a lesion. Defects of the dopamine "
        "transporter are not judged.",
    )
