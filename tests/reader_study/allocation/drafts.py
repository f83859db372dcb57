"""Draft studies with complete cases, through the verbs of the floors below."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from inference.objects import ObjectStore, digest_of
from reader_study.accounts.models import User
from reader_study.cases.models import Case, Image
from reader_study.studies import actions
from reader_study.studies.freezing import freeze
from reader_study.studies.models import Role, Site, Study
from reader_study.studies.organs import ORGANS
from reader_study.studies.protocol import Protocol
from reader_study.studies.queries import current_protocol, protocol_of
from reader_study.studies.templates import kawakubo_replica

PASSWORD = "a password of the tests"


@dataclass(frozen=True)
class Draft:
    study: Study
    investigator: User
    readers: list[User]
    cases: list[Case]


def user(name: str, **fields: object) -> User:
    email = f"{name.lower().replace(' ', '.')}@example.org"
    made = {"full_name": name, "password": make_password(PASSWORD), **fields}
    return User.objects.get_or_create(email=email, defaults=made)[0]


def draft(
    *,
    per_site: tuple[int, ...] = (2, 2),
    readers: int = 2,
    title: str = "SPECT against PET",
    template: Callable[..., Protocol] = kawakubo_replica,
    **protocol: object,
) -> Draft:
    """A draft of the three-arm protocol, or another, without washout; ``protocol`` replaces fields of it."""
    charter = template(title=title, reader_title="Heart study 7", simulated=True, washout_days=0)
    document = replace(charter, **protocol).as_document()  # type: ignore[arg-type]
    investigator = user("Ivo Investigator")
    study = actions.create_study(
        creator=user("Anna Administrator", is_staff=True),
        title=title,
        investigator=investigator.email,
        document=document,
    )
    people = [user(f"Reader {number}") for number in range(1, readers + 1)]
    for person in people:
        actions.add_member(actor=investigator, study=study, email=person.email, role=Role.READER)
    cases = []
    for letter, size in zip("ABCDEF", per_site, strict=False):
        site = actions.add_site(actor=investigator, study=study, code=letter, name=f"Hospital {letter}")
        cases += [complete_case(study, site, number) for number in range(1, size + 1)]
    return Draft(study=study, investigator=investigator, readers=people, cases=cases)


def frozen(**options: object) -> Draft:
    """The same with its charter signed, ready to be allocated."""
    made = draft(**options)  # type: ignore[arg-type]
    sign_charter(made.study, made.investigator)
    made.study.refresh_from_db()
    return made


def sign_charter(study: Study, investigator: User) -> None:
    freeze(
        actor=investigator,
        study=study,
        password=PASSWORD,
        sha256=current_protocol(study).sha256,
        reason="The charter is complete",
    )


def complete_case(study: Study, site: Site, number: int) -> Case:
    """A case with accepted images in every arm; `keep_pictures` would store what they point at."""
    subject = f"{site.code}-{number:04d}"
    case = Case.objects.create(
        study=study, site=site, number=number, subject=subject, subject_key=subject.encode().ljust(32)
    )
    protocol = protocol_of(study)
    organ = ORGANS[protocol.organ]
    for shade, image_set in enumerate(organ.image_sets):
        for state in organ.states:
            ventricle = {
                "polar_key": digest_of(picture("polar", subject, image_set, state)),
                "lv": {"apex_k": 8, "base_k": 40.5 + shade, "radius_mm": 22.5},
            }
            Image.objects.create(
                case=case,
                image_set=image_set,
                state=state,
                source="translation" if image_set.startswith("virtual") else "upload",
                dicom_keys=["0" * 64],
                status=Image.Status.READY,
                neutral_key=digest_of(picture("volume", subject, image_set, state)),
                segments=[100.0] * organ.segments,
                qc=Image.Decision.ACCEPTED,
                qc_by=study.memberships.get(role=Role.INVESTIGATOR).user,
                qc_at=timezone.now(),
                **(ventricle if protocol.organ == "heart" else {}),
            )
    return case


def picture(kind: str, subject: str, image_set: str, state: str) -> bytes:
    """A stand-in for a volume or polar map: different for every image, and short."""
    return f"{kind} {subject} {image_set} {state}".encode()


def keep_pictures(cases: list[Case]) -> None:
    """Store all pictures of some cases; most tests do without, and files that are synced to disk are slow."""
    store = ObjectStore(settings.OBJECT_STORE)
    for image in Image.objects.filter(case__in=cases).select_related("case"):
        for kind in ("volume", "polar"):
            store.put(picture(kind, image.case.subject, image.image_set, image.state))
