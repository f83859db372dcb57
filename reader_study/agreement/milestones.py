"""The way of a study from draft to unblinded: who reached each state, when and why, and what is missing to the next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from reader_study.accounts.models import User
from reader_study.agreement.adjudication import pending
from reader_study.agreement.models import Report
from reader_study.agreement.snapshot import unfinished_readers
from reader_study.allocation.queries import allocated_cases, assignments, is_qualifying
from reader_study.audit.models import Entry
from reader_study.audit.queries import entries_of
from reader_study.cases.queries import readable_cases, withheld_cases
from reader_study.reading.models import Unlock
from reader_study.reading.opening import blocks
from reader_study.reading.pairs import rule_of
from reader_study.studies.amendments import changes_reads
from reader_study.studies.models import Role, Study
from reader_study.studies.protocol import breaches, parse
from reader_study.studies.queries import current_protocol, members, protocol_of
from reader_study.studies.unblinding import approvers

BEGAN = "studies.created"


class Condition(StrEnum):
    CHARTER = "charter"
    ENDPOINT = "endpoint"
    READERS = "readers"
    QUALIFICATION = "qualification"
    CASES = "cases"
    NO_CASE_WAITS = "no_case_waits"
    NO_LATE_CASE = "no_late_case"
    ALLOCATED = "allocated"
    SAME_CHARTER = "same_charter"
    SIGNED = "signed"
    ADJUDICATED = "adjudicated"
    BLOCKS_OPEN = "blocks_open"
    UNLOCKS_ANSWERED = "unlocks_answered"
    REPORT = "report"
    SECOND_PERSON = "second_person"


@dataclass(frozen=True)
class Check:
    """One thing on the checklist before a state.

    is_needed
        Whether the state cannot be reached without it; otherwise it is only wise to have it.
    done, of
        How much of it there is, where it can be counted.
    detail
        What is wrong, in a sentence, where the rule that is broken has one.
    """

    condition: Condition
    is_met: bool
    is_needed: bool = True
    done: int | None = None
    of: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class Reached:
    """by: None where the system itself did what followed from an earlier act; of the unblinding, both people."""

    at: datetime
    by: str | None
    reason: str
    is_signed: bool


@dataclass(frozen=True)
class Milestone:
    """checks: of the state that comes next; of others there is nothing to mend yet, or any more."""

    state: Study.State
    reached: Reached | None
    checks: tuple[Check, ...] = ()


def milestones(study: Study) -> list[Milestone]:
    acts = {BEGAN: Study.State.DRAFT, **{f"studies.{state.value}": state for state in Study.State}}
    entries = {acts[entry.action]: entry for entry in entries_of(study.id).filter(action__in=acts)}
    people = User.objects.filter(pk__in={one for entry in entries.values() for one in _people(entry)})
    names = dict(people.values_list("pk", "full_name"))
    order = list(Study.State)
    next_place = order.index(Study.State(study.state)) + 1
    return [
        Milestone(
            state,
            _reached(entries[state], names) if state in entries else None,
            tuple(_CHECKS[state](study)) if place == next_place else (),
        )
        for place, state in enumerate(order)
    ]


def _reached(entry: Entry, names: dict[UUID, str]) -> Reached:
    return Reached(
        at=entry.at,
        by=", ".join(names[one] for one in _people(entry)) or None,
        reason=entry.detail.get("reason", ""),
        # The signatures of opening and lock stand in the acts beside the change of state, which they cannot lack.
        is_signed=entry.action != BEGAN and bool(_people(entry)),
    )


def _people(entry: Entry) -> list[UUID]:
    two = (entry.detail.get("requested_by"), entry.detail.get("approved_by"))
    return [entry.actor] if entry.actor else [UUID(one) for one in two if one]


def _before_freeze(study: Study) -> Iterator[Check]:
    document = current_protocol(study).document
    broken = breaches(document)
    yield Check(Condition.CHARTER, not broken, detail=broken[0].sentence if broken else "")
    if not broken:
        yield Check(Condition.ENDPOINT, bool(parse(document).endpoints), is_needed=False)


def _before_opening(study: Study) -> Iterator[Check]:
    protocol = protocol_of(study)
    readers, wanted = members(study, Role.READER).count(), protocol.fewest_readers
    complete, waiting = len(readable_cases(study)), len(withheld_cases(study))
    made = [block for block, _is_open in blocks(study)]
    yield Check(Condition.READERS, readers >= wanted, done=readers, of=wanted)
    if protocol.qualification is not None:
        yield Check(Condition.QUALIFICATION, is_qualifying(study))
    yield Check(Condition.CASES, complete > 0, done=complete, of=complete + waiting)
    if not made:
        yield Check(Condition.NO_CASE_WAITS, waiting == 0, is_needed=False, done=waiting)
    yield Check(Condition.ALLOCATED, bool(made))
    for block in made[:1]:
        is_same = not changes_reads(parse(block.protocol_version.document), protocol)
        yield Check(Condition.SAME_CHARTER, is_same)


def _before_lock(study: Study) -> Iterator[Check]:
    total = len(assignments(study))
    unsigned = sum(reader["total"] - reader["signed"] for reader in unfinished_readers(study))
    yield Check(Condition.SIGNED, unsigned == 0, done=total - unsigned, of=total)
    if rule_of(study):
        yield Check(Condition.ADJUDICATED, pending(study) is None)
    opened = [is_open for _block, is_open in blocks(study)]
    yield Check(Condition.BLOCKS_OPEN, all(opened), is_needed=False, done=sum(opened), of=len(opened))
    asked = Unlock.objects.filter(read__study_id=study.pk, answer=None).count()
    yield Check(Condition.UNLOCKS_ANSWERED, asked == 0, is_needed=False, done=asked)
    allocated = allocated_cases(study)
    late = sum(case.case_id not in allocated for case in readable_cases(study))
    yield Check(Condition.NO_LATE_CASE, late == 0, is_needed=False, done=late)


def _before_unblinding(study: Study) -> Iterator[Check]:
    ready = Report.objects.filter(lock__study=study, state=Report.State.READY)
    yield Check(Condition.REPORT, ready.exists(), is_needed=False)
    people = User.objects.filter(pk__in=members(study, Role.INVESTIGATOR).values("user"))
    can_be_approved = any(approvers(study, requester=person).exists() for person in people)
    yield Check(Condition.SECOND_PERSON, can_be_approved)


_CHECKS = {
    Study.State.FROZEN: _before_freeze,
    Study.State.OPEN: _before_opening,
    Study.State.LOCKED: _before_lock,
    Study.State.UNBLINDED: _before_unblinding,
}
