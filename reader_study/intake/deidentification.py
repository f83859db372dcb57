"""De-identification by rebuilding: a new file is made of what the rules prove harmless, nothing else.

The values come from the bounded tree of `structure`. What a rule does not prove is left out without being looked
at, so nothing in the old file can surprise the new one. The result is a *sealed* file: its subject, dates and UIDs
are pseudonyms that the site's key recognises, so that the same procedure run again gives the same bytes. It must
still pass `verification` before it may be sent or stored. `frontend/src/coordinator/deidentify` does the same in
the browser, byte for byte.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydicom.datadict import dictionary_VR

from reader_study.intake import writing
from reader_study.intake.allowlist import ALLOWED, EMPTY, IDENTIFIERS
from reader_study.intake.concepts import meanings
from reader_study.intake.describing import (
    answered,
    describe,
    frames_of,
    slices_of,
)
from reader_study.intake.description import Description, Pixels
from reader_study.intake.identifiers import (
    LARGEST_IDENTIFIER,
    SMALLEST_IDENTIFIER,
    SMALLEST_NUMBERING,
    as_numbers,
    is_personal,
)
from reader_study.intake.proving import UID_SHAPE, Proof, Unproven, digits_of_days, numbers_in
from reader_study.intake.pseudonyms import Pseudonyms, Subject
from reader_study.intake.reasons import Quarantined, Refused
from reader_study.intake.reporting import Entry, entry_of, ground_of_removal, path_of, report_digest
from reader_study.intake.rules import Codes, Items, PatientState, Rule
from reader_study.intake.seal import description_under_seal, sealed_line
from reader_study.intake.sealing import (
    OWN,
    STATE_CODES,
    code_elements,
    named,
    options_claimed,
    own_elements,
    state_item,
    states_by_code,
)
from reader_study.intake.tree import PIXEL_DATA, Element, Item, Structure, text_at, text_in

__all__ = [
    "Answers",
    "Blank",
    "Deidentified",
    "Entry",
    "deidentify",
    "named",
    "options_claimed",
    "report_digest",
]

_SOP_CLASS, _SOP_UID, _STUDY_UID, _SERIES_UID = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E
_ID, _COMMENTS = 0x00100020, 0x00204000
_SYNTHETIC, _FRAME_OF_REFERENCE = 0x0008001C, 0x00200052
_CONTEXT, _CONCEPT = 0x00400555, 0x0040A168
_CODE_VALUE, _CODE_SCHEME, _CODE_MEANING = 0x00080100, 0x00080102, 0x00080104
_ROWS, _COLUMNS, _SIGNED, _TABLE = 0x00280010, 0x00280011, 0x00280103, 0x00283000
_EMPTY_ELEMENTS = {tag: writing.element(tag, dictionary_VR(tag), b"") for tag in EMPTY}


@dataclass(frozen=True)
class Blank:
    """A box of pixels to be blanked: half open, of one frame (counted from 0) or of all (None)."""

    frame: int | None
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True)
class Answers:
    """What a coordinator decided about one file. patient_id: for a file that has none, or a wrong one."""

    state: str | None = None
    view: str | None = None
    pixels: Pixels = Pixels.UNSEEN
    blank: tuple[Blank, ...] = ()
    patient_id: bytes | None = None


@dataclass(frozen=True)
class Deidentified:
    """A sealed file and what is known of it; all UIDs are the study's own.

    line: the value of Image Comments: `description` and the seal. slices: how many files make up the image.
    was_sealed: it came as stage 1 of this site had written it.
    """

    data: bytes
    subject: Subject
    description: Description
    line: str
    study_uid: str
    series_uid: str
    sop_uid: str
    sop_class: str
    slices: int
    report: tuple[Entry, ...]
    was_sealed: bool


def deidentify(
    structure: Structure,
    *,
    pseudonyms: Pseudonyms,
    answers: Answers | None = None,
    under_seal: Description | None = None,
) -> Deidentified:
    """The sealed file of an allowed image whose pixels are not compressed (any more).

    under_seal: what `description_under_seal` said of the file as it came, which must be asked before its pixels are
    decoded; without it, it is asked here.

    Raises
    ------
    Refused
        "sop_class" for any other kind; "missing_attribute" without UIDs, matrix or pixels; "synthetic" for an
        image that was not acquired; "modality_lut" for values that only a table explains; "bad_value" when a
        number that the image depends on cannot be proven; and what `describe` raises.
    Quarantined
        "no_patient_id"; "seal_broken" for a file with a pseudonym of this site that is not as it was sealed.
    """
    answers = answers or Answers()
    root = structure.root
    sop_class = text_at(root, _SOP_CLASS)
    if sop_class not in ALLOWED:
        raise Refused("sop_class")
    if text_at(root, _SYNTHETIC) == "YES":
        raise Refused("synthetic")
    if _TABLE in root and root[_TABLE].items:  # without it, the values would be others
        raise Refused("modality_lut")
    uids = [text_at(root, tag) for tag in (_STUDY_UID, _SERIES_UID, _SOP_UID)]
    if not all(UID_SHAPE.fullmatch(uid) for uid in uids):
        raise Refused("missing_attribute")
    if not structure.pixels or PIXEL_DATA not in root:
        raise Refused("missing_attribute")
    sealed = under_seal or description_under_seal(structure, pseudonyms)
    subject = subject_of(root, pseudonyms, answers.patient_id)
    description = answered(
        sealed or describe(root, sop_class=sop_class),
        state=answers.state,
        view=answers.view,
        pixels=answers.pixels,
        blanked=bool(answers.blank),
    )
    numbers = set(_identifying_numbers(root, token=subject.token.encode()))
    builder = _Builder(
        Proof(
            pseudonyms,
            shift=None if sealed else subject.shift,
            frames=frames_of(root),
            signed=_SIGNED in root and root[_SIGNED].value[:1] == b"\1",
            identifiers=frozenset(
                form
                for number, personal in numbers
                if number >= SMALLEST_IDENTIFIER
                for form in as_numbers(number, pointed=personal)
            ),
            numberings=frozenset(number for number, _ in numbers),
            days=() if sealed else digits_of_days(_days(root)),
        ),
        description,
    )
    elements = builder.rebuilt(root, ALLOWED[sop_class], at_root=True)
    if _ROWS not in elements or _COLUMNS not in elements:
        raise Refused("missing_attribute")
    pixels = root[PIXEL_DATA].value
    image = _image(structure, answers.blank)
    builder.note(PIXEL_DATA, *_fate_of_pixels(pixels, image, answers.blank))
    elements |= own_elements(subject, description, frame_of_reference=_FRAME_OF_REFERENCE in elements)
    elements = _EMPTY_ELEMENTS | elements
    if _CONTEXT not in elements and description.state is not None:
        elements[_CONTEXT] = writing.sequence(_CONTEXT, [state_item(STATE_CODES[description.state])])
    line = sealed_line(description.line(), elements, pixels=image, pseudonyms=pseudonyms)
    elements[_COMMENTS] = writing.element(_COMMENTS, "LT", line.encode("ascii"))
    study_uid, series_uid, sop_uid = map(pseudonyms.uid, uids)
    return Deidentified(
        data=writing.part10(elements, pixels=image, sop_class=sop_class, sop_uid=sop_uid),
        subject=subject,
        description=description,
        line=line,
        study_uid=study_uid,
        series_uid=series_uid,
        sop_uid=sop_uid,
        sop_class=sop_class,
        slices=slices_of(root, kind=description.kind),
        report=(
            Entry("preamble", "removed", "header"),
            Entry("0002,xxxx", "changed", "header"),
            *builder.report,
        ),
        was_sealed=sealed is not None,
    )


def subject_of(root: Item, pseudonyms: Pseudonyms, answer: bytes | None) -> Subject:
    """Whose file it is, by what a person said or what stands in it. Raises Quarantined ("no_patient_id")."""
    patient_id = root[_ID].value.strip(b" \0") if _ID in root else b""
    if answer is not None and answer.strip(b" \0"):
        return pseudonyms.subject(answer)
    own = pseudonyms.subject_of(text_at(root, _ID))
    if own is None and not patient_id:
        raise Quarantined("no_patient_id")
    return own or pseudonyms.subject(patient_id)


def _image(structure: Structure, blanks: tuple[Blank, ...]) -> bytes | memoryview:
    """The pixel data without what stands behind them; boxes that are to be blanked are zero."""
    root = structure.root
    image = memoryview(root[PIXEL_DATA].value)[: structure.pixel_bytes]
    if blanks:
        rows, columns = (int.from_bytes(root[tag].value, "little") for tag in (_ROWS, _COLUMNS))
        frames = frames_of(root)
        size = structure.pixel_bytes // (rows * columns * frames)  # bytes of a pixel
        boxed = bytearray(image)
        for blank in blanks:
            left, right = max(0, blank.left), min(columns, blank.right)
            for frame in range(frames) if blank.frame is None else [blank.frame]:
                for row in range(max(0, blank.top), min(rows, blank.bottom)):
                    start = ((frame * rows + row) * columns + left) * size
                    length = max(0, right - left) * size
                    if 0 <= frame < frames:
                        boxed[start : start + length] = bytes(length)
        image = memoryview(boxed)
    return bytes(image) + b"\0" if len(image) & 1 else image


def _fate_of_pixels(source: bytes, image: bytes | memoryview, blanks: tuple[Blank, ...]) -> tuple[str, str]:
    if blanks:
        return "changed", "blanked"
    return ("changed", "trailing") if len(source) > len(image) else ("kept", "pixels")


class _Builder:
    """One file's pass through the rules, and the report of it."""

    def __init__(self, proof: Proof, description: Description) -> None:
        self.proof, self.description = proof, description
        self.report: dict[Entry, None] = {}  # in the order of the source; equal entries once
        self.prefix = ""

    def note(self, tag: int, action: str, reason: str) -> None:
        self.report[entry_of(self.prefix, tag, action, reason)] = None

    def rebuilt(self, source: Item, rules: Mapping[int, Rule], *, at_root: bool = False) -> dict[int, bytes]:
        """The encoded elements of `source` that its rules keep."""
        kept: dict[int, bytes] = {}
        for tag, element in source.items():
            rule = rules.get(tag)
            if at_root and (tag in OWN or tag == PIXEL_DATA):
                if tag != PIXEL_DATA:
                    self.note(tag, "changed", OWN[tag])
            elif rule is None:
                self.note(tag, "removed", ground_of_removal(tag))
            elif isinstance(rule, Codes | Items | PatientState):
                if (encoded := self.sequence(tag, element, rule)) is not None:
                    kept[tag] = encoded
            elif (encoded := self.single(tag, element, rule)) is not None:
                kept[tag] = encoded
        return kept

    def single(self, tag: int, element: Element, rule: Rule) -> bytes | None:
        try:
            vr, value, change = self.proof.of(tag, element, rule)
        except Unproven as unproven:
            if unproven.essential:
                raise Refused("bad_value") from None
            self.note(tag, "removed", unproven.reason)
            return None
        self.note(tag, *(("changed", change) if change else ("kept", rule.ground)))
        return writing.element(tag, vr, value)

    def sequence(self, tag: int, element: Element, rule: Codes | Items | PatientState) -> bytes | None:
        if element.vr != "SQ":
            self.note(tag, "removed", "unproven")
            return None
        if isinstance(rule, PatientState):
            return self.patient_state(tag, element)
        outer, self.report = self.report, {}
        prefix, self.prefix = self.prefix, f"{self.prefix}{path_of(tag)}[]."
        if isinstance(rule, Codes):
            items = [
                code for item in element.items if (code := self.code(item, rule, prefix, tag)) is not None
            ]
        else:
            items = [writing.joined(self.rebuilt(item, rule.within)) for item in element.items]
        self.prefix = prefix
        inner, self.report = self.report, outer
        if not items and not rule.may_be_empty:
            self.note(tag, "removed", "no_code" if element.items else rule.ground)
            return None
        self.note(tag, "kept", rule.ground)
        self.report |= inner
        return writing.sequence(tag, items)

    def code(self, item: Item, rule: Codes, prefix: str, tag: int) -> bytes | None:
        """A coded concept of the rule's list, with the list's meaning."""
        scheme, value = text_at(item, _CODE_SCHEME), text_at(item, _CODE_VALUE)
        meaning = meanings(rule.concepts).get((scheme, value))
        if meaning is None:
            self.report[Entry(f"{prefix}{path_of(tag)}[]", "removed", "no_code")] = None
            return None
        elements = dict(code_elements(scheme, value, meaning))
        for inner, element in item.items():
            if inner in (_CODE_VALUE, _CODE_SCHEME):
                self.note(inner, "kept", rule.ground)
            elif inner == _CODE_MEANING:
                same = text_in(element) == meaning
                self.note(inner, *(("kept", rule.ground) if same else ("changed", "meaning")))
            else:
                elements |= self.rebuilt({inner: element}, rule.within)
        return writing.joined(elements)

    def patient_state(self, tag: int, element: Element) -> bytes:
        """The acquisition context with one item: the state, in the source's own code if that says it."""
        state = self.description.state
        if state is None:
            self.note(tag, "changed", "no_code")
            return writing.sequence(tag, [])
        self.note(tag, "changed", "state")
        coded = (
            (text_at(code, _CODE_SCHEME), text_at(code, _CODE_VALUE))
            for item in element.items
            if _CONCEPT in item
            for code in item[_CONCEPT].items
        )
        known = (code for code in coded if states_by_code().get(code) == state)
        return writing.sequence(tag, [state_item(next(known, STATE_CODES[state]))])


def _days(item: Item) -> Iterator[str]:
    """Every date of the old file, at every level: YYYYMMDD."""
    for element in item.values():
        if element.vr in ("DA", "DT"):
            digits = element.value[:10].replace(b".", b"")[:8]
            if len(digits) == 8 and digits.isdigit():
                yield digits.decode("ascii")
        for inner in element.items:
            yield from _days(inner)


def _identifying_numbers(item: Item, *, token: bytes) -> Iterator[tuple[int, bool]]:
    """The numbers in all identifiers of the old file, at every level, and whether they are the patient's own; a
    pseudonym is none."""
    for tag, element in item.items():
        if tag in IDENTIFIERS and element.value.strip(b" \0") != token:
            for number in numbers_in(element.value):
                if SMALLEST_NUMBERING <= number < LARGEST_IDENTIFIER:
                    yield number, is_personal(tag)
        for inner in element.items:
            yield from _identifying_numbers(inner, token=token)
