"""A rehearsal: its numbers as they must be whatever the model, and who may ask for it."""

import json
from dataclasses import replace
from io import StringIO
from math import sqrt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reader_study.agreement.rehearsal import rehearse
from reader_study.agreement.rehearsal_hours import Pace, reader_hours
from reader_study.agreement.rehearsal_layout import FEWEST_CASES, affordable_cases, laid_out
from reader_study.agreement.rehearsal_power import Model, Target, power
from reader_study.allocation.williams_mixed_2 import Design
from reader_study.audit.models import Entry
from reader_study.problems import Conflict, Invalid
from reader_study.studies.templates import TEMPLATES, kawakubo_replica
from tests.reader_study.allocation.drafts import draft, user
from tests.reader_study.studies.states import put_in_state

NO_EFFECT = Model(
    segments=17,
    attenuated=(4, 10, 15),
    highest=4,
    prevalence=0.5,
    extent=0.3,
    severity=2.0,
    severity_spread=0.8,
    reader_bias=0.2,
    reader_segment=0.3,
    bias={"A": 0.3, "B": 0.3, "C": 0.0},
    noise={"A": 0.4, "B": 0.4, "C": 0.4},
)
EFFECT = replace(NO_EFFECT, bias={"A": 0.6, "B": 0.15, "C": 0.0})
CLOSER = Target("weighted_kappa", ("B", "A"), "superiority", "C", 0.0, 0.05)
ADDRESS = "/api/studies/{}/rehearsal"


def charter(name: str = "kawakubo_replica") -> Any:
    return TEMPLATES[name](title="T", reader_title="R", simulated=True)


@pytest.mark.parametrize(
    "target",
    [
        CLOSER,
        replace(CLOSER, measure="segment_agreement"),
        replace(CLOSER, measure="summed_score_difference"),
        replace(CLOSER, measure="voxel_uptake"),
    ],
    ids=lambda target: target.measure,
)
def test_without_an_effect_either_arm_wins_as_often_as_alpha_says(target):
    number = 400
    result = power(target, NO_EFFECT, cases=40, readers=2, seed=7, replicates=number)
    assert result.power + result.reversed == pytest.approx(0.05, abs=4 * sqrt(0.05 * 0.95 / number))


@pytest.mark.parametrize("test", ["noninferiority", "equivalence"])
def test_a_difference_as_large_as_the_margin_is_let_pass_as_seldom_as_alpha_says(test):
    target = Target("voxel_uptake", ("B", "C"), test, None, 5.0, 0.05)
    model = replace(NO_EFFECT, uptake_difference=5.0, uptake_spread=8.0)
    result = power(target, model, cases=60, readers=1, seed=3, replicates=1000)
    assert result.power == pytest.approx(0.025, abs=4 * sqrt(0.025 * 0.975 / 1000))


@pytest.mark.parametrize("readers_per_case", [None, 2])
def test_power_rises_with_cases(readers_per_case):
    model = replace(EFFECT, readers_per_case=readers_per_case)
    few, more, many = (
        power(CLOSER, model, cases=cases, readers=3, seed=5, replicates=200).power for cases in (8, 16, 60)
    )
    assert few < more < many


def test_the_arm_that_is_worse_by_assumption_does_not_win():
    worse = replace(EFFECT, bias={"A": 0.15, "B": 0.6, "C": 0.0})
    result = power(CLOSER, worse, cases=60, readers=3, seed=5, replicates=100)
    assert result.power == 0
    assert result.reversed > 0.8


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    reads=st.lists(st.integers(0, 500), min_size=1, max_size=6),
    minutes=st.sampled_from([0.5, 4.0, 7.3, 20.0]),
    cap=st.none() | st.integers(1, 60),
    washout=st.integers(0, 60),
)
def test_hours_add_up(reads, minutes, cap, washout):
    pace = Pace(minutes, 0.3, 3, 3, daily_cap=cap, break_after_minutes=30, break_minutes=10)
    hours = reader_hours(reads, pace=pace, washout_days=washout)
    assert hours.reading_hours == pytest.approx(sum(reads) * minutes / 60)
    assert hours.hours == pytest.approx(hours.reading_hours + hours.break_hours)
    assert hours.calendar_days == sum(s.calendar_days for s in hours.sessions) + washout * (len(reads) - 1)
    assert all(s.reading_days * cap >= s.reads for s in hours.sessions if cap)
    assert hours.quick <= hours.hours


