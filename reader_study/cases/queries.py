from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from inference.dicom.cine import VIEW_PIXEL_MM, VIEW_SHAPE
from inference.heart.frame import NEUTRAL_SHAPE, NEUTRAL_SPACING_MM
from reader_study.accounts.models import User
from reader_study.cases.messages import to_look_at
from reader_study.cases.models import Case, Cine, Image
from reader_study.problems import NotFound
from reader_study.studies.models import Role, Site, Study
from reader_study.studies.protocol import Protocol
from reader_study.studies.queries import (
    coordinated_sites,
    protocol_of,
    roles_of,
    sites_of,
    study_for,
)

UNBLINDED = (Role.COORDINATOR, Role.QUALITY, Role.INVESTIGATOR, Role.MONITOR)
MAY_DOWNLOAD = MAY_DERIVE = (Role.COORDINATOR, Role.QUALITY, Role.INVESTIGATOR)
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
# Without a file of the site they are computed, Chang's too.
COMPUTED = (Image.Set.VIRTUAL_PET, Image.Set.VIRTUAL_CTAC, Image.Set.CHANG)
# From which image of a site others are computed.
COMPUTED_FROM: Mapping[str, tuple[str, ...]] = {
    Image.Set.SPECT: (Image.Set.VIRTUAL_PET,),
    Image.Set.UNCORRECTED: (Image.Set.VIRTUAL_CTAC, Image.Set.CHANG),
}
PROVEN, UNCONFIRMED, CONFIRMED = "proven", "unconfirmed", "confirmed"


@dataclass(frozen=True)
class ReadableCase:
    """A case whose every arm and state is ready and accepted. images: (image set, state) -> Image."""

    case_id: UUID
    site_id: UUID
    images: dict[Place, Image]


@dataclass(frozen=True)
class ReadyCine:
    """A cine that readers may be shown. key: of `frames` pictures, uint16 LE, one after the other.

    dims: (i, j, k) of a beat, (columns, rows, 1) of views; lv: the ventricle that a beat is placed by.
    """

    state: str
    kind: str
    key: str
    frames: int
    dims: tuple[int, int, int]
    spacing_mm: float
    lv: dict[str, Any] | None


def current_images() -> QuerySet[Image]:
    return Image.objects.filter(superseded_at=None).order_by("image_set", "state")


def cases_of(study: Study) -> QuerySet[Case]:
    """All cases of a study with their current images, in the order of their names."""
    images = Prefetch("images", queryset=current_images(), to_attr="current")
    return study.cases.select_related("site").prefetch_related(images).order_by("subject")


def visible_cases(user: User, study: Study, *roles: Role) -> QuerySet[Case]:
    """The cases of the sites that the user may see, or see as one of the roles."""
    return cases_of(study).filter(site__in=sites_of(user, study, *roles))


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
    if not sites_of(user, study, *roles).filter(pk=image.case.site_id).exists():
        raise NotFound()
    return image


def has_quality_control(study: Study) -> bool:
    """Whether anybody has, or ever had, the quality control: ending the role for a moment does not switch it off."""
    return study.memberships.filter(role=Role.QUALITY).exists()


def decided_sites(user: User, study: Study) -> QuerySet[Site]:
    """The sites about whose images the user decides.

    In a study that has, or once had, somebody for the quality control that role alone decides, and for no site that
    the person coordinates: whoever sent an image, or knows what the study hopes for, does not let it in. In a study
    without, the coordinators decide about those of their site and the investigator about all.
    """
    if not has_quality_control(study):
        return sites_of(user, study, Role.COORDINATOR, Role.INVESTIGATOR)
    if Role.QUALITY not in roles_of(user, study):
        return study.sites.none()
    return study.sites.exclude(pk__in=coordinated_sites(user, study).values("pk"))


def asked_sites(user: User, study: Study) -> QuerySet[Site]:
    """The sites that the user may ask about their images: those of `decided_sites` that are not the user's own."""
    if not has_quality_control(study) and Role.INVESTIGATOR not in roles_of(user, study):
        return study.sites.none()
    return decided_sites(user, study).exclude(pk__in=coordinated_sites(user, study).values("pk"))


def image_to_decide_on(user: User, image_id: UUID) -> Image:
    """The image, if the user decides about those of its site. Raises NotFound."""
    image = Image.objects.filter(pk=image_id).select_related("case__study").first()
    if image is None or not decided_sites(user, image.case.study).filter(pk=image.case.site_id).exists():
        raise NotFound()
    return image


def case_to_ask_about(user: User, case_id: UUID) -> Case:
    """The case, if the user may ask its site about it. Raises NotFound."""
    case = Case.objects.filter(pk=case_id).select_related("study", "site").first()
    if case is None or not asked_sites(user, case.study).filter(pk=case.site_id).exists():
        raise NotFound()
    return case


