"""Everything that is done with the bytes of a file that nobody trusts; it runs in the sandbox and nowhere else.

Gate, kind, seal, decoding, header, stage 1, second look, pixels: what must be refused is refused before what might be
kept apart, so that a person is asked only about files that could be used.
"""

from collections.abc import Collection

from reader_study.intake.allowlist import ALLOWED
from reader_study.intake.decoding import decoded
from reader_study.intake.deidentification import Answers, Deidentified, deidentify
from reader_study.intake.description import Kind, Pixels
from reader_study.intake.pixels import check_pixels
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import Quarantined, Refused
from reader_study.intake.seal import description_under_seal
from reader_study.intake.soundness import check_class, check_soundness
from reader_study.intake.structure import read_structure
from reader_study.intake.tree import Malformed, Structure
from reader_study.intake.verification import left_over

_LONG_AXES = ("vertical_long_axis", "horizontal_long_axis")


def examined(
    data: bytes, *, pseudonyms: Pseudonyms, kinds: Collection[Kind] | None, answers: Answers
) -> Deidentified:
    """One file through the whole chain. Raises Refused, Quarantined; MemoryError if it is too much.

    kinds: what the protocol collects; None takes every kind, whatever view it shows.
    """
    encoded = _known(data)
    under_seal = description_under_seal(encoded, pseudonyms)
    structure = _plain(encoded)
    looks = (answers.pixels, under_seal.pixels if under_seal else Pixels.UNSEEN)  # now, before it was sealed
    doubt = _doubt(structure, looked_at=any(look is not Pixels.UNSEEN for look in looks))
    result = deidentify(structure, pseudonyms=pseudonyms, answers=answers, under_seal=under_seal)
    description = result.description
    if kinds is not None:
        if description.kind not in kinds:
            raise Refused("not_in_protocol")
        if description.kind is Kind.SPECT and description.view in _LONG_AXES:
            raise Refused("not_short_axis")
    if doubt is not None:
        raise doubt
    own_words = (result.subject.token, result.line, description.series_description())
    if left_over(data, structure, result.data, own_words=own_words):
        raise Quarantined("left_over")
    return result


def sound(data: bytes) -> Structure:
    """A file that is an image of a known kind, its pixels plain. Raises Refused."""
    return _plain(_known(data))


def _known(data: bytes) -> Structure:
    try:
        structure = read_structure(data)
    except Malformed as error:
        raise Refused(error.code) from None
    check_class(structure, known=ALLOWED)
    return structure


def _plain(structure: Structure) -> Structure:
    try:
        return decoded(structure)
    except Malformed as error:
        raise Refused(error.code) from None


def _doubt(structure: Structure, *, looked_at: bool) -> Quarantined | None:
    try:
        check_pixels(structure, looked_at=looked_at)
        check_soundness(structure)
    except Quarantined as doubt:
        return doubt
    return None
