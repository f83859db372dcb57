"""The reading form as data: which answers it takes, and which of its questions are asked. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from reader_study.problems import Invalid

NOT_EVALUABLE = "NE"
TEXT_LIMIT = 2000
QUOTED = 40  # characters of a refused value that its refusal repeats

Score = int | str | None
"""0 .. 4, "NE" (looked at, cannot be judged), or None (not scored yet): three different things."""

Answer = int | str | list[int | str]
"""To a choice, a number or a text; to `choices` a list, which stands in the form's order."""


@dataclass(frozen=True)
class Question:
    """A question beside the segment scores.

    kind
        "choice": one of ``values``; "choices": several; "number": a whole one from ``minimum`` to ``maximum``; "text".
    when
        None: always asked. {"field": earlier name, "in": values}: when that is asked too and was answered with one of
        these, or with any of them among several. {"scores": segments, "at_least": n}: when one of these segments has
        such a score in any state; one that is not evaluable has none.
    """

    name: str
    kind: str
    values: tuple[int | str, ...]
    required: bool
    minimum: int | None = None
    maximum: int | None = None
    when: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Form:
    """``regions`` names what is scored, in order; without them it is numbered segments."""

    version: int
    segments: int
    states: tuple[str, ...]
    scores: tuple[int, ...]
    fields: tuple[Question, ...]
    regions: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Form":
        """The form that was stored as ``as_document`` wrote it; what is optional may be absent."""
        questions = (Question(**{**given, "values": tuple(given["values"])}) for given in document["fields"])
        return cls(
            version=document["version"],
            segments=document["segments"],
            states=tuple(document["states"]),
            scores=tuple(document["scores"]),
            fields=tuple(questions),
            regions=tuple(document.get("regions", ())),
        )

    def as_document(self) -> dict[str, Any]:
        return asdict(self)

    def asked(
        self, scores: Mapping[str, Sequence[Score]], answers: Mapping[str, Answer]
    ) -> tuple[Question, ...]:
        """The questions whose conditions hold, in order. What was answered to one that is not asked counts nowhere."""
        found: list[Question] = []
        counting: dict[str, Answer] = {}
        for question in self.fields:
            if question.when is None or _holds(question.when, scores, counting):
                found.append(question)
                if question.name in answers:
                    counting[question.name] = answers[question.name]
        return tuple(found)

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
                % {"scores": ", ".join(map(str, self.scores)), "given": _quoted(value)},
            )

    def check_field(self, *, name: str, value: object) -> None:
        """Raises Invalid unless the question exists and takes the value; None clears the answer.

        Whether the question is asked does not matter here: what makes it so may be undone and done again.
        """
        question = next((question for question in self.fields if question.name == name), None)
        if question is None:
            raise Invalid("field", _("The form has no question “%(name)s”.") % {"name": name})
        if value is not None and not _takes(question, value):
            raise Invalid(question.kind, _refusal(question, value))


def _takes(question: Question, value: object) -> bool:
    if question.kind == "choice":
        return _is_one_of(value, question.values)
    if question.kind == "choices":
        return isinstance(value, list) and _is_selection(value, question.values)
    if question.kind == "number":
        lowest, highest = question.minimum, question.maximum
        # type(), because True is an int to Python, and 3.0 is another text than 3 in what is signed.
        return (
            type(value) is int
            and (lowest is None or lowest <= value)
            and (highest is None or value <= highest)
        )
    return isinstance(value, str) and _is_text(value)


def _refusal(question: Question, value: object) -> str:
    said = {"name": question.name, "values": ", ".join(map(str, question.values)), "given": _quoted(value)}
    if question.kind == "choice":
        return _("“%(name)s” takes one of %(values)s; “%(given)s” is not one.") % said
    if question.kind == "choices":
        return (
            _("“%(name)s” takes some of %(values)s, each once and in this order; “%(given)s” is not that.")
            % said
        )
    if question.kind == "number":
        bounds = {"lowest": question.minimum, "highest": question.maximum}
        return _(
            "“%(name)s” takes a whole number from %(lowest)s to %(highest)s; “%(given)s” is not one."
        ) % {**said, **bounds}
    return _("“%(name)s” takes a text of at most %(limit)s characters.") % {**said, "limit": TEXT_LIMIT}


def _holds(
    when: Mapping[str, Any], scores: Mapping[str, Sequence[Score]], answers: Mapping[str, Answer]
) -> bool:
    if "field" in when:
        answer = answers.get(when["field"])
        given = answer if isinstance(answer, list) else [answer]
        return any(_is_one_of(value, tuple(when["in"])) for value in given)
    marks = (of_state[segment - 1] for of_state in scores.values() for segment in when["scores"])
    return any(isinstance(mark, int) and mark >= when["at_least"] for mark in marks)


def _is_one_of(value: object, choices: tuple[int | str, ...]) -> bool:
    """Equal and of the same type: True is not 1, and "1" is not 1."""
    return any(type(value) is type(choice) and value == choice for choice in choices)


def _is_selection(given: list[object], values: tuple[int | str, ...]) -> bool:
    """Some of the values, at least one, each once, in their order: the same answer is always the same bytes."""
    remaining = iter(values)
    return bool(given) and all(
        any(type(one) is type(value) and one == value for value in remaining) for one in given
    )


def _is_text(value: str) -> bool:
    """Short enough, and nothing that UTF-8 or the database cannot hold."""
    return len(value) <= TEXT_LIMIT and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)


def _quoted(value: object) -> str:
    text = str(value[:QUOTED]) if isinstance(value, list | str) else str(value)
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}…"
