"""In a study with a quality control that role accepts images, and only those whose contour and state it confirmed."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from reader_study.accounts.models import User
from reader_study.audit.models import Entry
from reader_study.cases.actions import withdraw_image
from reader_study.cases.due import due
from reader_study.cases.models import Case, Image
from reader_study.cases.quality_models import Findings
from reader_study.problems import NotFound
from reader_study.studies.actions import add_member
from reader_study.studies.delegation import end_membership
from reader_study.studies.due import Kind
from reader_study.studies.models import Role
from tests.reader_study.cases.checking import SEEN, case_of, join_quality, ready
from tests.reader_study.cases.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(world: World) -> Case:
    return case_of(world, world.site_a)


@pytest.fixture
def image(case: Case) -> Image:
    return ready(case)


@pytest.fixture
def quality(world: World) -> User:
    return join_quality(world)


def decided(browser: Any, image: Image, decision: str = "accepted", **more: Any) -> tuple[int, str]:
    answer = browser.post(f"/api/images/{image.id}/qc", {"decision": decision, **more})
    return answer.status_code, answer.json().get("qc") or answer.json()["code"]


def test_ending_the_role_for_a_moment_lets_nobody_else_accept(
    world: World, image: Image, quality: User, client_of: Any
) -> None:
    held = world.study.memberships.get(user=quality)
    end_membership(actor=world.investigator, study=world.study, membership_id=held.id, reason="For a moment")
    for person in (world.investigator, world.coordinator_a):
        assert decided(client_of(person), image, seen=SEEN) == (404, "not_found")
    with pytest.raises(DatabaseError, match="confirmed"), transaction.atomic():
        Image.objects.filter(pk=image.pk).update(
            qc="accepted", qc_by=world.investigator, qc_at=timezone.now()
        )
    (unasked,) = [item for item in due(world.investigator) if item.kind == Kind.QUALITY_ROLE and item.count]
    assert (unasked.count, unasked.link) == (1, f"/studies/{world.study.id}/people")
    again = join_quality(world, "Quirin Quality")
    assert not any(item.count for item in due(world.investigator) if item.kind == Kind.QUALITY_ROLE)
    assert decided(client_of(again), image, seen=SEEN) == (200, "accepted")


def test_acceptance_needs_everything_confirmed(image: Image, quality: User, client_of: Any) -> None:
    browser = client_of(quality)
    assert decided(browser, image) == (409, "unconfirmed")
    for missing in SEEN["confirmed"]:
        confirmed = [part for part in SEEN["confirmed"] if part != missing]
        assert decided(browser, image, seen={"confirmed": confirmed}) == (409, "unconfirmed")
    assert not Findings.objects.exists()  # what is refused leaves nothing
    assert decided(browser, image, seen=SEEN) == (200, "accepted")
    shown = browser.get(f"/api/cases/{image.case_id}").json()["images"][0]
    assert (shown["confirmed"], shown["decided_by"]) == (True, "Quinn Quality")
    assert shown["findings"]["confirmed"] == shown["to_confirm"] == SEEN["confirmed"]
    told = Entry.objects.filter(action__startswith="cases.").order_by("number")
    assert list(told.values_list("action", "actor")) == [
        ("cases.findings_recorded", quality.id),
        ("cases.qc_decided", quality.id),
    ]


def test_what_was_seen_is_kept_with_a_rejection(image: Image, quality: User, client_of: Any) -> None:
    browser = client_of(quality)
    seen = {
        "confirmed": ["apex", "state"],
        "artefacts": ["other", "motion"],
        "note": "A ring in the raw data",
    }
    assert decided(browser, image, "rejected", seen=seen) == (400, "reason")
    assert decided(browser, image, "rejected", reason="Not usable", seen=seen) == (200, "rejected")
    findings = Findings.objects.get()
    assert (findings.confirmed, findings.artefacts) == (["apex", "state"], ["motion", "other"])
    # A second look is a second row; the last one counts.
    assert decided(browser, image, reason="The ring is outside", seen=SEEN) == (200, "accepted")
    assert list(image.findings.order_by("number").values_list("number", flat=True)) == [1, 2]


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        ({"confirmed": ["regions"]}, "confirmed"),  # of a brain
        ({"artefacts": ["other"]}, "note"),
        ({"artefacts": ["ghost"]}, "invalid"),
        ({"confirmed": ["everything"]}, "invalid"),
        ({"note": "Scan of 2026-01-02"}, "identifiers"),
    ],
)
def test_what_cannot_have_been_seen_is_refused(
    image: Image, quality: User, client_of: Any, seen: dict[str, Any], code: str
) -> None:
    assert decided(client_of(quality), image, "rejected", reason="Bad", seen=seen) == (400, code)


def test_nobody_else_decides_where_there_is_a_quality_control(
    world: World, image: Image, quality: User, client_of: Any
) -> None:
    for who in (world.coordinator_a, world.investigator, world.coordinator_b, world.monitor, world.reader):
        for decision in ("accepted", "rejected"):
            answer = client_of(who).post(
                f"/api/images/{image.id}/qc", {"decision": decision, "reason": "x", "seen": SEEN}
            )
            assert answer.status_code == 404
        assert client_of(who).post(f"/api/images/{image.id}/geometry", {"confirmed": True}).status_code == 404
    (mine,) = client_of(world.coordinator_a).get(f"/api/studies/{world.study.id}/cases").json()
    assert (mine["decides"], mine["asks"]) == (False, False)
    (theirs,) = client_of(quality).get(f"/api/studies/{world.study.id}/cases").json()
    assert (theirs["decides"], theirs["asks"]) == (True, True)


def test_without_a_quality_control_site_and_investigator_decide(
    world: World, image: Image, client_of: Any
) -> None:
    assert decided(client_of(world.coordinator_a), image) == (200, "accepted")
    quality = join_quality(world)
    second = ready(image.case, state="rest")
    assert decided(client_of(world.coordinator_a), second)[0] == 404
    (one,) = client_of(quality).get(f"/api/studies/{world.study.id}/cases").json()
    assert [(i["qc"], i["confirmed"]) for i in one["images"]] == [("pending", False), ("accepted", False)]
    # What the site accepted before stays so, and can still be confirmed.
    assert decided(client_of(quality), image, seen=SEEN) == (200, "accepted")
    membership = world.study.memberships.get(user=quality)
    end_membership(
        actor=world.investigator, study=world.study, membership_id=membership.id, reason="Has left"
    )
    assert decided(client_of(quality), second, seen=SEEN)[0] == 404
    assert (
        decided(client_of(world.investigator), second)[0] == 404
    )  # it waits for the next one of the quality control


def test_nobody_checks_the_images_of_the_own_site(
    world: World, image: Image, quality: User, client_of: Any
) -> None:
    add_member(
        actor=world.investigator,
        study=world.study,
        email=quality.email,
        role=Role.COORDINATOR,
        site_id=world.site_a.id,
    )
    assert decided(client_of(quality), image, seen=SEEN)[0] == 404
    assert decided(client_of(quality), ready(case_of(world, world.site_b)), seen=SEEN)[0] == 200


def test_the_quality_control_of_one_study_decides_nothing_in_another(
    world: World, image: Image, client_of: Any
) -> None:
    stranger = User.objects.create_user("qq@example.org", None, full_name="Other Quality")
    add_member(actor=world.investigator, study=world.other_study, email=stranger.email, role=Role.QUALITY)
    assert decided(client_of(stranger), image, seen=SEEN)[0] == 404


def accept_in_sql(image: Image, who: User) -> str:
    """The database's words when it refuses; empty when it does not."""
    try:
        with transaction.atomic():
            Image.objects.filter(pk=image.pk).update(qc="accepted", qc_by=who, qc_at=timezone.now())
    except DatabaseError as refusal:
        return str(refusal)
    return ""


