"""Images that are ready to be looked at, and somebody for the quality control."""

from datetime import date

from django.db import connection

from reader_study.accounts.models import User
from reader_study.cases.models import Case, Image
from reader_study.cases.quality_models import SiteQueryEntry
from reader_study.studies.actions import add_member
from reader_study.studies.models import Role, Site
from tests.reader_study.cases.world import World

SEEN = {"confirmed": ["apex", "base", "axis", "state"], "artefacts": [], "note": ""}


def join_quality(world: World, name: str = "Quinn Quality") -> User:
    """Somebody who checks the images of the first study from now on."""
    user = User.objects.create_user(f"{name.replace(' ', '.').lower()}@example.org", None, full_name=name)
    add_member(actor=world.investigator, study=world.study, email=user.email, role=Role.QUALITY)
    return user


def case_of(world: World, site: Site, number: int = 1) -> Case:
    return Case.objects.create(
        study=world.study,
        site=site,
        number=number,
        subject=f"{site.code}-{number:04d}",
        subject_key=f"{site.code}{number}".encode().ljust(32),
    )


def ready(case: Case, *, image_set: str = "spect", state: str = "stress") -> Image:
    """An image whose header proves how it lies."""
    return Image.objects.create(
        case=case,
        image_set=image_set,
        state=state,
        source="translation" if image_set == "virtual_pet" else "upload",
        dicom_keys=["d" * 64],
        status="ready",
        neutral_key="n" * 64,
        polar_key="p" * 64,
        lv={"apex_k": 5, "base_k": 40, "radius_mm": 28},
        segments=[80.0] * 17,
    )


def due_on(entry: SiteQueryEntry, day: date) -> None:
    """Move the day of an entry, as if it had been asked long ago: no door of the application can."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks that wait cannot be altered
        cursor.execute("ALTER TABLE cases_sitequeryentry DISABLE TRIGGER insert_only")
        cursor.execute("UPDATE cases_sitequeryentry SET due_on = %s WHERE id = %s", [day, entry.pk])
        cursor.execute("ALTER TABLE cases_sitequeryentry ENABLE TRIGGER insert_only")
