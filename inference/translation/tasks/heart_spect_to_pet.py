"""Myocardial perfusion SPECT without attenuation correction -> an image like PET, in the frame of the ventricle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from inference.dicom.read import Header
from inference.heart.ventricle import LeftVentricle, VentricleNotFound, find_left_ventricle
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
from inference.translation.pairs import STATES, patient_folders, read_pairs
from inference.translation.task import (
    ABNORMAL,
    ELSEWHERE,
    NEAR,
    Acceptance,
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


def refuse(header: Header | None, volume: Volume) -> str | None:
    """Why this image is no uncorrected short-axis SPECT of a heart; None if it may be one."""
    if volume.kind is not Kind.SHORT_AXIS:
        return "Only short-axis images can be translated."
    if not np.isfinite(volume.voxels).all():
        return "The image holds values that are not numbers."
    return None


def place(volume: Volume) -> Placed:
    """The volume in the frame of the ventricle that is found in it. Raises NotTranslatable."""
    try:
        return _placed(volume, find_left_ventricle(volume))
    except (VentricleNotFound, NoActivity) as problem:
        raise NotTranslatable(str(problem)) from problem


def pairs(cohort: Path) -> Iterator[Pair]:
    """Stress and rest of every patient. Voxels correspond by index, so PET is put in the frame found in SPECT.

    Raises Unreadable, NotTranslatable, ValueError.
    """
    for folder in patient_folders(cohort):
        found = read_pairs(folder)
        for state in STATES:
            spect, pet = found.spect[state], found.pet[state]
            ventricle = find_left_ventricle(spect)
            target = in_frame(pet, frame_of(ventricle))
            yield Pair(
                patient=found.patient_id,
                placed=_placed(spect, ventricle),
                target=target.voxels / np.float32(scale_of(target.voxels)),
                region=_regions(target),
            )


def _placed(volume: Volume, ventricle: LeftVentricle) -> Placed:
    image = in_frame(volume, frame_of(ventricle))
    where = coordinates(length_mm=ventricle.length_mm, radius_mm=ventricle.radius_mm)
    flags = tuple(dict.fromkeys([*image.flags, *ventricle.flags]))
    image = Volume(image.voxels, image.affine, image.kind, flags)
    return Placed(image=image, scale=scale_of(image.voxels), coordinates=where)


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


def measure(cohort: Path, translated: Callable[[Volume], Volume]) -> Measurement:
    """Segments of SPECT and of virtual PET against PET and against the truth; misses first.

    Raises Unreadable, NotTranslatable, VentricleNotFound, ValueError.
    """
    # Measuring is needed after training alone, and takes seconds to load.
    from inference.evaluation.report import agreement, as_text  # noqa: PLC0415
    from inference.evaluation.segments import measure as measured  # noqa: PLC0415
    from inference.evaluation.segments import read_truth  # noqa: PLC0415

    report = agreement(measured(patient_folders(cohort), translate=translated, truth=read_truth(cohort)))
    pet, truth = report["against_pet"], report["against_truth"]
    rows = [
        ("SPECT against PET", pet["spect"]),
        ("virtual PET against PET", pet["virtual_pet"]),
        ("SPECT against truth", truth["spect"]),
        ("virtual PET against truth", truth["virtual_pet"]),
        ("PET against truth", truth["pet"]),
    ]
    table = [
        "| inferior segments (4, 10, 15), below 70 % of the maximum | defects missed | false defects |",
        "| --- | ---: | ---: |",
    ]
    for name, found in rows:
        inferior = found["inferior"]
        missed = f"{inferior['missed']} of {inferior['abnormal']}"
        table.append(f"| {name} | {missed} | {inferior['over_called']} of {inferior['normal']} |")
    return Measurement(
        figures=_figures(report),
        report=report,
        text="\n".join([*table, "", as_text(report)]),
        limits=_limits(report),
    )


def _figures(report: dict[str, Any]) -> dict[str, float]:
    figures: dict[str, float | None] = {}
    for against in ("pet", "truth"):
        for image, found in report[f"against_{against}"].items():
            inferior = found["inferior"]
            figures |= {
                f"{image} v {against}: inferior bias": inferior["bias"],
                f"{image} v {against}: segment error": found["segment_mae"],
                f"{image} v {against}: correlation": found["correlation"],
                f"{image} v {against}: inferior missed": _share(inferior["missed"], inferior["abnormal"]),
                f"{image} v {against}: inferior false": _share(inferior["over_called"], inferior["normal"]),
            }
    return {name: value for name, value in figures.items() if value is not None}


def _share(count: int, of: int) -> float | None:
    return 100 * count / of if of else None


def _limits(report: dict[str, Any]) -> tuple[str, ...]:
    model, spect = (report["against_pet"][kind]["inferior"] for kind in ("virtual_pet", "spect"))
    true = {kind: found["inferior"] for kind, found in report["against_truth"].items()}
    return (
        f"It can fill in real inferior defects: of {model['abnormal']} inferior segments below 70 % in PET "
        f"(in {model['patients_with_abnormal']} of {report['patients']} patients), {model['missed']} were not below "
        f"it in virtual PET (SPECT: {spect['missed']}).",
        f"It leaves false inferior defects: {model['over_called']} of {model['normal']} inferior segments that are "
        f"normal in PET (SPECT: {spect['over_called']}).",
        f"Against the simulated truth, of {true['pet']['abnormal']} abnormal inferior segments virtual PET misses "
        f"{true['virtual_pet']['missed']}, SPECT {true['spect']['missed']}, PET {true['pet']['missed']}.",
    )


TASK = Task(
    name="heart/spect-to-pet",
    title="Short-axis myocardial perfusion SPECT without attenuation correction -> PET-like image",
    version=2,
    organ="heart",
    inputs=("short-axis SPECT, stress or rest, not corrected for attenuation",),
    makes="virtual PET",
    refuse=refuse,
    place=place,
    network=NetworkShape(coordinates=1),
    recipe=Recipe(),
    pairs=pairs,
    measure=measure,
    limits=(
        "Simulated cameras, orbits, reconstructions and tracers: other equipment is outside of what it knows.",
        "It imitates PET as simulated here, with the errors of that PET.",
        "It looks where the ventricle was found; where the finder is wrong, so is the virtual PET.",
        "Members that agree may all be wrong: the uncertainty shows less than the error. The SPECT must always be "
        "at hand beside it.",
    ),
    acceptance=(
        Acceptance(
            "virtual_pet v pet: inferior bias", "inferior bias against PET within 2 points", low=-2, high=2
        ),
        Acceptance(
            "virtual_pet v pet: inferior false", "at most 3 % false inferior defects against PET", high=3
        ),
    ),
)
