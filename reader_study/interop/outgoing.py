"""What may leave to an archive: computed images that somebody accepted, and scores once the study is unblinded."""

import io
from collections.abc import Collection, Iterator

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydicom import dcmread

from reader_study.accounts.models import User
from reader_study.agreement.queries import MAY_SEE
from reader_study.cases.models import Case, Image
from reader_study.cases.queries import MAY_DOWNLOAD, current_images, visible_cases
from reader_study.cases.storage import store
from reader_study.interop.queries import score_export_of
from reader_study.interop.sending import Outgoing
from reader_study.problems import Conflict, Invalid
from reader_study.studies.models import Study
from reader_study.studies.queries import study_for


class What(TextChoices):
    VIRTUAL_PET = "virtual-pet", gettext_lazy("Virtual PET")
    UNCERTAINTY = "uncertainty", gettext_lazy("Uncertainty of virtual PET")
    SCORES = "scores", gettext_lazy("Scores as DICOM SR")


def outgoing(
    *, actor: User, study: Study, what: What, subjects: Collection[str] = ()
) -> tuple[int, Iterator[Outgoing]]:
    """How many files, and the files one after the other. subjects: only these cases; all, when none is named.

    Raises
    ------
    NotFound
        The actor may not have them: pixels are for coordinators (of their sites) and investigators, scores for
        investigators and monitors.
    Invalid
        code "subjects": a subject that the actor cannot see.
    Conflict
        code "blinded": scores before unblinding; "not_ready": they are still being prepared.
    """
    study_for(actor, study.pk, *(MAY_SEE if what == What.SCORES else MAY_DOWNLOAD))
    cases = visible_cases(actor, study)
    unknown = sorted(set(subjects) - set(cases.values_list("subject", flat=True)))
    if unknown:
        raise Invalid(
            "subjects", _("This study has no case %(names)s for you.") % {"names": ", ".join(unknown)}
        )
    if subjects:
        cases = cases.filter(subject__in=subjects)
    keys = _scores(study, cases) if what == What.SCORES else _computed(what, cases)
    return len(keys), (_outgoing(key) for key in keys)


def _computed(what: What, cases: Collection[Case]) -> list[str]:
    images = current_images().filter(
        case__in=[case.pk for case in cases],
        source=Image.Source.TRANSLATION,
        qc=Image.Decision.ACCEPTED,
    )
    images = images.order_by("case__subject", "state")
    if what == What.UNCERTAINTY:
        return [image.uncertainty_dicom_key for image in images if image.uncertainty_dicom_key]
    return [key for image in images for key in image.dicom_keys]


def _scores(study: Study, cases: Collection[Case]) -> list[str]:
    if study.state != Study.State.UNBLINDED:
        raise Conflict("blinded", _("Scores leave only after the study is unblinded."))
    export = score_export_of(study)
    if export is None or export.state != export.State.READY:
        raise Conflict(
            "not_ready", _("The scores are not ready to be sent; please try again in a few minutes.")
        )
    subjects = {case.subject for case in cases}
    reports = [file for file in export.files.values() if file.get("subject") in subjects]
    return [file["key"] for file in reports]


def _outgoing(key: str) -> Outgoing:
    data = store().get(key)
    ds = dcmread(io.BytesIO(data), specific_tags=["SOPClassUID", "SOPInstanceUID"], stop_before_pixels=True)
    return Outgoing(str(ds.SOPClassUID), str(ds.SOPInstanceUID), data)
