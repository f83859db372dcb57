from uuid import UUID

from django.db.models import QuerySet

from reader_study.accounts.models import User
from reader_study.agreement.queries import reported_study
from reader_study.cases.queries import MAY_DOWNLOAD, UNBLINDED, visible_cases
from reader_study.interop import index
from reader_study.interop.models import IndexedFile, ScoreExport
from reader_study.problems import NotFound
from reader_study.studies.models import Study
from reader_study.studies.queries import study_for


def headers_for(user: User, study_id: UUID, *, study_uid: str = "") -> QuerySet[IndexedFile]:
    """The files of a study's sites that the user may know of. NotFound for readers and strangers.

    study_uid: see `index.files_of`; the answer may still hold other DICOM studies of the same patient.
    """
    study = study_for(user, study_id, *UNBLINDED)
    return index.files_of(visible_cases(user, study), study_uid=study_uid)


def files_for(user: User, study_id: UUID, *, study_uid: str) -> QuerySet[IndexedFile]:
    """The same for who may also have the pixels; a monitor sees what there is, as everywhere else."""
    study = study_for(user, study_id, *MAY_DOWNLOAD)
    return index.files_of(visible_cases(user, study, *MAY_DOWNLOAD), study_uid=study_uid)


def within(
    files: QuerySet[IndexedFile], *, study: str, series: str = "", instance: str = ""
) -> QuerySet[IndexedFile]:
    """What an address names, in the order of the images. NotFound if that is nothing."""
    named = {"study_uid": study, "series_uid": series, "sop_uid": instance}
    found = files.filter(**{name: uid for name, uid in named.items() if uid})
    if not found.exists():
        raise NotFound()
    return found.order_by("series_number", "series_uid", "instance_number", "sop_uid")


def score_export_of(study: Study) -> ScoreExport | None:
    """The scores of a study for other systems; None before it is unblinded."""
    if study.state != Study.State.UNBLINDED:
        return None
    return ScoreExport.objects.filter(lock__study=study).first()


def score_file_key(user: User, study_id: UUID, name: str) -> str:
    """The object key of a file of scores. NotFound before unblinding, and for readers and coordinators."""
    export = score_export_of(reported_study(user, study_id))
    if export is None or export.state != ScoreExport.State.READY or name not in export.files:
        raise NotFound()
    key: str = export.files[name]["key"]
    return key
