"""Myocardial perfusion SPECT without attenuation correction -> an image like PET, in the frame of the ventricle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter
from scipy.optimize import minimize_scalar

from inference.dicom.read import Header
from inference.heart.neutral import neutral_volume
from inference.heart.polar import polar_map
from inference.heart.segments import segment_values
from inference.heart.ventricle import (
    PLACING_VERSION,
    LeftVentricle,
    VentricleNotFound,
    find_left_ventricle,
)
from inference.translation import refusals
from inference.translation.grid import (
    SHAPE,
    SPACING_MM,
    NoActivity,
    coordinates,
    cylinder,
    frame_of,
    in_frame,
    scale_of,
)
from inference.translation.pairs import STATES, patient_folders, read_pairs, read_truth
from inference.translation.task import (
    ABNORMAL,
    ELSEWHERE,
    NEAR,
    Acceptance,
    LeftOut,
    Measurement,
    NetworkShape,
    NotTranslatable,
    Pair,
    Placed,
    Recipe,
    Task,
)
from inference.volume import Kind, Volume

_NEAR_MM, _HALF_WALL_MM, _BASE_MM = 50.0, 6.0, 8.0
_DEFECT_BELOW = 0.7
_LEAST_MM, _MOST_MM = 2.0, 8.0  # of a voxel; cameras reconstruct at 3 to 7 mm


def refuse(header: Header | None, volume: Volume) -> str | None:
    """Why this image is no uncorrected short-axis SPECT of a heart; None if it may be one."""
    stated = header is not None and (
        refusals.of_another_organ(header, organ="heart")
        or (refusals.CORRECTED if header.attenuation_corrected else None)
    )
    transaxial = refusals.TRANSAXIAL if volume.kind is not Kind.SHORT_AXIS else None
    return stated or transaxial or refusals.of_the_voxels(volume, least_mm=_LEAST_MM, most_mm=_MOST_MM)


def place(volume: Volume) -> Placed:
    """The volume in the frame of the ventricle that is found in it. Raises NotTranslatable."""
    return _placed(volume)[0]


def pairs(cohort: Path) -> Iterator[Pair | LeftOut]:
    """Stress and rest of every patient; nothing of one in whom no ventricle is found, as in use.

    Voxels correspond by index, so PET is put in the frame found in SPECT. Raises Unreadable, ValueError.
    """
    for folder in patient_folders(cohort):
        found = read_pairs(folder)
        try:
            yield from [_pair(found.patient_id, found.spect[state], found.pet[state]) for state in STATES]
        except (NotTranslatable, VentricleNotFound, NoActivity) as problem:
            yield LeftOut(found.patient_id, str(problem))


def _pair(patient: str, spect: Volume, pet: Volume) -> Pair:
    placed, ventricle = _placed(spect)
    target = in_frame(pet, frame_of(ventricle))
    return Pair(
        patient=patient,
        placed=placed,
        target=target.voxels / np.float32(scale_of(target.voxels)),
        region=_regions(target),
    )


def _placed(volume: Volume) -> tuple[Placed, LeftVentricle]:
    """The volume in the frame of its ventricle, and the ventricle. Raises NotTranslatable."""
    try:
        ventricle = find_left_ventricle(volume)
        if "not_ventricle_like" in ventricle.flags:
            raise VentricleNotFound("Nothing in this image looks like a left ventricle.")
        image = in_frame(volume, frame_of(ventricle))
        scale = scale_of(image.voxels)
    except (VentricleNotFound, NoActivity) as problem:
        reason = str(problem).removesuffix(".")
        raise NotTranslatable(refusals.NO_VENTRICLE.format(reason=reason)) from problem
    where = coordinates(length_mm=ventricle.length_mm, radius_mm=ventricle.radius_mm)
    flags = tuple(dict.fromkeys([*image.flags, *ventricle.flags]))
    image = Volume(image.voxels, image.affine, image.kind, flags)
    return Placed(image=image, scale=scale, coordinates=where), ventricle


def _regions(pet: Volume) -> NDArray[np.uint8]:
    """Near the heart, and where its wall shows a defect in PET."""
    ventricle = find_left_ventricle(pet)
    wall = _wall(ventricle)
    # The edges of a normal wall are dim too: a defect is where even the middle of the wall is.
    bright = maximum_filter(np.where(wall, pet.voxels, 0), size=(3, 5, 5), mode="nearest")
    defect = wall & (bright < _DEFECT_BELOW * ventricle.robust_max)
    near = np.broadcast_to(cylinder(_NEAR_MM), SHAPE)
    return np.where(defect, ABNORMAL, np.where(near, NEAR, ELSEWHERE)).astype(np.uint8)


def _wall(ventricle: LeftVentricle) -> NDArray[np.bool_]:
    """[k, j, i] of the grid: within 6 mm of the middle of the wall, a cylinder with a round end at the apex."""
    k, j, i = np.meshgrid(*(np.arange(n) * SPACING_MM for n in SHAPE), indexing="ij")
    points = np.stack([i, j, k], axis=-1) - ventricle.apex_mm
    along = (ventricle.base_mm - ventricle.apex_mm) / ventricle.length_mm
    height = points @ along
    nearest = np.clip(height, ventricle.radius_mm, None)[..., None] * along
    off = np.linalg.norm(points - nearest, axis=-1) - ventricle.radius_mm
    # Blur dims every wall towards its end at the base.
    return np.asarray((np.abs(off) <= _HALF_WALL_MM) & (height <= ventricle.length_mm - _BASE_MM))


def measure(cohorts: Sequence[Path], translated: Callable[[Volume], Volume]) -> Measurement:
    """Segments of SPECT and of virtual PET against PET and against the truth; misses first.

    Raises Unreadable, ValueError.
    """
    # Measuring is needed after training alone, and takes seconds to load.
    from inference.evaluation.images import LABELS  # noqa: PLC0415
    from inference.evaluation.report import agreement, as_text  # noqa: PLC0415
    from inference.evaluation.segments import measure as measured  # noqa: PLC0415

    truths = [read_truth(cohort) or {"patients": {}} for cohort in cohorts]
    truth = {"patients": {name: known for one in truths for name, known in one["patients"].items()}}
    folders = [folder for cohort in cohorts for folder in patient_folders(cohort)]
    report = agreement(measured(folders, translate=translated, truth=truth))
    table = [
        f"| inferior segments (4, 10, 15) below {report['abnormal_below']:.0f} % | refused patients | defects missed "
        "| false defects | of them without RCA disease | AUC |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for against, of in (("PET", report["against_pet"]), ("truth", report["against_truth"])):
        for kind, found in of.items():
            one = found["inferior"]
            cells = (
                f"{LABELS[kind]} against {against}",
                str(report["refused"][kind]["patients"]) if kind in report["refused"] else "–",
                f"{one['missed']} of {one['abnormal']}",
                f"{one['over_called']} of {one['normal']}",
                f"{one['over_called_without_disease']} of {one['normal_without_disease']}",
                "–" if one["auc"] is None else f"{one['auc']:.3f}",
            )
            table.append(f"| {' | '.join(cells)} |")
    return Measurement(
        figures=_figures(report),
        report=report,
        text="\n".join([*table, "", as_text(report)]),
        limits=_limits(report),
    )


def calibrate(cohorts: Sequence[Path], curve: Callable[[Volume], Callable[[float], Volume]]) -> float:
    """The exponent, 1 to 1.6, at which the most biased of the 17 segments at stress and at rest is biased least.

    That is what equivalence in all segments asks for. The mean over all segments at 0, which was tried before, deepens
    dense defects to make up for normal segments that are a little too high.
    Patients who are refused say nothing. Raises Unreadable, ValueError.
    """
    made, wanted = [], []
    for folder in (folder for cohort in cohorts for folder in patient_folders(cohort)):
        found = read_pairs(folder)
        with suppress(NotTranslatable, VentricleNotFound):
            curves = [curve(found.spect[state]) for state in STATES]
            wanted.append([_segments(found.pet[state]) for state in STATES])
            made.append(curves)
    if not made:
        raise ValueError("no patient of the validation cohorts can be translated and measured")

    def largest_bias(exponent: float) -> float:
        """Of means over the patients whose ventricle is still found at this exponent."""
        less = [
            [_less(image(exponent), pet) for image, pet in zip(*one, strict=True)]
            for one in zip(made, wanted, strict=True)
        ]
        return float(np.abs(np.nanmean(less, axis=0)).max())

    return float(minimize_scalar(largest_bias, bounds=(1.0, 1.6), options={"xatol": 0.01}).x)


def _less(volume: Volume, pet: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of the 17 segments less those of PET; nan if no ventricle is found."""
    try:
        return _segments(volume) - pet
    except VentricleNotFound:
        return np.full(17, np.nan)


