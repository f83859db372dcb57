"""The reading form of a protocol as data: what is asked beside the scores, and when."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from reader_study.problems import Invalid
from reader_study.studies.documents import (
    Rule,
    choice,
    each,
    expect,
    flag,
    made,
    one_of,
    text,
    texts,
    whole,
    written,
)
from reader_study.studies.organs import ORGANS, Organ

SEGMENTS = ORGANS["heart"].segments
SCORES = (0, 1, 2, 3, 4)
LONGEST_NAME = 40
# Names are keys of JSON objects in files, in browsers and in what is signed. Each has to be a key like any other, also
# where objects inherit one of that name, and to sort alike by code points and by UTF-16.
PLAIN_NAME = re.compile(r"(?!constructor\Z)[a-z][a-z0-9_]*")


class FieldKind(StrEnum):
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True)
class Answered:
    """A question is asked when an earlier one was answered with one of these values, or with any of them."""

    field: str
    values: tuple[int | str, ...]

    def as_document(self) -> dict[str, Any]:
        return {"field": self.field, "in": list(self.values)}


@dataclass(frozen=True)
class Scored:
    """A question is asked when one of these segments has at least this score, in any state."""

    scores: tuple[int, ...]
    at_least: int

    def as_document(self) -> dict[str, Any]:
        return {"scores": list(self.scores), "at_least": self.at_least}


When = Answered | Scored


@dataclass(frozen=True)
class Field:
    """A question of the reading form beside the segment scores.

    values
        The choices, in order; of `choices` several can be taken.
    required
        Whether an answer is needed, if the question is asked.
    minimum, maximum
        Of a number, which is whole.
    when
        Without it the question is always asked.
    """

    name: str
    kind: FieldKind
    values: tuple[int | str, ...]
    required: bool
    minimum: int | None = None
    maximum: int | None = None
    when: When | None = None

    def as_document(self) -> dict[str, Any]:
        when = {"when": self.when.as_document()} if self.when else {}
        return written(self, ("minimum", "maximum", "when"), **when)


@dataclass(frozen=True)
class Form:
    """`regions` names the scored places where they are not the numbered segments of the heart."""

    version: int
    fields: tuple[Field, ...]
    segments: int = SEGMENTS
    scores: tuple[int, ...] = SCORES
    regions: tuple[str, ...] = ()

    def as_document(self) -> dict[str, Any]:
        return written(self, ("regions",), fields=[field.as_document() for field in self.fields])


def form_of(document: Any) -> Form:
    """Raises Invalid, or TypeError or ValueError where the document is none of a form."""
    expect(Form, document, "form", ("regions",))
    return made(
        Form,
        document,
        version=whole(document["version"]),
        segments=whole(document["segments"]),
        fields=tuple(map(_field, each(document["fields"]))),
        scores=tuple(map(whole, each(document["scores"]))),
        regions=texts(document.get("regions", ())),
    )


def _field(document: Any) -> Field:
    expect(Field, document, "form.fields", ("minimum", "maximum", "when"))
    numbers = {name: whole(document[name]) for name in ("minimum", "maximum") if name in document}
    when = {"when": _when(document["when"])} if "when" in document else {}
    return made(
        Field,
        document,
        name=text(document["name"]),
        kind=one_of(FieldKind, document["kind"]),
        values=tuple(map(choice, each(document["values"]))),
        required=flag(document["required"]),
        **numbers,
        **when,
    )


def _when(document: Any) -> When:
    if isinstance(document, dict) and set(document) == {"field", "in"}:
        return Answered(text(document["field"]), tuple(map(choice, each(document["in"]))))
    if isinstance(document, dict) and set(document) == {"scores", "at_least"}:
        return Scored(tuple(map(whole, each(document["scores"]))), whole(document["at_least"]))
    raise Invalid("protocol", _("A condition of the form has either field and in, or scores and at_least."))


def rules(form: Form, *, organ: Organ) -> Iterator[Rule]:
    yield (form.version >= 1, _("form.version must be 1 or more."), "form.version")
    if organ.regions:
        yield (
            form.regions == organ.regions,
            _("form.regions must be, in this order: %(regions)s.") % {"regions": ", ".join(organ.regions)},
            "form.regions",
        )
        yield (
            form.segments == len(organ.regions) and form.scores == SCORES,
            _("The form must have as many segments as regions, and the scores 0 to 4."),
            "form.segments",
        )
    else:
        yield (
            not form.regions,
            _("The form of this organ has numbered segments and no regions."),
            "form.regions",
        )
        yield (
            form.segments == SEGMENTS and form.scores == SCORES,
            _("The form must have 17 segments and the scores 0 to 4."),
            "form.segments",
        )
    names = [field.name for field in form.fields]
    yield (len(names) == len(set(names)), _("Two fields of the form have the same name."), "form.fields")
    yield (
        all(0 < len(name) <= LONGEST_NAME for name in names),
        _("A field of the form needs a name of at most %(longest)s characters.") % {"longest": LONGEST_NAME},
        "form.fields",
    )
    with_values = (FieldKind.CHOICE, FieldKind.CHOICES)
    yield (
        all(bool(field.values) == (field.kind in with_values) for field in form.fields),
        _("A choice of the form needs values; a number and a text have none."),
        "form.fields",
    )
    several = [field for field in form.fields if field.kind == FieldKind.CHOICES]
    yield (
        all(len(set(field.values)) == len(field.values) for field in several),
        _("Of several choices of the form no value may stand there twice."),
        "form.fields",
    )
    yield (
        all(_is_bounded(field) for field in form.fields),
        _("A number of the form needs a minimum below its maximum; other fields have neither."),
        "form.fields",
    )
    yield (
        all(_is_possible(field.when, form.fields[:place], form) for place, field in enumerate(form.fields)),
        _(
            "A condition of the form must ask for values of an earlier choice, or for scores of its own segments."
        ),
        "form.fields",
    )


def rules_of_new(form: Form) -> Iterator[Rule]:
    """What is asked of forms since some were stored without it."""
    yield (
        all(PLAIN_NAME.fullmatch(field.name) for field in form.fields),
        _(
            "The name of a field of the form begins with a letter a-z and goes on with a-z, 0-9 and _;"
            " it must not be constructor."
        ),
        "form.fields",
    )


def _is_bounded(field: Field) -> bool:
    if field.minimum is None or field.maximum is None:
        return field.kind != FieldKind.NUMBER and field.minimum is field.maximum
    return field.kind == FieldKind.NUMBER and field.minimum < field.maximum


def _is_possible(when: When | None, earlier: tuple[Field, ...], form: Form) -> bool:
    if isinstance(when, Answered):
        offered = {field.name: field.values for field in earlier}.get(when.field, ())
        return bool(when.values) and set(when.values) <= set(offered)
    if isinstance(when, Scored):
        possible = range(1, form.segments + 1)
        return (
            bool(when.scores) and set(when.scores) <= set(possible) and 1 <= when.at_least <= max(form.scores)
        )
    return True
