"""What a read says so far: the sum of its events. Pure: the same events always give the same draft."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from reader_study.reading.form import Answer, Form, Score


class Act(Protocol):
    """What the sum needs of an event; see models.Event."""

    kind: str
    state: str
    segment: int | None
    name: str
    value: Any


@dataclass(frozen=True)
class Draft:
    """``scores``: state -> one score per segment, index 0 = segment 1; ``fields``: only what was answered."""

    scores: dict[str, list[Score]]
    fields: dict[str, Answer]


def fold(form: Form, acts: Iterable[Act]) -> Draft:
    """Add up acts that are in order and were checked against the form when they came."""
    scores: dict[str, list[Score]] = {state: [None] * form.segments for state in form.states}
    fields: dict[str, Answer] = {}
    for act in acts:
        if act.kind == "score" and act.segment is not None:
            scores[act.state][act.segment - 1] = act.value
        elif act.kind == "field":
            if act.value in (None, ""):
                fields.pop(act.name, None)
            else:
                fields[act.name] = act.value
    return Draft(scores=scores, fields=fields)


def content(form: Form, draft: Draft) -> Draft:
    """What is signed of a draft: without answers to questions that are not asked (any more)."""
    asked = {question.name for question in form.asked(draft.scores, draft.fields)}
    return Draft(draft.scores, {name: value for name, value in draft.fields.items() if name in asked})


def missing(form: Form, draft: Draft) -> list[str]:
    """What must still be answered before signing: "scores.stress.4", "fields.quality"; scores first, in form order."""
    unscored = [
        f"scores.{state}.{segment}"
        for state in form.states
        for segment, score in enumerate(draft.scores[state], start=1)
        if score is None
    ]
    return unscored + [
        f"fields.{question.name}"
        for question in form.asked(draft.scores, draft.fields)
        if question.required and question.name not in draft.fields
    ]


def sealed_sha256(sheet: UUID, content_sha256: str, last_seq: int | None) -> str:
    """What the journal says of a signed sheet. Its random id, which the journal has nowhere, keeps whoever reads the
    journal while the study is read from trying out which scores have that digest; or how many acts there were, as
    reads with steps have more. last_seq: None where an older journal says it beside the digest.
    """
    counted = "" if last_seq is None else f" {last_seq}"
    return hashlib.sha256(f"{sheet} {content_sha256}{counted}".encode()).hexdigest()


def content_sha256(content: Draft, *, form_version: int) -> str:
    """SHA-256 of what is signed: UTF-8 JSON, sorted keys, no spaces, no ASCII escapes; as in the browser."""
    document = {"form": form_version, "scores": content.scores, "fields": content.fields}
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
