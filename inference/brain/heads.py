"""The patients of a simulated cohort of heads, read from their DICOM files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.brain.orientation import upright
from inference.brain.placing import on_grid
from inference.dicom.read import read_volume
from inference.physics.head_patient import BrainLesion, Tracer
from inference.volume import Volume, Voxels

KINDS = ("nac", "chang", "ctac", "short")


@dataclass(frozen=True, eq=False)
class Head:
    """One patient. images: upright, on one grid of 4 mm, in the stored values of the files. Lesions: as simulated."""

    patient_id: str
    tracer: Tracer
    lesions: tuple[BrainLesion, ...]
    images: dict[str, Volume]
    truth_file: Path

    def truth(self) -> HeadTruth:
        """What no upload contains: the arrays beside the cohort. Raises FileNotFoundError if one is missing."""
        with np.load(self.truth_file) as found:
            if "exact" not in found:
                raise FileNotFoundError(f"{self.truth_file} is of an older simulator; make the cohort again.")
            return HeadTruth(found["ideal"], found["noise_free"], found["exact"], found["labels"])


@dataclass(frozen=True, eq=False)
class HeadTruth:
    """ideal: the tracer at the resolution of the corrected image. noise_free: the corrected image without noise.
    exact: that with a CT in its place, and neither attenuation nor scatter wrong. labels: the region of each voxel.
    All [k, j, i] on the grid of the images, in their units."""

    ideal: Voxels
    noise_free: Voxels
    exact: Voxels
    labels: NDArray[np.int8]


def read_heads(cohort: Path) -> Iterator[Head]:
    """In the order in which they were drawn. Raises FileNotFoundError without ground truth, and Unreadable."""
    truth = _truth_of(cohort)
    for patient_id, one in sorted(truth["patients"].items(), key=lambda item: item[1]["index"]):
        files = {kind: (cohort / one["images"][kind]).read_bytes() for kind in KINDS}
        yield Head(
            patient_id=patient_id,
            tracer=one["tracer"],
            lesions=tuple(_lesion(found) for found in one["patient"]["lesions"]),
            images={kind: on_grid(upright(read_volume([data]))) for kind, data in files.items()},
            truth_file=cohort / one["truth"],
        )


def _truth_of(cohort: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((cohort / "truth.json").read_text(encoding="utf-8"))
    except FileNotFoundError as problem:
        raise FileNotFoundError(
            f"{cohort} has no truth.json: it is no finished simulated cohort"
        ) from problem
    if found.get("organ") != "brain":
        raise FileNotFoundError(f"{cohort} is no cohort of heads; make one with cohort --organ brain")
    return found


def _lesion(found: dict[str, Any]) -> BrainLesion:
    return BrainLesion(found["kind"], tuple(found["centre_mm"]), tuple(found["radii_mm"]), found["loss"])
