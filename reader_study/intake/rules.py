"""The kinds of rules that an attribute may be kept by: each proves a value by its shape, or nothing stays.

A rule is data: `deidentification` carries it out here, and the browser's engine carries out the same rules from
the exported procedure. `ground` is a key of `grounds`: why the study needs the attribute.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from pydicom.datadict import tag_for_keyword

FRAMES = "frames"  # as a limit: as many values as the image has frames


@dataclass(frozen=True)
class Number:
    """Finite numbers within what is physically possible, at most `count` of them.

    essential: without it the image would say something else, so a value that cannot be proven refuses the file.
    zero: whether it can be 0. counter: consoles may number by day or patient, so a long one that is a date goes.
    """

    name: ClassVar[str] = "number"
    ground: str
    low: float
    high: float
    count: int | str = 1
    essential: bool = False
    zero: bool = True
    counter: bool = False


@dataclass(frozen=True)
class Uid:
    """Replaced under the site's key, whatever it is."""

    name: ClassVar[str] = "uid"
    ground: str


@dataclass(frozen=True)
class ClassUid:
    """Kept if it is one of the storage classes of `allowlist`."""

    name: ClassVar[str] = "class_uid"
    ground: str


@dataclass(frozen=True)
class Date:
    """Moved back by the subject's days."""

    name: ClassVar[str] = "date"
    ground: str


@dataclass(frozen=True)
class DateTime:
    """Its date moved back by the subject's days; time of day and offset stay."""

    name: ClassVar[str] = "datetime"
    ground: str


@dataclass(frozen=True)
class Time:
    """A time of day, which stays, so that decay and uptake intervals stay true."""

    name: ClassVar[str] = "time"
    ground: str


@dataclass(frozen=True)
class Offset:
    """An offset from UTC."""

    name: ClassVar[str] = "offset"
    ground: str


@dataclass(frozen=True)
class Age:
    """An age; beyond 89 years, 90."""

    name: ClassVar[str] = "age"
    ground: str


@dataclass(frozen=True)
class Pointer:
    """Tags, of a list."""

    name: ClassVar[str] = "pointer"
    ground: str
    tags: frozenset[int]


@dataclass(frozen=True)
class Terms:
    """Code strings: each value stays if the standard (or every vendor) defines the term.

    placed: the values have meaning by their place, so that one which goes leaves its place empty.
    """

    name: ClassVar[str] = "terms"
    ground: str
    terms: frozenset[str]
    placed: bool = False


@dataclass(frozen=True)
class Names:
    """Free text of which only listed names are kept; found without regard to case."""

    name: ClassVar[str] = "names"
    ground: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Codes:
    """Coded concepts of one list (see `concepts`); the meaning is written anew from the list."""

    name: ClassVar[str] = "codes"
    ground: str
    concepts: str
    within: "Mapping[int, Rule]"
    may_be_empty: bool = False


@dataclass(frozen=True)
class Items:
    """A sequence whose items are rebuilt from their own rules."""

    name: ClassVar[str] = "items"
    ground: str
    within: "Mapping[int, Rule]"
    may_be_empty: bool = False


@dataclass(frozen=True)
class PatientState:
    """The acquisition context, reduced to rest or stress (TID 3470, concept 109054 DCM)."""

    name: ClassVar[str] = "patient_state"
    ground: str


Rule: TypeAlias = (
    Number
    | Uid
    | ClassUid
    | Date
    | DateTime
    | Time
    | Offset
    | Age
    | Pointer
    | Terms
    | Names
    | Codes
    | Items
    | PatientState
)


def terms(ground: str, text: str, *, placed: bool = False) -> Terms:
    """The terms between vertical bars."""
    return Terms(ground, frozenset(text.split("|")), placed)


def names(ground: str, text: str) -> Names:
    """The names between vertical bars."""
    return Names(ground, {name.casefold(): name for name in text.split("|")})


def codes(
    ground: str, concepts: str, within: Mapping[int, Rule] | None = None, *, may_be_empty: bool = False
) -> Codes:
    """Concepts of a list, with or without modifiers."""
    return Codes(ground, concepts, within or {}, may_be_empty)


def by_tag(rules: Mapping[str, Rule]) -> dict[int, Rule]:
    """Keywords to tags; a keyword that the dictionary does not know stops the program at start."""
    found: dict[int, Rule] = {}
    for keywords, rule in rules.items():
        for keyword in keywords.split():
            tag = tag_for_keyword(keyword)
            if tag is None:
                raise ValueError(f"unknown DICOM keyword {keyword}")
            if tag in found:
                raise ValueError(f"two rules for {keyword}")
            found[tag] = rule
    return found
