"""What a header does not prove about how an image lies, a person confirms before the image is accepted."""

from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from inference.dicom.write import nm_dataset, to_bytes
from inference.volume import Kind, Volume
from reader_study.audit.models import Entry
from reader_study.cases.actions import confirm_geometry
from reader_study.cases.derivation import derive as derive_files
from reader_study.cases.messages import FLAGS, UNPROVEN, to_look_at
from reader_study.cases.models import Case, Image
from reader_study.cases.storage import store
from reader_study.cases.tasks import derive
from reader_study.problems import NotFound
from tests.reader_study.cases.world import World
from tests.reader_study.intake.files import heart
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db


def unoriented() -> bytes:
    ds = nm_dataset(heart(), header={}, state="stress")
    del ds.DetectorInformationSequence[0].ImageOrientationPatient
    return to_bytes(ds)


@pytest.fixture
def case(world: World) -> Case:
    return Case.objects.create(
        study=world.study, site=world.site_a, number=1, subject="A-0001", subject_key=b"1" * 32
    )


@pytest.fixture
def image(case: Case, work: Any) -> Image:
    """An image of which nobody can know how it lies, derived."""
    image = Image.objects.create(
        case=case,
        image_set="spect",
        state="stress",
        source="upload",
        dicom_keys=[store().put(unoriented())],
        provenance={"state_source": "ProtocolName", "view_source": "ViewCodeSequence"},
    )
    derive(str(image.id))
    image.refresh_from_db()
    assert (image.status, "geometry_unverified" in image.flags) == ("ready", True)
    return image


def test_acceptance_waits_for_a_person_who_looked(image: Image, world: World, client_of: Any) -> None:
    browser = client_of(world.coordinator_a)
    shown = browser.get(f"/api/cases/{image.case_id}").json()
    (one,) = shown["images"]
    assert one["geometry"] == "unconfirmed"
    assert one["to_look_at"] == [str(UNPROVEN["geometry_unverified"])]
    assert (one["state_source"], one["view_source"]) == ("ProtocolName", "ViewCodeSequence")
    assert "SPECT stress: waits for somebody to confirm how the image lies" in shown["waiting_for"]
    assert {(need["image_set"], need["state"], need["code"]) for need in shown["needs"]} == {
        ("spect", "stress", "geometry"),
        ("spect", "rest", "not_received"),
        ("virtual_pet", "stress", "not_computed"),
        ("virtual_pet", "rest", "not_computed"),
        ("pet", "stress", "not_received"),
        ("pet", "rest", "not_received"),
    }
    refused = browser.post(f"/api/images/{image.id}/qc", {"decision": "accepted"})
    assert (refused.status_code, refused.json()["code"]) == (409, "geometry_unconfirmed")

    confirmed = browser.post(f"/api/images/{image.id}/geometry", {"confirmed": True})
    assert (confirmed.status_code, confirmed.json()["geometry"]) == (200, "confirmed")
    entry = Entry.objects.get(action="cases.geometry_confirmed")
    assert (entry.actor, entry.detail["flags"]) == (world.coordinator_a.id, ["geometry_unverified"])
    assert browser.post(f"/api/images/{image.id}/qc", {"decision": "accepted"}).status_code == 200
    image.refresh_from_db()
    assert (image.qc, image.geometry_by) == ("accepted", world.coordinator_a)


def test_a_rejection_needs_no_confirmation(image: Image, world: World, client_of: Any) -> None:
    decision = {"decision": "rejected", "reason": "Septum and lateral wall are the wrong way round"}
    assert client_of(world.coordinator_a).post(f"/api/images/{image.id}/qc", decision).status_code == 200


def test_it_can_be_taken_back_until_the_image_is_accepted(image: Image, world: World, client_of: Any) -> None:
    browser = client_of(world.coordinator_a)

    def says(confirmed: bool) -> tuple[int, str]:
        answer = browser.post(f"/api/images/{image.id}/geometry", {"confirmed": confirmed})
        return answer.status_code, answer.json().get("geometry") or answer.json()["code"]

    assert says(True) == says(True) == (200, "confirmed")
    assert says(False) == (200, "unconfirmed")
    assert browser.post(f"/api/images/{image.id}/qc", {"decision": "accepted"}).status_code == 409
    assert says(True) == (200, "confirmed")
    browser.post(f"/api/images/{image.id}/qc", {"decision": "accepted"})
    assert says(False) == (409, "accepted")
    told = list(Entry.objects.filter(action__startswith="cases.geometry").values_list("action", flat=True))
    assert told == ["cases.geometry_confirmed", "cases.geometry_doubted", "cases.geometry_confirmed"]


def test_only_who_may_decide_confirms(image: Image, world: World) -> None:
    for who in ("coordinator_b", "monitor", "reader", "stranger", "staff"):
        with pytest.raises(NotFound):
            confirm_geometry(actor=getattr(world, who), image_id=image.id, confirmed=True)


def test_what_is_proven_or_not_ready_or_locked_is_not_confirmed(
    image: Image, world: World, client_of: Any
) -> None:
    browser = client_of(world.coordinator_a)
    path = f"/api/images/{image.id}/geometry"
    put_in_state(world.study.pk, "locked")
    assert browser.post(path, {"confirmed": True}).status_code == 423
    put_in_state(world.study.pk, "draft")
    Image.objects.filter(pk=image.pk).update(flags=["hot_neighbour"])
    assert browser.post(path, {"confirmed": True}).json()["code"] == "geometry_proven"
    assert browser.post(f"/api/images/{image.id}/qc", {"decision": "accepted"}).status_code == 200


def test_the_database_knows_no_confirmation_without_a_person(image: Image) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Image.objects.filter(pk=image.pk).update(geometry_at="2026-01-01T00:00:00Z")


def test_every_unproven_flag_is_a_known_one() -> None:
    assert set(UNPROVEN) <= set(FLAGS)
    assert to_look_at(["reoriented", "hot_neighbour"], image_set="spect") == [str(UNPROVEN["reoriented"])]


def test_a_transaxial_image_is_reoriented_and_waits_for_a_person(case: Case) -> None:
    short_axis = heart()
    affine = np.diag([6.4, 6.4, 6.4, 1.0])
    middle = short_axis.affine @ [*(np.array(short_axis.voxels.shape[::-1]) - 1) / 2, 1]
    affine[:3, 3] = middle[:3] - 6.4 * 16
    chest = Volume(short_axis.resample(affine, (33, 33, 33)).voxels, affine, Kind.TRANSAXIAL)
    derived = derive_files([to_bytes(nm_dataset(chest, header={}, state="stress"))])
    assert "reoriented" in derived.flags and to_look_at(derived.flags, image_set="spect")
    assert len(derived.segments) == 17
