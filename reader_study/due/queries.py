from collections.abc import Sequence
from dataclasses import dataclass

from reader_study.accounts.models import User
from reader_study.cases.due import due as of_cases
from reader_study.intake.due import due as of_intake
from reader_study.reading.due import due as of_reading
from reader_study.reading.rounds_and_blocks_due import due as of_rounds_and_blocks
from reader_study.studies.due import Due, Provider
from reader_study.studies.due import due as of_studies
from reader_study.studies.models import Study
from reader_study.studies.queries import protocol_of
from reader_study.translation.due import due as of_translation

PROVIDERS: Sequence[Provider] = (
    of_reading,
    of_rounds_and_blocks,
    of_intake,
    of_cases,
    of_translation,
    of_studies,
)


@dataclass(frozen=True)
class StudyDue:
    """title: the one for readers, for everybody: the other may name the arms, and a mail may be read by anybody."""

    due: Due
    title: str


def due_for(user: User) -> list[StudyDue]:
    """Everything that waits for a person, oldest study first."""
    found = [item for provider in PROVIDERS for item in provider(user) if item.count]
    studies = Study.objects.filter(pk__in={item.study for item in found}).order_by("created_at")
    titles = {study.id: protocol_of(study).reader_title for study in studies}
    return [StudyDue(item, title) for study, title in titles.items() for item in found if item.study == study]
