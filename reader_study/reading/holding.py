"""What readers are held to, and from when: the rows of ReadingConduct. An amendment holds from its moment on."""

from dataclasses import dataclass
from datetime import datetime

from reader_study.reading.models import ReadingConduct, ReadingStudy
from reader_study.studies.charter_conduct import Conduct, conduct_of


@dataclass(frozen=True)
class Held:
    """arms: code and label of each, in the order in which readers are asked; empty where they are not."""

    washout_days: int
    conduct: Conduct
    arms: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Questions:
    """What is asked at the end of a session; arms: see Held."""

    recall: bool
    arms: tuple[tuple[str, str], ...]

    @property
    def any(self) -> bool:
        return self.recall or bool(self.arms)


def held_to(study: ReadingStudy, *, at: datetime | None = None) -> Held:
    """Now, or at a moment; a study from before there were amendments is held to what it was opened with."""
    rows = (row for row in study.conducts.all() if at is None or row.since <= at)
    newest = max(rows, key=lambda row: row.id, default=None)
    return _held(newest) if newest else Held(study.washout_days, Conduct())


def questions_of(study: ReadingStudy, *, ended_at: datetime) -> Questions:
    """What is asked about a session that ended then.

    An amendment holds for sessions that end from then on; but what is no longer asked, nobody has to answer any more.
    """
    then, now = held_to(study, at=ended_at), held_to(study)
    is_arm_asked = then.conduct.ask_arm and now.conduct.ask_arm
    return Questions(
        recall=then.conduct.ask_recall and now.conduct.ask_recall,
        arms=now.arms if is_arm_asked else (),
    )


def _held(row: ReadingConduct) -> Held:
    return Held(
        washout_days=row.washout_days,
        conduct=conduct_of(row.conduct),
        arms=tuple((arm["code"], arm["label"]) for arm in row.arms),
    )
