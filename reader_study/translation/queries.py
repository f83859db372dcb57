import json
import logging
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from inference.correct.method import CHANG
from inference.model import ModelIdentity
from inference.translation.bundle import SHIPPED
from reader_study.accounts.models import User
from reader_study.cases.models import Case, Image
from reader_study.problems import NotFound
from reader_study.studies.models import ProtocolVersion, Study
from reader_study.studies.queries import TAKES_FILES, sites_of
from reader_study.translation.models import TranslationJob

logger = logging.getLogger(__name__)
SHELF = SHIPPED


@dataclass(frozen=True)
class Making:
    """What is computed from an image of a site. bundle: folder of the model on the shelf; empty: by Chang's method."""

    image_set: Image.Set
    source: Image.Set
    bundle: str


MAKINGS = (
    Making(Image.Set.VIRTUAL_PET, Image.Set.SPECT, "heart-spect-to-pet"),
    Making(Image.Set.VIRTUAL_CTAC, Image.Set.UNCORRECTED, "brain-nac-to-ctac"),
    Making(Image.Set.CHANG, Image.Set.UNCORRECTED, ""),
)


def making_of(job: TranslationJob) -> Making:
    return next(making for making in MAKINGS if making.image_set == job.image_set)


def current_model(making: Making) -> ModelIdentity | None:
    """What makes such images in this installation; None if its model is not installed."""
    if not making.bundle:
        return CHANG
    try:
        card = json.loads((SHELF / making.bundle / "card.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        logger.warning("the model bundle %s is not installed: no %s", making.bundle, making.image_set)
        return None
    return ModelIdentity(name=card["name"], version=card["version"], digest=card["digest"])


def model_of(study: Study, making: Making) -> ModelIdentity | None:
    """The one model of a study: that of its first job that did not fail; before there is one, the installed one.

    A worker without that model says so, and the job can be started again when the bundle is back on the shelf.
    """
    worked = TranslationJob.objects.filter(image__case__study=study, image_set=making.image_set).exclude(
        state=TranslationJob.State.FAILED
    )
    first = worked.order_by("created_at").first()
    if first is None:
        return current_model(making)
    return ModelIdentity(name=first.model_name, version=first.model_version, digest=first.model_digest)


def translatable_images(making: Making) -> QuerySet[Image]:
    """Current, ready images of the source, where the case lacks what is made of them and the protocol reads it."""
    newer = ProtocolVersion.objects.filter(study=OuterRef("study"), version__gt=OuterRef("version"))
    wanted = making.image_set.value
    reading_it = ProtocolVersion.objects.filter(
        Q(document__arms__contains=[{"image_set": wanted}])
        | Q(document__arms__contains=[{"steps": [[wanted]]}]),
        ~Exists(newer),
    )
    there = Image.objects.filter(
        image_set=making.image_set, case=OuterRef("case"), state=OuterRef("state"), superseded_at=None
    )
    return Image.objects.filter(
        ~Exists(there),
        image_set=making.source,
        status=Image.Status.READY,
        superseded_at=None,
        case__study__in=reading_it.values("study"),
        case__study__state__in=TAKES_FILES,
    ).order_by("created_at")


def cases_without_job() -> list[UUID]:
    """Cases with an image of which something is to be computed that was not ordered: that message was lost."""
    cases: set[UUID] = set()
    for making in MAKINGS:
        waiting = translatable_images(making)
        for study in Study.objects.filter(pk__in=waiting.values("case__study")):
            model = model_of(study, making)
            if model is not None:
                ordered = TranslationJob.objects.filter(image=OuterRef("pk"), model_digest=model.digest)
                unordered = waiting.filter(~Exists(ordered), case__study=study)
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
    """The latest job of each kind of each current image of a case: stress before rest."""
    newer = TranslationJob.objects.filter(
        image=OuterRef("image"), image_set=OuterRef("image_set"), created_at__gt=OuterRef("created_at")
    )
    jobs = TranslationJob.objects.filter(~Exists(newer), image__case=case, image__superseded_at=None)
    return jobs.select_related("image__case").order_by("-image__state", "image_set")


def visible_jobs(user: User, study: Study) -> QuerySet[TranslationJob]:
    """The jobs of the sites that the user may see."""
    jobs = TranslationJob.objects.filter(
        image__case__study=study, image__case__site__in=sites_of(user, study)
    )
    return jobs.select_related("image__case").order_by("image__case__subject", "image__state", "created_at")
