from collections.abc import Iterable

from reader_study.accounts.models import User
from reader_study.allocation.queries import allocated_cases
from reader_study.cases.queries import readable_cases
from reader_study.reading.opening import blocks
from reader_study.reading.pairs import rule_of, situation_of
from reader_study.studies.due import Due, Kind, studies_as
from reader_study.studies.models import Role, Study


def due(user: User) -> Iterable[Due]:
    """What the investigator has to lay out: cases for a list, a sealed list to open, pairs for a round of adjudication.

    The reads themselves are their readers' and adjudicators', and among those of reading.due.
    """
    led = Study.objects.filter(pk__in=studies_as(user, Role.INVESTIGATOR))
    for study in led.filter(state__in=(Study.State.FROZEN, Study.State.OPEN)):
        here, allocated = f"/studies/{study.pk}/allocation", allocated_cases(study)
        listless = sum(case.case_id not in allocated for case in readable_cases(study))
        yield Due(study.pk, Kind.ALLOCATION, listless, here)
        yield Due(study.pk, Kind.OPENING, sum(not is_open for _block, is_open in blocks(study)), here)
    for study in led.filter(state=Study.State.OPEN):
        rule = rule_of(study)
        if rule is not None:
            waiting = situation_of(study, rule).next_round
            yield Due(study.pk, Kind.ADJUDICATION, waiting, f"/studies/{study.pk}/progress")
