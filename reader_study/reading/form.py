"""The reading form as data, and which answers it takes. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from reader_study.problems import Invalid

NOT_EVALUABLE = "NE"
TEXT_LIMIT = 2000

Score = int | str | None
"""0 .. 4, "NE" (looked at, cannot be judged), or None (not scored yet): three different things."""


@dataclass(frozen=True)
class Question:
    """A question beside the segment scores: a choice of ``values``, or a text."""

    name: str
    kind: str
    values: tuple[int | str, ...]
    required: bool


@dataclass(frozen=True)
class Form:
    version: int
    segments: int
    states: tuple[str, ...]
    scores: tuple[int, ...]
    fields: tuple[Question, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Form":
        """The form that was stored as ``as_document`` wrote it."""
        questions = (Question(**{**given, "values": tuple(given["values"])}) for given in document["fields"])
        return cls(
            version=document["version"],
            segments=document["segments"],
            states=tuple(document["states"]),
            scores=tuple(document["scores"]),
            fields=tuple(questions),
        )

    def as_document(self) -> dict[str, Any]:
        return asdict(self)

    def check_score(self, *, state: str, segment: int, value: object) -> None:
        """Raises Invalid unless the value is a score of the form, "NE" or None (cleared)."""
        if state not in self.states:
            raise Invalid("state", _("The form has no “%(state)s” scores.") % {"state": state})
        if not 1 <= segment <= self.segments:
            raise Invalid(
                "segment",
                _("Segments are numbered 1 to %(last)s; %(given)s is not one.")
                % {"last": self.segments, "given": segment},
            )
        if value is not None and not _is_one_of(value, (*self.scores, NOT_EVALUABLE)):
            raise Invalid(
                "score",
                _("A score is one of %(scores)s or NE; “%(given)s” is not.")
                % {"scores": ", ".join(map(str, self.scores)), "given": value},
            )

    def check_field(self, *, name: str, value: object) -> None:
        """Raises Invalid unless the question exists and takes the value; None clears the answer."""
        question = next((question for question in self.fields if question.name == name), None)
        if question is None:
            raise Invalid("field", _("The form has no question “%(name)s”.") % {"name": name})
        if value is None:
            return
        if question.kind == "choice" and not _is_one_of(value, question.values):
            raise Invalid(
                "choice",
                _("“%(name)s” takes one of %(values)s; “%(given)s” is not one.")
                % {"name": name, "values": ", ".join(map(str, question.values)), "given": value},
            )
        if question.kind == "text" and not (isinstance(value, str) and _is_text(value)):
            raise Invalid(
                "text",
                _("“%(name)s” takes a text of at most %(limit)s characters.")
                % {"name": name, "limit": TEXT_LIMIT},
            )


def _is_one_of(value: object, choices: tuple[int | str, ...]) -> bool:
    """Equal and of the same type: True is not 1, and "1" is not 1."""
    return any(type(value) is type(choice) and value == choice for choice in choices)


def _is_text(value: str) -> bool:
    """Short enough, and nothing that UTF-8 or the database cannot hold."""
    return len(value) <= TEXT_LIMIT and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)
