"""Who may see and do what in a study, and that its states go one way only."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from reader_study.accounts.models import User
from reader_study.audit.models import Entry
from reader_study.problems import Conflict, Invalid
from reader_study.studies import actions
from reader_study.studies.models import Membership, Role, Study
from reader_study.studies.protocol import digest, parse
from reader_study.studies.templates import TEMPLATES, kawakubo_replica
from reader_study.studies.unblinding import approvers
from tests.reader_study.studies.states import put_in_state, unchecked

PROTOCOL = kawakubo_replica(title="SPECT against PET", reader_title="Study 1", simulated=True)


@pytest.fixture
def study(person: Callable[..., User]) -> Study:
    admin = person("Ada Admin", is_staff=True)
    person("Ines Investigator")
    return actions.create_study(
        creator=admin,
        title="SPECT against PET",
        investigator="ines.investigator@example.org",
        document=PROTOCOL.as_document(),
    )


@pytest.fixture
def investigator(study: Study) -> User:
    return User.objects.get(email="ines.investigator@example.org")


ODD_NAMES = [
    "constructor",
    "__proto__",
    "Quality",
    "画質",
    "\U0001d49c",
    "a b",
    "a\nb",
    "a\n",
    "\u202eb",
    "9lives",
    " ",
]


def with_name(name: str) -> dict[str, Any]:
    document = PROTOCOL.as_document()
    document["form"]["fields"][0]["name"] = name
    return document


@pytest.mark.django_db
@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_question_of_a_new_protocol_has_a_plain_name(name: str, study: Study, investigator: User) -> None:
    """Names are keys in files, in the browser and in what is signed, where these would not be plain keys."""
    with pytest.raises(Invalid) as refused:
        actions.amend_protocol(author=investigator, study=study, document=with_name(name), reason="odd")
    assert refused.value.code == "protocol" and "constructor" in refused.value.message
    with pytest.raises(Invalid):
        actions.create_study(
            creator=User.objects.get(is_staff=True),
            title="Odd",
            investigator=investigator.email,
            document=with_name(name),
        )


@pytest.mark.parametrize("name", ["画質", "Quality", "a b"])
def test_a_protocol_that_was_stored_with_another_name_is_still_read(name: str) -> None:
    document = with_name(name)
    assert digest(parse(document).as_document()) == digest(document)


def test_a_protocol_survives_being_stored() -> None:
    assert parse(PROTOCOL.as_document()) == PROTOCOL


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("arms",), []),
        (("arms", 0, "image_set"), "mri"),
        (("arms", 1, "code"), "A"),
        (("reference_arm",), "Z"),
        (("sessions",), 2),
        (("washout_days",), -1),
        (("repeat_fraction",), 0.1),
        (("form", "scores"), [0, 1]),
        (("form", "fields", 0, "values"), []),
        (("display", "default_table"), "rainbow"),
        (("score_thresholds",), [10, 30, 50, 70]),
        (("margins",), {"score": 0.5}),
        (("unknown",), 1),
        (("title",), " "),
    ],
)
def test_a_protocol_that_cannot_be_conducted_is_refused(path: tuple[Any, ...], value: Any) -> None:
    document = copy.deepcopy(PROTOCOL.as_document())
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(Invalid) as refused:
        parse(document)
    assert refused.value.message


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner)
    )
)
def test_whatever_is_sent_as_a_protocol_gets_a_sentence_and_never_a_crash(document: Any) -> None:
    with pytest.raises(Invalid):
        parse(document)


@pytest.mark.django_db
class TestRoles:
    def test_only_administrators_found_studies(
        self, person: Callable[..., User], signed_in: Callable[[User], Client]
    ) -> None:
        user = person("Ines Investigator")
        body = {"title": "x", "investigator": user.email, "document": PROTOCOL.as_document()}
        assert signed_in(user).post("/api/studies", body, content_type="application/json").status_code == 404

    def test_an_administrator_names_the_monitor_who_can_approve_unblinding(
        self, person: Callable[..., User], signed_in: Callable[[User], Client]
    ) -> None:
        admin, lead = person("Ada Admin", is_staff=True), person("Ines Investigator")
        monitor = person("Mo Monitor")
        body = {"title": "x", "investigator": lead.email, "document": PROTOCOL.as_document()}

        def found(email: str) -> Any:
            return signed_in(admin).post("/api/studies", {**body, "monitor": email}, "application/json")

        assert found(lead.email).json()["code"] == "same_person"
        assert found("nobody@example.org").json()["code"] == "unknown_person"
        assert not Study.objects.exists()
        study = Study.objects.get(pk=found(monitor.email).json()["id"])
        held = study.memberships.get(role=Role.MONITOR)
        assert (held.user, held.began_by) == (monitor, admin)
        assert monitor in approvers(study, requester=lead)
        assert Entry.objects.filter(action="studies.member_added", subject=str(monitor.id)).exists()

    def test_only_administrators_are_given_templates_and_each_makes_a_study(
        self, person: Callable[..., User], signed_in: Callable[[User], Client]
    ) -> None:
        admin, other = person("Ada Admin", is_staff=True), person("Ines Investigator")
        assert signed_in(other).get("/api/protocol-templates").status_code == 404
        templates = signed_in(admin).get("/api/protocol-templates").json()
        assert [template["name"] for template in templates] == list(TEMPLATES)
        for template in templates:
            document = {**template["document"], "title": "T", "reader_title": "R"}
            body = {"title": "T", "investigator": other.email, "document": document}
            answer = signed_in(admin).post("/api/studies", body, content_type="application/json")
            assert answer.status_code == 201

    def test_a_request_nested_without_end_gets_a_sentence(
        self, person: Callable[..., User], signed_in: Callable[[User], Client]
    ) -> None:
        browser = signed_in(person("Ada Admin", is_staff=True))
        answer = browser.post("/api/studies", "[" * 100_000, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")

    def test_an_administrator_sees_no_study_by_being_one(
        self, study: Study, signed_in: Callable[[User], Client]
    ) -> None:
        browser = signed_in(User.objects.get(is_staff=True))
        assert browser.get("/api/studies").json() == []
        assert browser.get(f"/api/studies/{study.id}").status_code == 404

    def test_a_reader_sees_the_readers_title_and_neither_protocol_nor_sites(
        self,
        study: Study,
        investigator: User,
        person: Callable[..., User],
        signed_in: Callable[[User], Client],
    ) -> None:
        reader = person("Rey Reader")
        actions.add_site(actor=investigator, study=study, code="A", name="Hospital A")
        actions.add_member(actor=investigator, study=study, email=reader.email, role=Role.READER)
        seen = signed_in(reader).get(f"/api/studies/{study.id}").json()
        assert (seen["title"], seen["protocol"], seen["sites"]) == ("Study 1", None, [])
        assert signed_in(reader).get(f"/api/studies/{study.id}/journal").status_code == 404
        assert signed_in(reader).get(f"/api/studies/{study.id}/members").status_code == 404

    def test_a_coordinator_sees_the_own_site_only(
        self,
        study: Study,
        investigator: User,
        person: Callable[..., User],
        signed_in: Callable[[User], Client],
    ) -> None:
        user = person("Cora Coordinator")
        own = actions.add_site(actor=investigator, study=study, code="A", name="Hospital A")
        actions.add_site(actor=investigator, study=study, code="B", name="Hospital B")
        actions.add_member(
            actor=investigator, study=study, email=user.email, role=Role.COORDINATOR, site_id=own.id
        )
        seen = signed_in(user).get(f"/api/studies/{study.id}").json()
        assert [site["code"] for site in seen["sites"]] == ["A"]

    @pytest.mark.parametrize("other", [Role.INVESTIGATOR, Role.MONITOR, Role.COORDINATOR])
    @pytest.mark.parametrize("reader_first", [True, False])
    def test_a_reader_holds_no_other_role(
        self, study: Study, investigator: User, person: Callable[..., User], other: Role, reader_first: bool
    ) -> None:
        user = person("Rey Reader")
        site = actions.add_site(actor=investigator, study=study, code="A", name="Hospital A")
        roles = [Role.READER, other] if reader_first else [other, Role.READER]

        def add(role: Role) -> None:
            site_id = site.id if role == Role.COORDINATOR else None
            actions.add_member(actor=investigator, study=study, email=user.email, role=role, site_id=site_id)

        add(roles[0])
        with pytest.raises(Conflict):
            add(roles[1])
        with pytest.raises(DatabaseError, match="no other role"), transaction.atomic():
            # The rule holds below the verb, too.
            Membership.objects.create(
                study=study, user=user, role=roles[1], site=site if roles[1] == Role.COORDINATOR else None
            )

    def test_outsiders_and_absent_studies_get_the_same_answer(
        self, study: Study, person: Callable[..., User], signed_in: Callable[[User], Client]
    ) -> None:
        browser = signed_in(person("Otto Outsider"))
        foreign = browser.get(f"/api/studies/{study.id}")
        absent = browser.get("/api/studies/00000000-0000-4000-8000-000000000000")
        assert (foreign.status_code, foreign.content) == (absent.status_code, absent.content)


@pytest.mark.django_db
class TestStates:
    def test_a_study_goes_forward_only(self, study: Study, investigator: User) -> None:
        order = [Study.State.FROZEN, Study.State.OPEN, Study.State.LOCKED, Study.State.UNBLINDED]
        for state in order:
            for wrong in {Study.State.DRAFT, *order} - {state}:
                with pytest.raises(Conflict):
                    actions.transition(study=study, to=Study.State(wrong), actor=investigator, reason="x")
            if state != Study.State.UNBLINDED:  # which takes two people
                with unchecked():
                    study = actions.transition(study=study, to=state, actor=investigator, reason="x")

    def test_a_frozen_protocol_is_no_longer_edited(self, study: Study, investigator: User) -> None:
        changed = kawakubo_replica(title="Other", reader_title="Study 1", simulated=True).as_document()
        assert (
            actions.amend_protocol(author=investigator, study=study, document=changed, reason="Title").version
            == 2
        )
        put_in_state(study.pk, Study.State.FROZEN)
        with pytest.raises(Conflict):
            actions.amend_protocol(author=investigator, study=study, document=changed, reason="Title")

    def test_who_takes_part_is_settled_step_by_step(
        self, study: Study, investigator: User, person: Callable[..., User]
    ) -> None:
        late, monitor = person("Late Reader"), person("Mona Monitor")
        actions.add_site(actor=investigator, study=study, code="A", name="Hospital A")
        with pytest.raises(Conflict):
            actions.add_site(actor=investigator, study=study, code="A", name="Another hospital")
        put_in_state(study.pk, Study.State.OPEN)
        study.refresh_from_db()
        with pytest.raises(Conflict):
            actions.add_member(actor=investigator, study=study, email=late.email, role=Role.READER)
        actions.add_member(actor=investigator, study=study, email=monitor.email, role=Role.MONITOR)
        put_in_state(study.pk, Study.State.LOCKED)
        with pytest.raises(Conflict):
            actions.add_site(actor=investigator, study=study, code="B", name="Hospital B")

    def test_every_step_stands_in_the_journal(
        self, study: Study, investigator: User, signed_in: Callable[[User], Client]
    ) -> None:
        for state in (Study.State.FROZEN, Study.State.OPEN):
            with unchecked():
                actions.transition(study=study, to=state, actor=investigator, reason="Complete")
        entries = signed_in(investigator).get(f"/api/studies/{study.id}/journal").json()
        assert [entry["action"] for entry in entries] == [
            "studies.created", "studies.protocol_stored", "studies.frozen", "studies.open",
        ]  # fmt: skip
        assert entries[-1]["actor"] == "Ines Investigator"