def test_the_database_itself_refuses_an_acceptance_that_nobody_confirmed(
    world: World, image: Image, quality: User
) -> None:
    assert "contour and state confirmed" in accept_in_sql(image, quality)
    Findings.objects.create(image=image, number=1, **SEEN, by=quality)
    assert "own site" in accept_in_sql(image, world.coordinator_a)
    Findings.objects.create(image=image, number=2, **{**SEEN, "confirmed": ["apex"]}, by=quality)
    assert "contour and state confirmed" in accept_in_sql(image, quality)
    Findings.objects.create(image=image, number=3, **SEEN, by=quality)
    assert accept_in_sql(image, quality) == ""


def test_the_regions_of_a_brain_are_confirmed(case: Case, quality: User) -> None:
    image = Image.objects.create(
        case=case,
        image_set="ctac",
        state="perfusion",
        source="upload",
        dicom_keys=["d" * 64],
        status="ready",
        neutral_key="n" * 64,
        segments=[80.0] * 12,
    )
    Findings.objects.create(image=image, number=1, **SEEN, by=quality)
    assert "confirmed" in accept_in_sql(image, quality)
    Findings.objects.create(image=image, number=2, confirmed=["regions", "state"], artefacts=[], by=quality)
    assert accept_in_sql(image, quality) == ""


def test_findings_are_never_changed_and_of_known_words(image: Image, quality: User) -> None:
    findings = Findings.objects.create(image=image, number=1, **SEEN, by=quality)
    wrong: list[dict[str, Any]] = [
        {"confirmed": ["all"]},
        {"artefacts": ["ghost"]},
        {"artefacts": ["other"], "note": ""},
    ]
    for change in wrong:
        with pytest.raises(DatabaseError), transaction.atomic():
            Findings.objects.create(image=image, number=2, by=quality, **{**SEEN, **change})
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        Findings.objects.filter(pk=findings.pk).update(confirmed=[])
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        findings.delete()


def test_a_site_may_still_replace_what_it_sent(world: World, image: Image, quality: User) -> None:
    for who in (world.coordinator_b, quality, world.investigator):
        with pytest.raises(NotFound):
            withdraw_image(actor=who, image_id=image.id, reason="A better one is here")
    withdraw_image(actor=world.coordinator_a, image_id=image.id, reason="A better one is here")
    image.refresh_from_db()
    assert (image.qc, image.qc_by) == ("rejected", world.coordinator_a)
