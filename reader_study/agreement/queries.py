from uuid import UUID

from reader_study.accounts.models import User
from reader_study.agreement.models import Report
from reader_study.problems import NotFound
from reader_study.studies.models import Role, Study
from reader_study.studies.queries import is_locked, roles_of, study_for

MAY_SEE = (Role.INVESTIGATOR, Role.MONITOR, Role.STATISTICIAN)


def reported_study(user: User, study_id: UUID) -> Study:
    """The study, for who may have its results. NotFound for others, and for a statistician before the lock."""
    study = study_for(user, study_id, *MAY_SEE)
    if not is_locked(study.state) and not roles_of(user, study) & {Role.INVESTIGATOR, Role.MONITOR}:
        raise NotFound()
    return study


def report_of(study: Study) -> Report | None:
    """The report of a study's lock, whatever its state; None before the lock."""
    return Report.objects.filter(lock__study=study).select_related("lock__locked_by").first()


def file_key(user: User, study_id: UUID, name: str) -> str:
    """The object key of one of a report's files. NotFound before it is ready and unblinded, and for readers."""
    study = reported_study(user, study_id)
    report = report_of(study)
    if (
        study.state != Study.State.UNBLINDED
        or report is None
        or report.state != Report.State.READY
        or name not in report.files
    ):
        raise NotFound()
    key: str = report.files[name]["key"]
    return key
