"""Brain SPECT without attenuation correction -> as corrected by CT, on the absolute scale of the source."""

from __future__ import annotations

from functools import partial

from inference.brain.contour import head_tissue
from inference.brain.mask import BrainNotFound
from inference.brain.pairing import brain_measurement, pairs_of
from inference.brain.placing import place_head, refusal
from inference.dicom.read import Header
from inference.translation.refusals import CORRECTED
from inference.translation.task import Acceptance, NetworkShape, NotTranslatable, Placed, Recipe, Task
from inference.volume import Volume

# Broad-beam value of soft tissue: scatter stays in the image. One for both tracers: the network tells them apart.
_MU_PER_MM = 0.012


def refuse(header: Header | None, volume: Volume) -> str | None:
    """Why this image is no uncorrected transaxial SPECT of a head; None if it may be one."""
    if header is not None and header.attenuation_corrected:
        return CORRECTED
    return refusal(header, volume)


def place(volume: Volume) -> Placed:
    """The head on the grid, corrected by Chang's factors inside its skin: the network learns what they leave wrong.

    A path of a millimetre more changes the whole head by 1.5 %, and from five slices that cannot be seen.
    Raises NotTranslatable.
    """
    try:
        return place_head(volume, first=_by_chang)
    except BrainNotFound as problem:
        raise NotTranslatable(str(problem)) from problem


def _by_chang(image: Volume) -> Volume:
    # Correction needs torch, which takes seconds to load.
    from inference.correct.chang import corrected_inside  # noqa: PLC0415

    return corrected_inside(image, body=head_tissue(image), mu_per_mm=_MU_PER_MM)


TASK = Task(
    name="brain/nac-to-ctac",
    title="Transaxial brain SPECT without attenuation correction -> as corrected by CT",
    version=2,
    organ="brain",
    inputs=("transaxial SPECT of a head, 99mTc perfusion or 123I dopamine transporter, not corrected",),
    makes="attenuation-corrected brain SPECT",
    label="vCTAC",
    refuse=refuse,
    place=place,
    network=NetworkShape(coordinates=3),
    recipe=Recipe(
        batch=12,
        elsewhere=0.1,
        near=2.0,
        abnormal=4.0,
        gradient=0.25,
        rotation=0.15,
        zoom=0.0,  # a larger head is attenuated more
        shift=2.0,
        averaging=0.995,
        side=64,
    ),
    pairs=partial(pairs_of, source="nac", target="ctac", place=place),
    measure=brain_measurement("nac", "ctac"),
    limits=(
        "Simulated heads, one camera and one reconstruction: other equipment is outside of what it knows.",
        "Training, validation and test heads come from the same simulated scanners, and the CTAC of each has errors of "
        "its own, the same for every head but for a small residue: what was measured says nothing of another scanner.",
        "It imitates CT-based correction as simulated here, with the errors of that correction.",
        "It never sees the skull: where bone or air differ from what is usual, it can only guess.",
    ),
    acceptance=(
        Acceptance("mean regional error", "mean magnitude of regional errors at most 1 %", high=1),
        Acceptance("largest regional error", "largest regional error at most 4 %", high=4),
        Acceptance("share of Chang's error", "at most a fifth of Chang's regional error", high=0.2),
    ),
)
