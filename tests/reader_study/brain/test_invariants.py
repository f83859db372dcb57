"""Which images there can be of which organ, and what a ready one has: kept by the database itself."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from reader_study.cases.actions import case_for_subject
from reader_study.cases.models import Case, Image
from reader_study.studies.models import Study
from reader_study.translation.models import TranslationJob
from tests.reader_study.cases.world import World

pytestmark = pytest.mark.django_db
READY = {"status": "ready", "neutral_key": "n", "segments": [50.0] * 12}


@pytest.fixture
def case(world: World, study: Study) -> Case:
    return case_for_subject(study=study, site=world.site_a, subject_key=bytes(32))


def image(case: Case, image_set: str, state: str, source: str, **more: Any) -> Image:
    with transaction.atomic():
        return Image.objects.create(
            case=case, image_set=image_set, state=state, source=source, dicom_keys=["a"], **more
        )


@pytest.mark.parametrize(
    ("image_set", "state", "source", "more", "name"),
    [
        ("uncorrected", "stress", "upload", {}, "image_place_is_known"),
        ("ctac", "rest", "upload", {}, "image_place_is_known"),
        ("spect", "perfusion", "upload", {}, "image_place_is_known"),
        ("virtual_ctac", "perfusion", "upload", {}, "what_is_virtual_is_computed"),
        ("virtual_ctac", "perfusion", "correction", {}, "what_is_virtual_is_computed"),
        ("ctac", "perfusion", "translation", {}, "what_is_virtual_is_computed"),
        ("uncorrected", "perfusion", "correction", {}, "what_is_virtual_is_computed"),
        ("chang", "perfusion", "translation", {}, "what_is_virtual_is_computed"),
        ("ctac", "perfusion", "upload", {**READY, "lv": {}}, "a_ready_image_can_be_read"),
        ("ctac", "perfusion", "upload", {**READY, "polar_key": "p"}, "a_ready_image_can_be_read"),
        ("ctac", "perfusion", "upload", {**READY, "segments": None}, "a_ready_image_can_be_read"),
        ("ctac", "perfusion", "upload", {"neutral_key": "n"}, "a_ready_image_can_be_read"),
        ("spect", "rest", "upload", READY, "a_ready_image_can_be_read"),
        ("ctac", "perfusion", "upload", {"uncertainty_dicom_key": "u"}, "only_what_is_virtual_is_uncertain"),
        (
            "chang",
            "perfusion",
            "correction",
            {"uncertainty_dicom_key": "u"},
            "only_what_is_virtual_is_uncertain",
        ),
    ],
)
def test_the_database_refuses_what_cannot_be(
    case: Case, image_set: str, state: str, source: str, more: dict[str, Any], name: str
) -> None:
    with pytest.raises(IntegrityError, match=name):
        image(case, image_set, state, source, **more)


def test_what_can_be_is_kept(case: Case) -> None:
    for image_set, source in (
        ("uncorrected", "upload"),
        ("ctac", "upload"),
        ("chang", "correction"),
        ("virtual_ctac", "translation"),
    ):
        assert image(case, image_set, "perfusion", source, **READY).pk


def test_only_what_can_be_computed_is_ordered(case: Case) -> None:
    source = image(case, "uncorrected", "perfusion", "upload", **READY)
    said = {"image": source, "model_name": "m", "model_version": "1", "lease_until": source.created_at}
    assert TranslationJob.objects.create(image_set="chang", model_digest="c" * 64, **said).pk
    with pytest.raises(IntegrityError, match="what_is_made_can_be_computed"), transaction.atomic():
        TranslationJob.objects.create(image_set="ctac", model_digest="d" * 64, **said)
