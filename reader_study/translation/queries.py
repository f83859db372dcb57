import json
import logging
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from inference.model import ModelIdentity
from inference.translation.bundle import SHIPPED
from reader_study.accounts.models import User
from reader_study.cases.models import Case, Image
from reader_study.problems import NotFound
from reader_study.studies.models import ProtocolVersion, Study
from reader_study.studies.protocol import ImageSet
from reader_study.studies.queries import sites_of
from reader_study.translation.models import TranslationJob

logger = logging.getLogger(__name__)
BUNDLE = SHIPPED / "heart-spect-to-pet"


def current_model() -> ModelIdentity | None:
    """The model that makes virtual PET of cardiac SPECT in this installation; None if none is installed."""
    try:
        card = json.loads((BUNDLE / "card.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        logger.warning("no model bundle is installed at %s: no virtual PET can be computed", BUNDLE)
        return None
    return ModelIdentity(name=card["name"], version=card["version"], digest=card["digest"])


def model_of(study: Study) -> ModelIdentity | None:
    """The one model of a study: that of its first job that did not fail; before there is one, the installed one.

    A worker without that model says so, and the job can be started again when the bundle is back on the shelf.
    """
    worked = TranslationJob.objects.filter(image__case__study=study).exclude(
        state=TranslationJob.State.FAILED
    )
    first = worked.order_by("created_at").first()
    if first is None:
        return current_model()
    return ModelIdentity(name=first.model_name, version=first.model_version, digest=first.model_digest)


def translatable_images() -> QuerySet[Image]:
    """Current, ready SPECT images without a virtual PET, of studies whose protocol in force has such an arm."""
    newer = ProtocolVersion.objects.filter(study=OuterRef("study"), version__gt=OuterRef("version"))
    with_arm = ProtocolVersion.objects.filter(
        ~Exists(newer), document__arms__contains=[{"image_set": ImageSet.VIRTUAL_PET.value}]
    )
    computed = Image.objects.filter(
        image_set=Image.Set.VIRTUAL_PET, case=OuterRef("case"), state=OuterRef("state"), superseded_at=None
    )
    return Image.objects.filter(
        ~Exists(computed),
        image_set=Image.Set.SPECT,
        status=Image.Status.READY,
        superseded_at=None,
        case__study__in=with_arm.values("study"),
        case__study__state__in=[Study.State.DRAFT, Study.State.OPEN],
    ).order_by("created_at")


def cases_without_job() -> list[UUID]:
    """Cases with a SPECT image for which no virtual PET was ordered: that message was lost."""
    cases: set[UUID] = set()
    for study in Study.objects.filter(pk__in=translatable_images().values("case__study")):
        model = model_of(study)
        if model is not None:
            ordered = TranslationJob.objects.filter(image=OuterRef("pk"), model_digest=model.digest)
            unordered = translatable_images().filter(~Exists(ordered), case__study=study)
            cases.update(unordered.values_list("case", flat=True))
    return sorted(cases)


def job_of(study: Study, job_id: UUID) -> TranslationJob:
    """The job, locked, if it is one of the study. Raises NotFound."""
    jobs = TranslationJob.objects.filter(image__case__study=study).select_for_update(of=("self",))
    job = jobs.select_related("image__case").filter(pk=job_id).first()
    if job is None:
        raise NotFound()
    return job


def jobs_of(case: Case) -> QuerySet[TranslationJob]:
    """The latest job of each current SPECT image of a case: stress before rest."""
    newer = TranslationJob.objects.filter(image=OuterRef("image"), created_at__gt=OuterRef("created_at"))
    jobs = TranslationJob.objects.filter(~Exists(newer), image__case=case, image__superseded_at=None)
    return jobs.select_related("image__case").order_by("-image__state")


def visible_jobs(user: User, study: Study) -> QuerySet[TranslationJob]:
    """The jobs of the sites that the user may see."""
    jobs = TranslationJob.objects.filter(
        image__case__study=study, image__case__site__in=sites_of(user, study)
    )
    return jobs.select_related("image__case").order_by("image__case__subject", "image__state", "created_at")
