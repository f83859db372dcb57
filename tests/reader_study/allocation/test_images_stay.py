"""What was accepted and allocated is what is read: no image of an allocated case is taken away before it is."""

from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from reader_study.accounts.models import User
from reader_study.allocation.actions import allocate
from reader_study.cases.actions import decide_quality, register_image, withdraw_image
from reader_study.cases.models import Image
from reader_study.problems import Conflict
from reader_study.reading.opening import open_study
from reader_study.studies.actions import add_member
from reader_study.studies.models import Role, Study
from reader_study.studies.templates import kawakubo_replica
from tests.reader_study.allocation.drafts import PASSWORD, Draft, frozen, user

pytestmark = pytest.mark.django_db


def coordinator(planned: Draft) -> User:
    site = planned.study.sites.get(code="A")
    person = user("Cora Coordinator")
    add_member(
        actor=planned.investigator,
        study=planned.study,
        email=person.email,
        role=Role.COORDINATOR,
        site_id=site.id,
    )
    return person


def allocated(**options: object) -> Draft:
    planned = frozen(per_site=(1, 1), readers=2, **options)
    allocate(actor=planned.investigator, study=planned.study)
    return planned


def image_of(planned: Draft, image_set: str) -> Image:
    return Image.objects.get(case=planned.cases[0], image_set=image_set, state="stress")


def opens(planned: Draft) -> bool:
    open_study(actor=planned.investigator, study=planned.study, password=PASSWORD, reason="All cases are in")
    planned.study.refresh_from_db()
    return planned.study.state == Study.State.OPEN


def test_from_the_allocation_on_an_accepted_image_is_neither_withdrawn_nor_rejected() -> None:
    planned = allocated()
    image = image_of(planned, "spect")
    for act in (
        partial(withdraw_image, actor=coordinator(planned)),
        partial(decide_quality, actor=planned.investigator, decision="rejected"),
    ):
        with pytest.raises(Conflict) as refusal:
            act(image_id=image.id, reason="A better one is here")
        assert refusal.value.code == "in_reading"
    assert opens(planned)


def test_a_rejected_source_that_no_arm_shows_does_not_take_along_what_was_computed_from_it() -> None:
    arms = kawakubo_replica(title="", reader_title="", simulated=True).arms[1:]
    planned = frozen(per_site=(1, 1), readers=2, arms=arms, sessions=2)
    source = image_of(planned, "spect")
    Image.objects.filter(pk=source.pk).update(qc="rejected", qc_reason="Motion")
    allocate(actor=planned.investigator, study=planned.study)
    with pytest.raises(Conflict) as refusal:
        register_image(
            case=planned.cases[0],
            image_set="spect",
            state="stress",
            dicom_keys=["1" * 64],
            source="upload",
            provenance={},
            actor=None,
        )
    assert refusal.value.code == "second_series"
    assert opens(planned)


@pytest.mark.parametrize(
    "change", [{"qc": "rejected", "qc_reason": "Motion"}, {"superseded_at": timezone.now()}]
)
def test_the_database_keeps_the_accepted_images_of_an_allocated_case(change: dict[str, Any]) -> None:
    planned = allocated()
    with pytest.raises(DatabaseError, match="its accepted images stay"), transaction.atomic():
        Image.objects.filter(case=planned.cases[0]).update(**change)
    assert opens(planned)