def _segments(volume: Volume) -> NDArray[np.float64]:
    return segment_values(polar_map(neutral_volume(volume, find_left_ventricle(volume))))


def _figures(report: dict[str, Any]) -> dict[str, float]:
    """By "IMAGE v REFERENCE: WHAT"; "A less B v REFERENCE: WHAT" for what is wanted in comparison."""
    figures: dict[str, float | None] = {}
    for against in ("pet", "truth"):
        of = report[f"against_{against}"]
        by_image = {image: _of_one(found) for image, found in of.items()}
        for image, found in by_image.items():
            figures |= {f"{image} v {against}: {what}": value for what, value in found.items()}
        for rival in by_image.keys() & {"spect", "ctac"}:
            for what, value in by_image["virtual_pet"].items():
                other = by_image[rival][what]
                known = value is not None and other is not None
                figures[f"virtual_pet less {rival} v {against}: {what}"] = value - other if known else None
    return {name: round(value, 3) for name, value in figures.items() if value is not None}


def _of_one(found: dict[str, Any]) -> dict[str, Any]:
    inferior = found["inferior"]
    return {
        "inferior bias": inferior["bias"],
        "segment error": found["segment_mae"],
        "correlation": found["correlation"],
        "inferior missed": _share(inferior["missed"], inferior["abnormal"]),
        "inferior false": _share(inferior["over_called"], inferior["normal"]),
        "inferior false without RCA disease": _share(
            inferior["over_called_without_disease"], inferior["normal_without_disease"]
        ),
        "inferior AUC": inferior["auc"],
    }


