from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reader_study.accounts.models import User
from reader_study.cases.messages import to_look_at
from reader_study.cases.models import Case, Image
from reader_study.problems import NotFound
from reader_study.studies.models import Role, Study
from reader_study.studies.protocol import Protocol
from reader_study.studies.queries import protocol_of, sites_of, study_for

UNBLINDED = (Role.COORDINATOR, Role.INVESTIGATOR, Role.MONITOR)
MAY_DOWNLOAD = MAY_DECIDE = (Role.COORDINATOR, Role.INVESTIGATOR)
Place = tuple[str, str]  # (image set, state)
Lack = tuple[str, str, str]  # image set, state, and a key of LACKS
LACKS = {
    "not_computed": gettext_lazy("not computed yet"),
    "not_received": gettext_lazy("not received"),
    "deriving": gettext_lazy("being prepared"),
    "failed": gettext_lazy("cannot be used"),
    "geometry": gettext_lazy("waits for somebody to confirm how the image lies"),
    "qc_pending": gettext_lazy("waits for the quality check"),
    "qc_rejected": gettext_lazy("rejected in the quality check"),
}
PROVEN, UNCONFIRMED, CONFIRMED = "proven", "unconfirmed", "confirmed"


@dataclass(frozen=True)
class ReadableCase:
    """A case whose every arm and state is ready and accepted. images: (image set, state) -> Image."""

    case_id: UUID
    site_id: UUID
    images: dict[Place, Image]


def current_images() -> QuerySet[Image]:
    return Image.objects.filter(superseded_at=None).order_by("image_set", "state")


def cases_of(study: Study) -> QuerySet[Case]:
    """All cases of a study with their current images, in the order of their names."""
    images = Prefetch("images", queryset=current_images(), to_attr="current")
    return study.cases.select_related("site").prefetch_related(images).order_by("subject")


def visible_cases(user: User, study: Study) -> QuerySet[Case]:
    """The cases of the sites that the user may see."""
    return cases_of(study).filter(site__in=sites_of(user, study))


def case_for(user: User, case_id: UUID) -> Case:
    """The case, if the user may see it. Raises NotFound, the same for absent and foreign."""
    case = Case.objects.filter(pk=case_id).select_related("study").first()
    if case is None:
        raise NotFound()
    study = study_for(user, case.study_id, *UNBLINDED)
    visible = visible_cases(user, study).filter(pk=case_id).first()
    if visible is None:
        raise NotFound()
    return visible


def image_for(user: User, image_id: UUID, *roles: Role) -> Image:
    """The image, if the user has one of the roles and may see its site. Raises NotFound."""
    image = Image.objects.filter(pk=image_id).select_related("case__study").first()
    if image is None:
        raise NotFound()
    study = study_for(user, image.case.study_id, *roles)
    if not sites_of(user, study).filter(pk=image.case.site_id).exists():
        raise NotFound()
    return image


def images_of(case: Case) -> list[Image]:
    """The current images of a case that came from `cases_of`."""
    images: list[Image] = case.current  # type: ignore[attr-defined]  # prefetched
    return images


def gives_way(image: Image) -> bool:
    """Whether another image may take this one's place: nobody can use it, or a model made it and nobody accepted it."""
    if image.source == Image.Source.TRANSLATION:
        return image.qc != Image.Decision.ACCEPTED
    return image.status == Image.Status.FAILED or image.qc == Image.Decision.REJECTED


def geometry(image: Image) -> str:
    """Whether the header proves how the image lies, or else whether a person has confirmed it."""
    if not to_look_at(image.flags):
        return PROVEN
    return UNCONFIRMED if image.geometry_at is None else CONFIRMED


def places(protocol: Protocol) -> list[Place]:
    """What a complete case has: every arm in every state."""
    return [(arm.image_set.value, state) for arm in protocol.arms for state in protocol.states]


def lacking(case: Case, wanted: Iterable[Place]) -> list[Lack]:
    """What keeps a case (from `cases_of`) from being read; empty when it can be."""
    images = {(image.image_set, image.state): image for image in images_of(case)}
    return [
        (kind, state, code)
        for kind, state in wanted
        if (code := _lack(images.get((kind, state)), kind)) is not None
    ]


def waiting_for(case: Case, wanted: Iterable[Place]) -> list[str]:
    """The same, one phrase each."""
    return [phrase(lack) for lack in lacking(case, wanted)]


def phrase(lack: Lack) -> str:
    kind, state, code = lack
    return _("%(image)s %(state)s: %(why)s") % {
        "image": Image.Set(kind).label,
        "state": Image.State(state).label,
        "why": LACKS[code],
    }


def _lack(image: Image | None, kind: str) -> str | None:
    if image is None:
        return "not_computed" if kind == Image.Set.VIRTUAL_PET else "not_received"
    if image.status != Image.Status.READY:
        return image.status
    if image.qc == Image.Decision.PENDING and geometry(image) == UNCONFIRMED:
        return "geometry"
    return None if image.qc == Image.Decision.ACCEPTED else f"qc_{image.qc}"


def readable_cases(study: Study) -> list[ReadableCase]:
    """The cases that can be allocated: complete in every arm and state, ready, accepted."""
    wanted = places(protocol_of(study))
    return [
        ReadableCase(
            case.id,
            case.site_id,
            {(i.image_set, i.state): i for i in images_of(case) if (i.image_set, i.state) in wanted},
        )
        for case in cases_of(study)
        if not lacking(case, wanted)
    ]


def withheld_cases(study: Study) -> list[tuple[Case, list[Lack]]]:
    """The other cases, each with what it waits for: withheld from all arms, so that no arm is read alone."""
    wanted = places(protocol_of(study))
    found = ((case, lacking(case, wanted)) for case in cases_of(study))
    return [(case, lacks) for case, lacks in found if lacks]


def segment_values(study: Study) -> dict[tuple[UUID, str, str], list[float]]:
    """(case, image set, state) -> the 17 uptake values in % of the maximum, of all ready current images."""
    ready = current_images().filter(case__study=study, status=Image.Status.READY)
    return {(image.case_id, image.image_set, image.state): image.segments or [] for image in ready}