def test_a_day_ends_without_a_break():
    pace = Pace(10, 0, 2, 7, break_after_minutes=60, break_minutes=10)
    (session,) = reader_hours([24], pace=pace, washout_days=28).sessions
    assert (session.reading_days, session.break_hours) == (2, pytest.approx(2 * 10 / 60))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    cases=st.integers(6, 40),
    readers=st.integers(1, 5),
    sites=st.integers(1, 4),
    sessions=st.integers(3, 4),
    each=st.none() | st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_every_read_is_laid_out(cases, readers, sites, sessions, each, seed):
    each = each and min(each, readers)
    design = Design(("A", "B", "C"), sessions, readers_per_case=each)
    layout = laid_out(design, cases=cases, readers=readers, sites=sites, seed=seed)
    assert layout.reads == 3 * cases * (each or readers)
    assert layout.reads == sum(sum(session.arms.values()) for session in layout.sessions)
    assert layout.reads == pytest.approx(sum(session.reads[1] * readers for session in layout.sessions))
    assert layout == laid_out(design, cases=cases, readers=readers, sites=sites, seed=seed)


def test_a_large_study_is_laid_out_with_as_many_cases_as_somebody_waits_for():
    design = Design(("A", "B", "C"), 3)
    assert affordable_cases(design, cases=200, readers=3) == 200
    assert FEWEST_CASES <= affordable_cases(design, cases=2000, readers=50) < 2000
    assert affordable_cases(replace(design, readers_per_case=49), cases=2000, readers=50) == 0


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_each_template_is_rehearsed_and_the_same_seed_gives_the_same_answer(name):
    once, again = (rehearse(charter(name), cases=12, readers=2, seed=4) for _ in range(2))
    assert once == again
    primary = [endpoint.name for endpoint in charter(name).endpoints if endpoint.role == "primary"]
    assert [endpoint.name for endpoint in once.power] == primary
    assert once.endpoints_from == "charter"


def test_a_charter_without_endpoint_has_no_power_until_the_template_s_is_taken():
    bare = kawakubo_replica(title="T", reader_title="R", simulated=True)
    without = rehearse(bare, cases=12, readers=2)
    assert (without.power, without.endpoints_from) == ((), "none")
    taken = rehearse(bare, cases=12, readers=2, template_endpoints=True)
    assert taken.endpoints_from == "template"
    assert tuple(endpoint.name for endpoint in taken.power) == without.offered != ()


def test_an_assumption_is_changed_and_says_so():
    changed = rehearse(charter(), cases=12, readers=2, changed={"minutes_per_read": 8.0, "washout_days": 28})
    usual = rehearse(charter(), cases=12, readers=2)
    assert changed.hours.reading_hours == pytest.approx(2 * usual.hours.reading_hours)
    basis = {row.name: row.basis for row in changed.assumptions}
    assert basis["minutes_per_read"] == "given"
    assert basis["washout_days"] == "charter"  # the same number


@pytest.mark.parametrize("changed", [{"luck": 1.0}, {"prevalence": 1.5}, {"prevalence": float("nan")}])
def test_an_unknown_or_impossible_assumption_is_refused(changed):
    with pytest.raises(Invalid):
        rehearse(charter(), cases=12, readers=2, changed=changed)


def test_what_cannot_be_allocated_cannot_be_rehearsed():
    with pytest.raises(Conflict, match="Too few cases"):
        rehearse(charter(), cases=4, readers=2)
    wanting = replace(
        charter(), design=replace(charter().design, kind="balanced_incomplete", readers_per_case=3)
    )
    with pytest.raises(Conflict, match="3 readers per case"):
        rehearse(wanting, cases=12, readers=2)


def test_a_charter_file_is_rehearsed_without_a_database(tmp_path: Path):
    file = tmp_path / "charter.json"
    file.write_text(json.dumps(charter().as_document()))
    out = StringIO()
    call_command("rehearse", file, cases=12, readers=2, assume=["minutes_per_read=6"], stdout=out)
    assert out.getvalue().startswith("Simulated: 12 cases, 2 readers")
    assert "minutes_per_read = 6 (given)" in out.getvalue()
    with pytest.raises(CommandError, match="from 4 to 2000"):
        call_command("rehearse", file, cases=3, readers=2)


@pytest.mark.django_db
def test_only_the_investigator_rehearses_and_nothing_is_stored():
    made = draft()
    asked: dict[str, Any] = {"cases": 12, "readers": 2, "changed": {"minutes_per_read": 6}}

    def answer(who: Any, body: dict[str, Any] = asked) -> Any:
        client = Client()
        client.force_login(who)
        return client.post(ADDRESS.format(made.study.id), body, content_type="application/json")

    entries = Entry.objects.count()
    rehearsed = answer(made.investigator)
    assert rehearsed.status_code == 200
    assert rehearsed.json()["simulated"] is True
    assert rehearsed.json()["layout"]["reads"] == 12 * 2 * 3
    assert answer(made.readers[0]).status_code == 404
    assert answer(user("Norma Nobody")).status_code == 404
    for wrong in ({"cases": 2001}, {"readers": 51}, {"changed": {"luck": 1}}, {"changed": {"severity": 1e9}}):
        assert answer(made.investigator, {**asked, **wrong}).status_code == 400
    put_in_state(made.study.pk, "open")
    assert answer(made.investigator).status_code == 409
    assert Entry.objects.count() == entries
