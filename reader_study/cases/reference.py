"""Which cases train and test readers, and the scores that these are measured against.

No reader-facing code and no reader's role comes here: a reader gets the reference of an own signed training read as
a copy (see reading/qualifying.py).
"""

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.cases.models import Case, ReferenceScores
from reader_study.problems import Conflict, Invalid, NotFound
from reader_study.studies.models import Role, Study
from reader_study.studies.protocol import Protocol
from reader_study.studies.queries import is_locked, protocol_of, study_for_update

COLUMNS = ("subject", "state", "segment", "score")
NOT_EVALUABLE = "NE"
MOST_CHARACTERS = 4_000_000

Scores = dict[str, list[Any]]
"""state -> 0 .. 4 or "NE" per segment."""


@transaction.atomic
def set_purpose(*, actor: User, study: Study, case_id: UUID, purpose: Case.Purpose) -> Case:
    """Take a case out of the study to train or test readers with it, or back into it, before anything is laid out.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study, or it has no such case.
    Conflict
        code "allocated".
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    case = study.cases.select_for_update().filter(pk=case_id).first()
    if case is None:
        raise NotFound()
    if study.allocated_at is not None:
        raise Conflict(
            "allocated", _("The reads are allocated: which cases the study has can no longer be changed.")
        )
    if case.purpose != purpose:
        before, case.purpose = case.purpose, purpose
        case.save(update_fields=["purpose"])
        record(
            action="cases.purpose_set",
            actor=actor.id,
            study=study.id,
            subject=case.subject,
            detail={"purpose": purpose.value, "before": before},
        )
    return case


@transaction.atomic
def keep_reference(*, actor: User, study: Study, text: str, reason: str) -> list[ReferenceScores]:
    """Keep the reference scores of some training and test cases from a table; a case's scores of before stay.

    text: CSV with the columns subject, state, segment, score; every state and segment of each subject that it names.
    Returns what was kept: nothing of a case whose scores are the same already.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study.
    Invalid
        code "reason"; code "reference", naming the line and what is expected.
    Conflict
        code "locked".
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    if is_locked(study.state):
        raise Conflict("locked", _("The data of this study is locked: nothing about it can change any more."))
    if not reason.strip():
        raise Invalid("reason", _("Please give a reason."))
    cases = {case.subject: case for case in study.cases.exclude(purpose=Case.Purpose.STUDY)}
    scores = parse(text, protocol=protocol_of(study), subjects=cases)
    newest = references(study)
    kept = []
    for subject, given in scores.items():
        case, last = cases[subject], newest.get(cases[subject].pk)
        if last is not None and last.scores == given:
            continue
        kept.append(
            ReferenceScores.objects.create(
                case=case,
                version=last.version + 1 if last else 1,
                scores=given,
                reason=reason.strip(),
                by=actor,
            )
        )
        record(
            action="cases.reference_kept",
            actor=actor.id,
            study=study.id,
            subject=subject,
            detail={"version": kept[-1].version, "reason": reason.strip(), "scores": given},
        )
    return kept


def references(study: Study) -> dict[UUID, ReferenceScores]:
    """Case -> the version of its reference scores that holds."""
    newest = ReferenceScores.objects.filter(case__study=study).select_related("by")
    return {one.case_id: one for one in newest.order_by("case", "-version").distinct("case")}


def scores_of(versions: Mapping[UUID, int]) -> dict[UUID, Scores]:
    """Case -> its reference scores of that version."""
    kept = ReferenceScores.objects.filter(case__in=versions).values_list("case", "version", "scores")
    return {case: scores for case, version, scores in kept if versions[case] == version}


def as_csv(study: Study) -> str:
    """The reference scores that hold, as `keep_reference` takes them."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    found, states = references(study), protocol_of(study).states
    for case in study.cases.filter(pk__in=found).order_by("subject"):
        for state in states:
            scores = enumerate(found[case.pk].scores[state], start=1)
            writer.writerows((case.subject, state, segment, score) for segment, score in scores)
    return file.getvalue()


def parse(text: str, *, protocol: Protocol, subjects: Collection[str]) -> dict[str, Scores]:
    """Subject -> its scores. Raises Invalid, code "reference"."""
    if len(text) > MOST_CHARACTERS:
        raise _refused(_("This table is larger than any that could be meant."))
    separator = "\t" if "\t" in text.partition("\n")[0] else ","  # pasted from a spreadsheet, or saved by one
    rows = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator)
    found: dict[str, dict[tuple[str, int], Any]] = defaultdict(dict)
    try:
        heading = [name.strip().lower() for name in next(rows, [])]
        if tuple(heading) != COLUMNS:
            raise _refused(
                _("The first line must name the columns: %(columns)s.") % {"columns": ",".join(COLUMNS)}
            )
        for row in rows:
            if any(cell.strip() for cell in row):
                subject, place, score = _cells(row, rows.line_num, protocol, subjects)
                if place in found[subject]:
                    raise _refused(
                        _("Line %(line)s: this segment is scored twice.") % {"line": rows.line_num}
                    )
                found[subject][place] = score
    except csv.Error as error:
        raise _refused(_("The table cannot be read: %(why)s.") % {"why": error}) from None
    if not found:
        raise _refused(_("The table has no scores."))
    return {subject: _whole(subject, given, protocol) for subject, given in found.items()}


def _cells(
    row: list[str], line: int, protocol: Protocol, subjects: Collection[str]
) -> tuple[str, tuple[str, int], Any]:
    if len(row) != len(COLUMNS):
        raise _refused(
            _("Line %(line)s: %(expected)s columns are expected, there are %(found)s.")
            % {"line": line, "expected": len(COLUMNS), "found": len(row)}
        )
    subject, state, segment, score = (cell.strip() for cell in row)
    if subject not in subjects:
        raise _refused(
            _("Line %(line)s: “%(subject)s” is no training or test case of this study.")
            % {"line": line, "subject": subject[:40]}
        )
    if state.lower() not in protocol.states:
        raise _refused(
            _("Line %(line)s: the state is one of %(states)s.")
            % {"line": line, "states": ", ".join(protocol.states)}
        )
    if not segment.isdecimal() or not 1 <= int(segment[:9]) <= protocol.form.segments:
        raise _refused(
            _("Line %(line)s: segments are numbered 1 to %(last)s.")
            % {"line": line, "last": protocol.form.segments}
        )
    if score.upper() != NOT_EVALUABLE and score not in map(str, protocol.form.scores):
        raise _refused(
            _("Line %(line)s: a score is one of %(scores)s or NE.")
            % {"line": line, "scores": ", ".join(map(str, protocol.form.scores))}
        )
    value = NOT_EVALUABLE if score.upper() == NOT_EVALUABLE else int(score)
    return subject, (state.lower(), int(segment)), value


def _whole(subject: str, given: dict[tuple[str, int], Any], protocol: Protocol) -> Scores:
    places = [(state, n) for state in protocol.states for n in range(1, protocol.form.segments + 1)]
    if missing := [place for place in places if place not in given]:
        state, segment = missing[0]
        raise _refused(
            _("%(subject)s: %(count)s scores are missing, the first at %(state)s, segment %(segment)s.")
            % {"subject": subject, "count": len(missing), "state": state, "segment": segment}
        )
    if all(score == NOT_EVALUABLE for score in given.values()):
        raise _refused(
            _("%(subject)s: no segment has a score, so nothing can be measured.") % {"subject": subject}
        )
    segments = range(1, protocol.form.segments + 1)
    return {state: [given[state, n] for n in segments] for state in protocol.states}


def _refused(sentence: str) -> Invalid:
    return Invalid("reference", sentence)