def _share(count: int, of: int) -> float | None:
    return 100 * count / of if of else None


def _limits(report: dict[str, Any]) -> tuple[str, ...]:
    model, spect = (report["against_pet"][kind]["inferior"] for kind in ("virtual_pet", "spect"))
    true = {kind: found["inferior"] for kind, found in report["against_truth"].items()}
    return (
        f"It can fill in real inferior defects: of {model['abnormal']} inferior segments below 70 % in PET "
        f"(in {model['patients_with_abnormal']} of {report['patients']} patients), {model['missed']} were not below "
        f"it in virtual PET (SPECT: {spect['missed']}); those of "
        f"{report['refused']['virtual_pet']['patients']} patients with a study that it refused are counted.",
        f"It leaves false inferior defects: {model['over_called']} of {model['normal']} inferior segments that are "
        f"normal in PET (SPECT: {spect['over_called']}), {model['over_called_without_disease']} of "
        f"{model['normal_without_disease']} in patients without RCA disease (SPECT: "
        f"{spect['over_called_without_disease']}).",
        f"Against the simulated truth, of {true['pet']['abnormal']} abnormal inferior segments virtual PET misses "
        f"{true['virtual_pet']['missed']}, SPECT {true['spect']['missed']}, PET {true['pet']['missed']}.",
    )


TASK = Task(
    name="heart/spect-to-pet",
    title="Short-axis myocardial perfusion SPECT without attenuation correction -> PET-like image",
    version=3,
    organ="heart",
    inputs=("short-axis SPECT, stress or rest, not corrected for attenuation",),
    makes="virtual PET",
    placing=PLACING_VERSION,
    label="vPET",
    refuse=refuse,
    place=place,
    network=NetworkShape(coordinates=1),
    recipe=Recipe(),
    pairs=pairs,
    measure=measure,
    calibrate=calibrate,
    limits=(
        "Simulated cameras, orbits, reconstructions and tracers: other equipment is outside of what it knows.",
        "It imitates PET as simulated here, with the errors of that PET.",
        "It looks where the ventricle was found; where the finder is wrong, so is the virtual PET.",
        "Members that agree may all be wrong: the uncertainty shows less than the error. The SPECT must always be "
        "at hand beside it.",
    ),
    acceptance=(
        Acceptance(
            "virtual_pet less ctac v pet: inferior missed",
            "inferior defects missed against PET, no more than CTAC misses (points of per cent)",
            high=0,
        ),
        Acceptance(
            "virtual_pet v pet: inferior false", "false inferior defects against PET, at most 3 %", high=3
        ),
        Acceptance(
            "virtual_pet v pet: inferior bias", "inferior bias against PET within 2 points", low=-2, high=2
        ),
        Acceptance(
            "virtual_pet less ctac v truth: segment error",
            "segment error against truth, at most CTAC's",
            high=0,
        ),
        Acceptance(
            "virtual_pet less spect v truth: correlation", "correlation with truth, at least SPECT's", low=0
        ),
    ),
)
