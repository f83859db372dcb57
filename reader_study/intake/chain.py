"""Everything that is done with the bytes of a file that nobody trusts; it runs in the sandbox and nowhere else.

Gate, kind, decoding, header, stage 1, second look, pixels: what must be refused is refused before what might be
kept apart, so that a person is asked only about files that could be used.
"""

from collections.abc import Collection

from reader_study.intake.allowlist import ALLOWED
from reader_study.intake.decoding import decoded
from reader_study.intake.deidentification import Answers, Deidentified, deidentify
from reader_study.intake.description import Description, Kind, Pixels
from reader_study.intake.pixels import check_pixels
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import Quarantined, Refused
from reader_study.intake.soundness import check_class, check_soundness
from reader_study.intake.structure import read_structure
from reader_study.intake.tree import Malformed, Structure, text_at
from reader_study.intake.verification import left_over

_PATIENT_ID, _COMMENTS = 0x00100020, 0x00204000
_LONG_AXES = ("vertical_long_axis", "horizontal_long_axis")


def examined(
    data: bytes, *, pseudonyms: Pseudonyms, kinds: Collection[Kind] | None, answers: Answers
) -> Deidentified:
    """One file through the whole chain. Raises Refused, Quarantined; MemoryError if it is too much.

    kinds: what the protocol collects; None takes every kind, whatever view it shows.
    """
    structure = sound(data)
    doubt = _doubt(structure, looked_at=_looked_at(structure, pseudonyms, answers))
    result = deidentify(structure, pseudonyms=pseudonyms, answers=answers)
    description = result.description
    if kinds is not None:
        if description.kind not in kinds:
            raise Refused("not_in_protocol")
        if description.kind is Kind.SPECT and description.view in _LONG_AXES:
            raise Refused("not_short_axis")
    if doubt is not None:
        raise doubt
    own_words = (result.subject.token, description.line(), description.series_description())
    if left_over(data, structure, result.data, own_words=own_words):
        raise Quarantined("left_over")
    return result


def sound(data: bytes) -> Structure:
    """A file that is an image of a known kind, its pixels plain. Raises Refused."""
    try:
        structure = read_structure(data)
        check_class(structure, known=ALLOWED)
        return decoded(structure)
    except Malformed as error:
        raise Refused(error.code) from None


def _looked_at(structure: Structure, pseudonyms: Pseudonyms, answers: Answers) -> bool:
    """Whether a person looked for text in the image: now, or before the site sealed the file."""
    if answers.pixels is not Pixels.UNSEEN:
        return True
    if pseudonyms.subject_of(text_at(structure.root, _PATIENT_ID)) is None:
        return False
    description = Description.parse(text_at(structure.root, _COMMENTS))
    return description is not None and description.pixels is not Pixels.UNSEEN


def _doubt(structure: Structure, *, looked_at: bool) -> Quarantined | None:
    try:
        check_pixels(structure, looked_at=looked_at)
        check_soundness(structure)
    except Quarantined as doubt:
        return doubt
    return None
