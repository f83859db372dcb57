"""From DICOM files of a head to what a reader will see: neutral volume and regional means. Pure; no database."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydicom import dcmread

from inference.brain.neutral import Brain, find_brain, neutral_volume, region_values
from inference.brain.orientation import upright
from inference.dicom.codes import code_of
from inference.dicom.read import Unreadable, read_volume
from inference.physics.head_patient import Tracer
from inference.volume import Volume
from reader_study.cases.spread import UNUSABLE, in_units_of

NOT_PERFUSION = "not_perfusion"
_IOFLUPANE = {("429296007", "SCT"), ("C-B07EC", "SRT")}


@dataclass(frozen=True)
class BrainUncertainty:
    """neutral: as that of the image, on its grid and its scale; segments: 12 values in points of that scale."""

    neutral: bytes
    segments: list[float]


@dataclass(frozen=True)
class DerivedBrain:
    """neutral: uint16 LE [80, 112, 96]; segments: mean of each region in % of the maximum."""

    neutral: bytes
    segments: list[float]
    flags: list[str]
    uncertainty: BrainUncertainty | None


def derive_brain(files: Sequence[bytes], *, uncertainty: bytes | None = None) -> DerivedBrain:
    """Prepare a brain image for reading, and the uncertainty that came with it, an NM file on the image's grid.

    The regions are laid over this image alone. An image whose tracer is known to show the dopamine transporter has
    the flag "not_perfusion"; an uncertainty that cannot be used, "uncertainty_unusable".
    Raises Unreadable, NotUpright, BrainNotFound.
    """
    volume = read_volume(files)
    brain = find_brain(volume)
    tracer = _tracer(files[0])
    values = region_values(brain, tracer=tracer)
    flags = {*brain.flags, *values.flags, *((NOT_PERFUSION,) if tracer != "perfusion" else ())}
    spread: BrainUncertainty | None = None
    if uncertainty is not None:
        try:
            deviation = in_units_of(uncertainty, image=files[0], grid=volume)
        except Unreadable:
            flags.add(UNUSABLE)
        else:
            spread = _uncertainty(deviation, brain, tracer)
    return DerivedBrain(
        neutral=neutral_volume(brain).to_bytes(),
        segments=list(values.percent),
        flags=sorted(flags),
        uncertainty=spread,
    )


def _uncertainty(deviation: Volume, brain: Brain, tracer: Tracer) -> BrainUncertainty:
    """The image's own brain places and scales it: 40,000 is 100 points of % of the image's robust maximum."""
    spread = upright(deviation)
    return BrainUncertainty(
        neutral=neutral_volume(replace(brain, image=spread)).to_bytes(),
        segments=list(region_values(brain, tracer=tracer, of=spread).percent),
    )


def _tracer(data: bytes) -> Tracer:
    """What the radiopharmaceutical of a file shows; perfusion unless its code says the transporter."""
    header = dcmread(io.BytesIO(data), stop_before_pixels=True)
    injected = header.get("RadiopharmaceuticalInformationSequence") or []
    codes = {code_of(code) for one in injected for code in one.get("RadiopharmaceuticalCodeSequence") or []}
    return "dat" if codes & _IOFLUPANE else "perfusion"
