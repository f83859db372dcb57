"""How far one read has come: its steps, what is signed of it, and whether it was opened again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, Max, OuterRef, Prefetch, QuerySet

from reader_study.reading.models import Presentation, Read, ScoreSheet, Unlock, UnlockAnswer


class UnlockState(StrEnum):
    REQUESTED = "requested"
    REFUSED = "refused"
    OPEN = "open"


@dataclass(frozen=True)
class Standing:
    """``steps``: how many the read has. ``shown``: it was opened. ``sheets``: all versions of all steps, in order."""

    read: Read
    steps: int
    shown: bool
    sheets: list[ScoreSheet]
    last_unlock: Unlock | None

    @property
    def step(self) -> int:
        """The step at which the read is; of a signed one the last, which alone can be corrected."""
        return min(len({sheet.step for sheet in self.sheets}) + 1, self.steps)

    @property
    def in_force(self) -> ScoreSheet | None:
        """The newest signed version of the last step; None until the read is signed."""
        return next((sheet for sheet in reversed(self.sheets) if sheet.step == self.steps), None)

    @property
    def step_before(self) -> ScoreSheet | None:
        """The newest signed version of the step before the one at which the read is; None in the first."""
        return next((sheet for sheet in reversed(self.sheets) if sheet.step == self.step - 1), None)

    @property
    def first_signed_at(self) -> datetime | None:
        """When the read was signed; a correction does not change it."""
        first = (s for s in self.sheets if s.step == self.steps and s.version == 1)
        return next((sheet.signature.signed_at for sheet in first), None)

    @property
    def corrections(self) -> list[datetime | None]:
        """When each correction of it was signed; None for one that is asked for, or open."""
        signed = [sheet.signature.signed_at for sheet in self.sheets if sheet.version > 1]
        unsettled = self.unlock_state in (UnlockState.REQUESTED, UnlockState.OPEN)
        return [*signed, None] if unsettled else [*signed]

    @property
    def unlock(self) -> Unlock | None:
        """The request about the version in force; None when nobody asked to correct that one."""
        newest, signed = self.last_unlock, self.in_force
        return newest if newest and signed and newest.version == signed.version else None

    @property
    def unlock_state(self) -> UnlockState | None:
        if self.unlock is None:
            return None
        answer = answer_to(self.unlock)
        if answer is None:
            return UnlockState.REQUESTED
        return UnlockState.OPEN if answer.approved else UnlockState.REFUSED

    @property
    def unlock_answer(self) -> str:
        """Why it was allowed or refused; empty until it is answered."""
        answer = answer_to(self.unlock) if self.unlock else None
        return answer.reason if answer else ""

    @property
    def amending(self) -> bool:
        return self.unlock_state == UnlockState.OPEN

    @property
    def writable(self) -> bool:
        """Whether anything of it may still be said, if it is due."""
        return self.in_force is None or self.amending


def answer_to(unlock: Unlock) -> UnlockAnswer | None:
    return getattr(unlock, "answer", None)  # the other end of a one-to-one raises where there is nothing


def standings(reads: QuerySet[Read]) -> list[Standing]:
    """Of these reads, in the order in which they are read. Scores and answers are left where they are."""
    sheets = (
        ScoreSheet.objects.select_related("signature").defer("scores", "fields").order_by("step", "version")
    )
    unlocks = Unlock.objects.select_related("answer").order_by("requested_at")
    found = (
        reads.annotate(
            steps=Max("volumes__step"), shown=Exists(Presentation.objects.filter(read=OuterRef("pk")))
        )
        .order_by("session", "position")
        .prefetch_related(
            Prefetch("sheets", sheets, "all_sheets"), Prefetch("unlocks", unlocks, "all_unlocks")
        )
    )
    return [
        Standing(read, read.steps or 1, read.shown, read.all_sheets, next(reversed(read.all_unlocks), None))
        for read in found
    ]
