"""Which image of its case a file is: by the organ that the study reads, and by what the file says of itself."""

import io

from pydicom import dcmread

from reader_study.cases.models import Image
from reader_study.intake.description import Description, Kind
from reader_study.intake.examination import Examined
from reader_study.intake.reasons import Quarantined, Refused
from reader_study.studies.protocol import ImageSet, Protocol

READ = (Kind.SPECT, Kind.PET)  # what becomes an image; everything else is a companion
Place = tuple[str, str]  # (image set, state)

# Body Part Examined (0018,0015) -> the organ that is read there; other parts tell nothing.
_ORGANS = {"HEART": "heart", "CHEST": "heart", "THORAX": "heart", "BRAIN": "brain", "HEAD": "brain"}
_VIEWS_OF_HEART = ("short_axis", "vertical_long_axis", "horizontal_long_axis")
_BY_METHOD = {"chang": Image.Set.CHANG, "ct": Image.Set.CTAC}
# Of what an image that was not corrected is needed for.
_MADE_OF_UNCORRECTED = {ImageSet.UNCORRECTED, ImageSet.CHANG, ImageSet.VIRTUAL_CTAC}


def place_of(examined: Examined, *, protocol: Protocol) -> Place:
    """The image set and the state that a file belongs to; of a companion no set, and the state if it says one.

    Raises
    ------
    Refused
        "other_organ": it says that it shows another one; "not_in_protocol": no arm needs it.
    Quarantined
        "state_unknown" in a study of the heart; "correction_unknown" in one of the brain: it was corrected for
        attenuation, and does not say by what.
    """
    description = examined.description
    if _organ(examined) not in (None, protocol.organ):
        raise Refused("other_organ")
    if protocol.organ == "brain":
        read = description.kind in READ
        return _of_brain(description, set(protocol.image_sets)) if read else "", Image.State.PERFUSION
    if description.kind not in READ:
        return "", description.state or ""
    if description.state is None:
        raise Quarantined("state_unknown")
    return description.kind, description.state


def places_to_fill(protocol: Protocol) -> list[Place]:
    """What a site has to send of each case; Chang's correction, which it may send, is made here if it does not."""
    wanted = set(protocol.image_sets)
    sets = {
        Image.Set.SPECT: bool(wanted & {ImageSet.SPECT, ImageSet.VIRTUAL_PET}),
        Image.Set.PET: ImageSet.PET in wanted,
        Image.Set.UNCORRECTED: bool(wanted & _MADE_OF_UNCORRECTED),
        Image.Set.CTAC: ImageSet.CTAC in wanted,
    }
    return [
        (image_set.value, state) for image_set, needed in sets.items() if needed for state in protocol.states
    ]


def _of_brain(description: Description, wanted: set[ImageSet]) -> str:
    if not description.corrected:
        if not wanted & _MADE_OF_UNCORRECTED:
            raise Refused("not_in_protocol")
        return Image.Set.UNCORRECTED
    image_set = _BY_METHOD.get(description.corrected_by)
    if image_set is None:
        raise Quarantined("correction_unknown")
    if ImageSet(image_set) not in wanted:
        raise Refused("not_in_protocol")
    return image_set


def _organ(examined: Examined) -> str | None:
    """The organ that the file says it shows; None if it does not say."""
    part = dcmread(io.BytesIO(examined.data), stop_before_pixels=True).get("BodyPartExamined") or ""
    if part in _ORGANS:
        return _ORGANS[part]
    return "heart" if examined.description.view in _VIEWS_OF_HEART else None
