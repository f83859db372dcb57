"""Draft studies with complete cases, through the verbs of the floors below."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.utils import timezone

from inference.objects import ObjectStore, digest_of
from reader_study.accounts.models import User
from reader_study.cases.models import Case, Image
from reader_study.studies import actions
from reader_study.studies.models import Role, Site, Study
from reader_study.studies.protocol import kawakubo_replica

PASSWORD = "a password of the tests"
IMAGE_SETS = ("spect", "virtual_pet", "pet")


class QuickArgon2(Argon2PasswordHasher):
    """The real algorithm with a fraction of its work, which is a third of the time of tests that sign."""

    time_cost, memory_cost, parallelism = 1, 8, 1


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
    **protocol: object,
) -> Draft:
    """A draft of the three-arm protocol without washout; ``protocol`` replaces fields of it."""
    charter = kawakubo_replica(title=title, reader_title="Heart study 7", simulated=True, washout_days=0)
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


def complete_case(study: Study, site: Site, number: int) -> Case:
    """A case with accepted images in every arm; `keep_pictures` would store what they point at."""
    subject = f"{site.code}-{number:04d}"
    case = Case.objects.create(
        study=study, site=site, number=number, subject=subject, subject_key=subject.encode().ljust(32)
    )
    for shade, image_set in enumerate(IMAGE_SETS):
        for state in ("stress", "rest"):
            Image.objects.create(
                case=case,
                image_set=image_set,
                state=state,
                source="translation" if image_set == "virtual_pet" else "upload",
                dicom_keys=["0" * 64],
                status=Image.Status.READY,
                neutral_key=digest_of(picture("volume", subject, image_set, state)),
                polar_key=digest_of(picture("polar", subject, image_set, state)),
                lv={"apex_k": 8, "base_k": 40.5 + shade, "radius_mm": 22.5},
                segments=[100.0] * 17,
                qc=Image.Decision.ACCEPTED,
                qc_by=study.memberships.get(role=Role.INVESTIGATOR).user,
                qc_at=timezone.now(),
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
