"""Brain SPECT, corrected by CT, of a fifth of the time -> as of the full time."""

from __future__ import annotations

from functools import partial

from inference.brain.pairing import brain_measurement, pairs_of
from inference.brain.placing import place_head, refusal
from inference.dicom.read import Header
from inference.translation.task import Acceptance, NetworkShape, Recipe, Task
from inference.volume import Volume

NOT_CORRECTED = (
    "This image is not corrected for attenuation; give the one of the same study that CT corrected."
)


def refuse(header: Header | None, volume: Volume) -> str | None:
    """Why this image is no corrected transaxial SPECT of a head; None if it may be one."""
    if header is not None and not header.attenuation_corrected:
        return NOT_CORRECTED
    return refusal(header, volume)


TASK = Task(
    name="brain/short-to-full",
    title="Transaxial brain SPECT of a fifth of the time -> as of the full time",
    version=2,
    organ="brain",
    inputs=("transaxial SPECT of a head, corrected by CT, of about a fifth of the usual time",),
    makes="brain SPECT as of the full time",
    label="vFULL",
    refuse=refuse,
    place=place_head,
    network=NetworkShape(coordinates=3, keeps=5.0),  # means of regions are right already, but for their noise
    recipe=Recipe(
        batch=12,
        elsewhere=0.1,
        near=2.0,
        abnormal=4.0,
        gradient=0.1,
        rotation=0.3,
        zoom=0.10,
        shift=3.0,
        averaging=0.995,
        side=64,
    ),
    pairs=partial(pairs_of, source="short", target="ctac", place=place_head),
    measure=brain_measurement("short", "ctac"),
    limits=(
        "Simulated heads, one camera and one reconstruction: other equipment is outside of what it knows.",
        "Training, validation and test heads come from the same simulated scanners, and the CTAC of each has errors of "
        "its own, the same for every head but for a small residue: what was measured says nothing of another scanner.",
        "It was made for a fifth of the usual counts; with fewer or more it smooths too little or too much.",
        "What is lost in the noise of a short scan, it cannot bring back: small lesions may fade.",
    ),
    acceptance=(
        Acceptance("mean regional error", "mean magnitude of regional errors at most 1 %", high=1),
        Acceptance("noise", "not noisier in white matter than the full scan (ratio at most 1)", high=1),
    ),
)
