"""What the brain report begins with: for each model in plain words what was reached and what was not."""

from __future__ import annotations

from typing import Any, Literal

from inference.evaluation.markdown import number, p_value, per_cent

Verdict = Literal["better", "worse", "not distinguishable"]
_ALPHA = 0.05  # two-sided


def conclusion(data: dict[str, Any]) -> list[str]:
    """One paragraph for each model, from the numbers of the report alone."""
    lines = []
    for kind, model in data["models"].items():
        said = _to_ctac(data, kind) if model["source"] == "nac" else _to_full(data, kind)
        lines += [" ".join([*said, *_lesions(data, kind)]), ""]
    return lines


def verdict(p_better: float, *, heads: int) -> Verdict:
    """From Wilcoxon's one-sided p of being better over so many heads: what a two-sided test at 5 % says."""
    if two_sided(p_better, heads=heads) >= _ALPHA:
        return "not distinguishable"
    return "better" if p_better < 0.5 else "worse"


def two_sided(p_better: float, *, heads: int) -> float:
    """The test is discrete: the other tail holds what was found too, which has a share of at least 1 in 2^heads."""
    return min(1.0, 2 * min(p_better, 1 - p_better + 0.5**heads))


def _to_ctac(data: dict[str, Any], kind: str) -> list[str]:
    targets, against, heads = data["targets"][kind], data["against"], _heads(data)
    found, chang = (against["ctac"][image]["raw"] for image in (kind, "chang"))
    p = data["compared"][kind]["chang"]["regional raw"]
    own, exact = (against["exact"][image]["raw"]["mean_abs"] for image in ("ctac", kind))
    p_exact = data["compared_exact"][kind]["regional raw"]
    return [
        f"**{kind} (uncorrected -> CTAC): {_reached(targets)}.**",
        f"A region is {number(found['mean_abs'])} % off CTAC on average and {number(found['max'], 1)} % at most, "
        f"Chang's {number(chang['mean_abs'])} % and {number(chang['max'], 1)} %: {_than(p, heads)} Chang "
        f"(p {p_value(two_sided(p, heads=heads))}), {number(found['mean_abs'] / chang['mean_abs'])} of its error.",
        f"The mean of a region over the heads, which published studies state, is at most "
        f"{number(_largest_mean(found), 1)} % off (Chang {number(_largest_mean(chang), 1)} %).",
        f"CTAC itself is {number(own)} % off a CTAC without noise and with an exact CT, the network "
        f"{number(exact)} %: {_than(p_exact, heads)} CTAC (p {p_value(two_sided(p_exact, heads=heads))}).",
    ]


def _to_full(data: dict[str, Any], kind: str) -> list[str]:
    targets, clear, heads = data["targets"][kind], data["against"]["noise_free"], _heads(data)
    of = data["compared"][kind]["short"]
    regional, voxels = verdict(of["regional raw"], heads=heads), verdict(of["nmse"], heads=heads)
    gain = {
        "better": "regions are nearer",
        "worse": "**no gain, regions are worse than those of the short scan itself**",
        "not distinguishable": "no gain in regions, which are not distinguishable from those of the short scan itself",
    }[regional]
    white = data["white_matter_variation"]
    against = data["against"]["ctac"][kind]["raw"]
    return [
        f"**{kind} (a fifth of the time -> full): {_reached(targets)}.**",
        f"Against the image without noise: {gain} ({number(clear[kind]['raw']['mean_abs'])} % against "
        f"{number(clear['short']['raw']['mean_abs'])} % of the short scan and "
        f"{number(clear['ctac']['raw']['mean_abs'])} % of the full one, "
        f"p {p_value(two_sided(of['regional raw'], heads=heads))}); "
        f"voxel by voxel it is {_than_itself(voxels)} (NMSE {number(clear[kind]['nmse']['mean'], 4)} against "
        f"{number(clear['short']['nmse']['mean'], 4)}, p {p_value(two_sided(of['nmse'], heads=heads))}).",
        f"Variation in white matter: {number(white[kind], 1)} %, short scan {number(white['short'], 1)} %, full scan "
        f"{number(white['ctac'], 1)} %.",
        f"Against the full scan, whose noise is its own, a region is {number(against['mean_abs'])} % off on average "
        f"and {number(against['max'], 1)} % at most: what the noise of a short scan does to the mean of a "
        "region looks like uptake.",
    ]


def _lesions(data: dict[str, Any], kind: str) -> list[str]:
    found = data["lesions"]
    if not found or not found["lesions"]:
        return ["No head of this cohort has a lesion."]
    rival = "ctac" if data["models"][kind]["source"] == "nac" else "short"
    one, other = found["images"][kind], found["images"][rival]
    name = "CTAC" if rival == "ctac" else "short scan"
    return [
        f"Lesions: {one['kept']} of {one['of']} kept (exact 95 % interval {per_cent(one['kept_interval'])} %), with "
        f"{number(one['recovery_truth'])} of their contrast; made up in {one['made_up']} of {found['clear']} clear "
        f"places ({name}: {other['made_up']}), filled in {one['filled_in']} of {found['lesioned']} places with a "
        f"lesion ({name}: {other['filled_in']}).",
        *all_keep_the_same(data),
    ]


def all_keep_the_same(data: dict[str, Any]) -> list[str]:
    """That the count of kept lesions tells no image from another, the uncorrected one included, where it is so."""
    kept = {(one["kept"], one["of"]) for one in data["lesions"]["images"].values()}
    if len(kept) > 1:
        return []
    return [
        "Every image keeps as many, the uncorrected one too: the count of kept lesions separates no image."
    ]


def _heads(data: dict[str, Any]) -> int:
    return sum(data["cohort"]["heads"].values())


def _reached(targets: dict[str, Any]) -> str:
    reached = sum(one["reached"] for one in targets.values())
    return f"{reached or 'none'} of {len(targets)} targets reached"


def _than(p_better: float, heads: int) -> str:
    found = verdict(p_better, heads=heads)
    return f"{found} from" if found == "not distinguishable" else f"{found} than"


def _than_itself(found: Verdict) -> str:
    return (
        f"{found} from the short scan" if found == "not distinguishable" else f"{found} than the short scan"
    )


def _largest_mean(raw: dict[str, Any]) -> float:
    return float(max(abs(value) for value in raw["by_region"].values()))
