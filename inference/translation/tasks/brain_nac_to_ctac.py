"""Brain SPECT without attenuation correction -> as corrected by CT, on the absolute scale of the source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from inference.brain.heads import read_heads
from inference.brain.pairing import brain_measurement, pair_of, with_mirror
from inference.brain.placing import place_head, refusal
from inference.dicom.read import Header
from inference.translation.refusals import CORRECTED
from inference.translation.task import Acceptance, NetworkShape, Pair, Recipe, Task
from inference.volume import Volume


def refuse(header: Header | None, volume: Volume) -> str | None:
    """Why this image is no uncorrected transaxial SPECT of a head; None if it may be one."""
    if header is not None and header.attenuation_corrected:
        return CORRECTED
    return refusal(header, volume)


def pairs(cohort: Path) -> Iterator[Pair]:
    """Every head and its mirror image. Raises FileNotFoundError, Unreadable, NotTranslatable."""
    for head in read_heads(cohort):
        yield from with_mirror(pair_of(head, source="nac", target="ctac"))


TASK = Task(
    name="brain/nac-to-ctac",
    title="Transaxial brain SPECT without attenuation correction -> as corrected by CT",
    version=1,
    organ="brain",
    inputs=("transaxial SPECT of a head, 99mTc perfusion or 123I dopamine transporter, not corrected",),
    makes="attenuation-corrected brain SPECT",
    label="vCTAC",
    refuse=refuse,
    place=place_head,
    network=NetworkShape(coordinates=3),
    recipe=Recipe(
        batch=12,
        elsewhere=0.1,
        near=2.0,
        abnormal=4.0,
        gradient=0.25,
        rotation=0.15,
        zoom=0.06,
        shift=2.0,
        averaging=0.995,
        side=64,
    ),
    pairs=pairs,
    measure=brain_measurement("nac", "ctac"),
    limits=(
        "Simulated heads, one camera and one reconstruction: other equipment is outside of what it knows.",
        "It imitates CT-based correction as simulated here, with the errors of that correction.",
        "It never sees the skull: where bone or air differ from what is usual, it can only guess.",
    ),
    acceptance=(
        Acceptance("mean regional error", "mean magnitude of regional errors at most 1 %", high=1),
        Acceptance("largest regional error", "largest regional error at most 4 %", high=4),
        Acceptance("share of Chang's error", "at most a fifth of Chang's regional error", high=0.2),
    ),
)
