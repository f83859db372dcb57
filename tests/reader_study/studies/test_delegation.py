"""Roles begin and end, and a blind role stands alone: by the verb, and below it in the database."""

from itertools import permutations
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from reader_study.audit.models import Entry
from reader_study.cases.queries import MAY_DERIVE, image_for, visible_cases
from reader_study.intake.doors.actions import add_peer
from reader_study.problems import Conflict, NotFound
from reader_study.studies import queries
from reader_study.studies.actions import add_member
from reader_study.studies.delegation import end_membership
from reader_study.studies.models import BLIND, Membership, Role, Study
from tests.reader_study.allocation.drafts import PASSWORD, complete_case
from tests.reader_study.cases.world import World, world  # noqa: F401  # a fixture
from tests.reader_study.studies.second_person import unblind
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db
PAIRS = list(permutations(Role, 2))


def add(world: World, role: Role) -> Membership:  # noqa: F811
    site_id = world.site_a.id if role == Role.COORDINATOR else None
    return add_member(
        actor=world.investigator, study=world.study, email=world.stranger.email, role=role, site_id=site_id
    )


def write(world: World, role: Role) -> None:  # noqa: F811
    """The row as it would be without the verb's own check."""
    site = world.site_a if role == Role.COORDINATOR else None
    Membership.objects.create(study=world.study, user=world.stranger, role=role, site=site)


def end(world: World, membership: Membership) -> Membership:  # noqa: F811
    return end_membership(
        actor=world.investigator, study=world.study, membership_id=membership.id, reason="Has left"
    )


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_blind_role_stands_alone(world: World, first: Role, second: Role) -> None:  # noqa: F811
    add(world, first)
    if {first, second} & BLIND:
        with pytest.raises(Conflict) as refused:
            add(world, second)
        assert refused.value.code == "conflicting_role"
        with pytest.raises(DatabaseError, match="no other role"), transaction.atomic():
            write(world, second)
    else:
        add(world, second)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_who_has_seen_never_reads_and_who_has_read_sees_nothing(
    world: World,  # noqa: F811
    first: Role,
    second: Role,
) -> None:
    end(world, add(world, first))
    harmless = first == Role.STATISTICIAN  # has seen nothing before the lock
    if (second in BLIND and not harmless) or first in BLIND:
        with pytest.raises(Conflict) as refused:
            add(world, second)
        assert refused.value.code == ("seen_before" if second in BLIND else "read_before")
        with pytest.raises(DatabaseError, match="then or later"), transaction.atomic():
            write(world, second)
    else:
        add(world, second)


def test_a_former_reader_may_look_once_the_study_is_unblinded(world: World) -> None:  # noqa: F811
    end(world, add(world, Role.READER))
    put_in_state(world.study.pk, "locked")
    world.investigator.set_password(PASSWORD)
    world.investigator.save()
    unblind(world.study, investigator=world.investigator)
    assert add(world, Role.STATISTICIAN).role == "statistician"


@pytest.mark.parametrize("role", Role)
def test_the_same_role_can_be_taken_up_again(world: World, role: Role) -> None:  # noqa: F811
    first = end(world, add(world, role))
    assert add(world, role).id != first.id


def test_only_roles_in_force_count(world: World) -> None:  # noqa: F811
    membership = add(world, Role.COORDINATOR)
    assert queries.study_for(world.stranger, world.study.id) == world.study
    assert list(queries.sites_of(world.stranger, world.study)) == [world.site_a]
    end(world, membership)
    assert queries.roles_of(world.stranger, world.study) == set()
    assert not queries.studies_of(world.stranger).exists()
    assert not queries.memberships_of(world.stranger).exists()
    assert not queries.sites_of(world.stranger, world.study).exists()
    with pytest.raises(NotFound):
        queries.study_for(world.stranger, world.study.id)


def test_an_end_says_who_and_why_and_comes_once(world: World) -> None:  # noqa: F811
    membership = end(world, add(world, Role.MONITOR))
    membership.refresh_from_db()
    assert (membership.began_by, membership.ended_by) == (world.investigator, world.investigator)
    assert membership.ended_reason == "Has left" and membership.ended_at is not None
    entry = Entry.objects.order_by("number").last()
    assert entry is not None
    assert (entry.action, entry.subject) == ("studies.member_ended", str(world.stranger.id))
    with pytest.raises(Conflict):
        end(world, membership)


def test_the_last_investigator_stays(world: World) -> None:  # noqa: F811
    own = world.study.memberships.get(role=Role.INVESTIGATOR)
    with pytest.raises(Conflict) as refused:
        end(world, own)
    assert refused.value.code == "last_investigator"
    add(world, Role.INVESTIGATOR)
    end(world, own)
    with pytest.raises(NotFound):
        end(world, world.study.memberships.get(role=Role.MONITOR))


@pytest.mark.parametrize("who", ["monitor", "coordinator_a", "reader", "staff", "stranger"])
def test_only_the_investigator_ends_roles(world: World, who: str) -> None:  # noqa: F811
    membership = add(world, Role.MONITOR)
    with pytest.raises(NotFound):
        end_membership(
            actor=getattr(world, who), study=world.study, membership_id=membership.id, reason="No reason"
        )


@pytest.mark.parametrize(
    "change",
    [
        {"role": "investigator"},
        {"began_at": "2020-01-01T00:00:00Z"},
        {"ended_at": "2030-01-01T00:00:00Z"},
        {"ended_reason": "x"},
    ],
)
def test_nothing_but_a_whole_end_changes_a_membership(world: World, change: dict[str, Any]) -> None:  # noqa: F811
    membership = add(world, Role.MONITOR)
    with pytest.raises(DatabaseError), transaction.atomic():
        Membership.objects.filter(pk=membership.pk).update(**change)
    end(world, membership)
    with pytest.raises(DatabaseError), transaction.atomic():
        Membership.objects.filter(pk=membership.pk).update(ended_at=None, ended_by=None, ended_reason="")
    with pytest.raises(DatabaseError, match="insert-only"), transaction.atomic():
        Membership.objects.filter(pk=membership.pk).delete()


@pytest.mark.parametrize("role", Role)
def test_after_the_lock_only_those_join_who_still_have_something_to_do(world: World, role: Role) -> None:  # noqa: F811
    study = world.study
    put_in_state(study.pk, Study.State.LOCKED)
    study.refresh_from_db()
    if role in (Role.INVESTIGATOR, Role.MONITOR, Role.STATISTICIAN):
        add(world, role)
    else:
        with pytest.raises(Conflict):
            add(world, role)


def test_a_second_role_that_sees_every_site_lets_nobody_act_beyond_the_own(world: World) -> None:  # noqa: F811
    """A coordinator who is a monitor, too, may look at all cases, and decide on those of the own site."""
    add(world, Role.COORDINATOR)
    add(world, Role.MONITOR)
    own, other = (complete_case(world.study, site, 1) for site in (world.site_a, world.site_b))
    assert {case.id for case in visible_cases(world.stranger, world.study)} == {own.id, other.id}
    assert image_for(world.stranger, own.images.all()[0].id, *MAY_DERIVE)
    with pytest.raises(NotFound):
        image_for(world.stranger, other.images.all()[0].id, *MAY_DERIVE)
    with pytest.raises(NotFound):
        add_peer(actor=world.stranger, study_id=world.study.id, site_id=world.site_b.id, calling="SCANNER")
