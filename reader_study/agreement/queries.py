from uuid import UUID

from reader_study.accounts.models import User
from reader_study.agreement.models import Report
from reader_study.problems import NotFound
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import study_for

MAY_SEE = (Role.INVESTIGATOR, Role.MONITOR)


def report_of(study: Study) -> Report | None:
    """The report of a study's lock, whatever its state; None before the lock."""
    return Report.objects.filter(lock__study=study).select_related("lock__locked_by").first()


def file_key(user: User, study_id: UUID, name: str) -> str:
    """The object key of one of a report's files. NotFound before the report is ready, and for readers."""
    report = report_of(study_for(user, study_id, *MAY_SEE))
    if report is None or report.state != Report.State.READY or name not in report.files:
        raise NotFound()
    key: str = report.files[name]["key"]
    return key
