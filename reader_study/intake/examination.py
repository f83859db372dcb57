"""Questions about files that nobody trusts; each is answered in the sandbox, whatever the bytes are.

Every function raises Refused or Quarantined with a code and nothing else about the file (`SandboxFailed` says
that this machine could not even start to read).
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

from reader_study.intake import sandbox
from reader_study.intake.deidentification import Answers, Deidentified, Entry
from reader_study.intake.description import Description, Kind
from reader_study.intake.looking import HeaderLine, Identity, Known, Look
from reader_study.intake.pseudonyms import Pseudonyms, Subject
from reader_study.intake.reasons import NotTaken, Refused

__all__ = [
    "Examined",
    "HeaderLine",
    "Identity",
    "Known",
    "Look",
    "describe",
    "examine",
    "header",
    "identify",
    "look",
]

Examined: TypeAlias = Deidentified  # what passed is what stage 1 made of it


def examine(
    data: bytes,
    *,
    pseudonyms: Pseudonyms,
    kinds: Collection[Kind] | None,
    answers: Answers | None = None,
) -> Examined:
    """The file through gate, decoding, stage 1, verification and pixel check, as a sealed file.

    kinds: what the protocol collects; None takes every kind. answers: what a person decided about this file.
    """
    said = answers or Answers()
    question = {
        "ask": "examine",
        "key": pseudonyms.key.hex(),
        "kinds": None if kinds is None else sorted(kinds),
        "answers": _as_json(said),
    }
    facts, result = sandbox.ask(question, data)
    description = Description.parse(facts["description"])
    if description is None:  # a child that was taken over by its file
        raise Refused("unreadable")
    key, token, days = facts["subject"]
    study_uid, series_uid, sop_uid, sop_class = facts["uids"]
    return Examined(
        data=result,
        subject=Subject(bytes.fromhex(key), token, timedelta(days=days)),
        description=description,
        line=facts["line"],
        study_uid=study_uid,
        series_uid=series_uid,
        sop_uid=sop_uid,
        sop_class=sop_class,
        slices=facts["slices"],
        report=tuple(Entry(*entry) for entry in facts["report"]),
        was_sealed=facts["was_sealed"],
    )


def _as_json(said: Answers) -> dict[str, Any]:
    return {
        "state": said.state,
        "view": said.view,
        "pixels": said.pixels,
        "blank": [[box.frame, box.left, box.top, box.right, box.bottom] for box in said.blank],
        "patient_id": None if said.patient_id is None else said.patient_id.hex(),
    }


def describe(data: bytes, *, pseudonyms: Pseudonyms, answers: Answers | None = None) -> Known:
    """What a file that is kept apart says of itself, for who decides about it; as much as can be read."""
    question = {"ask": "describe", "key": pseudonyms.key.hex(), "answers": _as_json(answers or Answers())}
    try:
        facts, _ = sandbox.ask(question, data)
    except NotTaken:
        return Known()
    line, key, series_uid = facts["known"]
    return Known(Description.parse(line), bytes.fromhex(key), series_uid)


def identify(data: bytes) -> Identity:
    """SOP class, SOP instance and study, as the file says."""
    facts, _ = sandbox.ask({"ask": "identify"}, data)
    return Identity(*facts["identity"])


def header(data: bytes) -> tuple[HeaderLine, ...]:
    """Every element but the pixels, for the eyes of the site that sent the file."""
    facts, _ = sandbox.ask({"ask": "header"}, data)
    return tuple(HeaderLine(*line) for line in facts["lines"])


def look(data: bytes, *, frames: Sequence[int] | None = None) -> Look:
    """Frames as PNG, each in its own window, for the same eyes. frames: which, from 0; None: the first 64."""
    asked = None if frames is None else list(frames)
    facts, pictures = sandbox.ask({"ask": "look", "frames": asked}, data)
    cut, at = [], 0
    for size in facts["sizes"]:
        cut.append(pictures[at : at + size])
        at += size
    count, rows, columns = facts["size"]
    return Look(count, rows, columns, tuple(cut))
