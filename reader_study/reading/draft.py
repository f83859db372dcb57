"""What a read says so far: the sum of its events. Pure: the same events always give the same draft."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from reader_study.reading.form import Form, Score


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
    fields: dict[str, int | str]


def fold(form: Form, acts: Iterable[Act]) -> Draft:
    """Add up acts that are in order and were checked against the form when they came."""
    scores: dict[str, list[Score]] = {state: [None] * form.segments for state in form.states}
    fields: dict[str, int | str] = {}
    for act in acts:
        if act.kind == "score" and act.segment is not None:
            scores[act.state][act.segment - 1] = act.value
        elif act.kind == "field":
            if act.value in (None, ""):
                fields.pop(act.name, None)
            else:
                fields[act.name] = act.value
    return Draft(scores=scores, fields=fields)


def missing(form: Form, draft: Draft) -> list[str]:
    """What must still be answered before signing: "scores.stress.4", "fields.quality"."""
    unscored = [
        f"scores.{state}.{segment}"
        for state in form.states
        for segment, score in enumerate(draft.scores[state], start=1)
        if score is None
    ]
    return unscored + [
        f"fields.{question.name}"
        for question in form.fields
        if question.required and question.name not in draft.fields
    ]


def content_sha256(draft: Draft, *, form_version: int) -> str:
    """SHA-256 of what is signed: UTF-8 JSON, sorted keys, no spaces, no ASCII escapes; as in the browser."""
    content = {"form": form_version, "scores": draft.scores, "fields": draft.fields}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def active_seconds(elapsed_ms: Iterable[int]) -> float:
    """Time in front of the read, from the browser's stopwatch at each act in order.

    The stopwatch starts again with the page: a reading below the one before begins a new stretch.
    """
    total = last = 0
    for elapsed in elapsed_ms:
        total += elapsed - last if elapsed >= last else elapsed
        last = elapsed
    return total / 1000