def image_in_use(case: Case, image_id: UUID) -> Image:
    """The image of the case, locked, unless another has taken its place. Raises NotFound."""
    images = current_images().filter(case=case, pk=image_id)
    image = images.select_for_update(of=("self",)).select_related("case").first()
    if image is None:
        raise NotFound()
    return image


def cine_for(user: User, cine_id: UUID, *roles: Role) -> Cine:
    """The cine, if the user has one of the roles and may see its site. Raises NotFound."""
    cine = Cine.objects.filter(pk=cine_id).select_related("case__study").first()
    if cine is None:
        raise NotFound()
    study = study_for(user, cine.case.study_id, *roles)
    if not sites_of(user, study, *roles).filter(pk=cine.case.site_id).exists():
        raise NotFound()
    return cine


def cines_of(case_id: UUID) -> list[ReadyCine]:
    """The cines of a case that are ready, of all kinds and states."""
    ready = Cine.objects.filter(case=case_id, status=Cine.Status.READY, superseded_at=None)
    return [_shown(cine) for cine in ready.select_related("placed_by").order_by("kind", "state")]


def _shown(cine: Cine) -> ReadyCine:
    if cine.placed_by is not None:
        dims, spacing_mm, lv = NEUTRAL_SHAPE[::-1], NEUTRAL_SPACING_MM, cine.placed_by.lv
    else:
        dims, spacing_mm, lv = (*VIEW_SHAPE[::-1], 1), VIEW_PIXEL_MM, None
    return ReadyCine(cine.state, cine.kind, cine.key, cine.frames or 0, dims, spacing_mm, lv)


def images_of(case: Case) -> list[Image]:
    """The current images of a case that came from `cases_of`."""
    images: list[Image] = case.current  # type: ignore[attr-defined]  # prefetched
    return images


def computed_from(image: Image) -> QuerySet[Image]:
    """What is in use and was computed from an image."""
    made = COMPUTED_FROM.get(image.image_set, ())
    found = Image.objects.filter(
        case=image.case_id, state=image.state, image_set__in=made, superseded_at=None
    )
    return found.exclude(source=Image.Source.UPLOAD)


def gives_way(image: Image) -> bool:
    """Whether another image may take this one's place: nobody can use it, or we made it and nobody accepted it.

    Not once reads are allocated and what was computed from it is accepted: it would go along, and may be among them.
    """
    is_allocated = Study.objects.filter(cases=image.case_id, allocated_at__isnull=False).exists()
    if is_allocated and computed_from(image).filter(qc=Image.Decision.ACCEPTED).exists():
        return False
    if image.source != Image.Source.UPLOAD:
        return image.qc != Image.Decision.ACCEPTED
    return image.status == Image.Status.FAILED or image.qc == Image.Decision.REJECTED


def geometry(image: Image) -> str:
    """Whether the header proves how the image lies, or else whether a person has confirmed it."""
    if not to_look_at(image.flags, image_set=image.image_set):
        return PROVEN
    return UNCONFIRMED if image.geometry_at is None else CONFIRMED


def places(protocol: Protocol) -> list[Place]:
    """What a complete case has: every arm in every state."""
    return [(image_set.value, state) for image_set in protocol.image_sets for state in protocol.states]


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
        return "not_computed" if kind in COMPUTED else "not_received"
    if image.status != Image.Status.READY:
        return image.status
    if image.qc == Image.Decision.PENDING and geometry(image) == UNCONFIRMED:
        return "geometry"
    return None if image.qc == Image.Decision.ACCEPTED else f"qc_{image.qc}"


def readable_cases(study: Study, *, purpose: Case.Purpose = Case.Purpose.STUDY) -> list[ReadableCase]:
    """The cases of a purpose that can be read: complete in every arm and state, ready, accepted."""
    wanted = places(protocol_of(study))
    return [
        ReadableCase(
            case.id,
            case.site_id,
            {(i.image_set, i.state): i for i in images_of(case) if (i.image_set, i.state) in wanted},
        )
        for case in cases_of(study).filter(purpose=purpose)
        if not lacking(case, wanted)
    ]


def withheld_cases(study: Study) -> list[tuple[Case, list[Lack]]]:
    """The study's other cases, each with what it waits for: withheld from all arms, so that no arm is read alone."""
    wanted = places(protocol_of(study))
    of_the_study = cases_of(study).filter(purpose=Case.Purpose.STUDY)
    found = ((case, lacking(case, wanted)) for case in of_the_study)
    return [(case, lacks) for case, lacks in found if lacks]


def segment_values(study: Study) -> dict[tuple[UUID, str, str], list[float]]:
    """(case, image set, state) -> the uptake values in % of the maximum, of all ready current images."""
    ready = current_images().filter(case__study=study, status=Image.Status.READY)
    return {(image.case_id, image.image_set, image.state): image.segments or [] for image in ready}
