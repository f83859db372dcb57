"""Charters of any kind that can be conducted, for tests of what holds for all of them."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from reader_study.studies.charter_conduct import (
    DRIFT_VISIBLE_TO,
    Adjudication,
    Conduct,
    Design,
    Discordance,
    Qualification,
    Threshold,
)
from reader_study.studies.charter_endpoints import MEASURES, Endpoint, Reference
from reader_study.studies.protocol import Protocol
from reader_study.studies.templates import TEMPLATES

titles = st.text(min_size=1, max_size=12).filter(lambda title: title.strip() and "\x00" not in title)
designs = st.builds(Design, minimum_distance=st.none() | st.integers(1, 9)) | st.builds(
    Design,
    kind=st.just("balanced_incomplete"),
    readers_per_case=st.integers(2, 6),
    minimum_distance=st.none() | st.integers(1, 9),
)
conducts = st.builds(
    Conduct,
    daily_cap=st.none() | st.integers(1, 90),
    utc_offset=st.sampled_from(["+00:00", "+09:00", "-03:30", "+14:00"]),
    break_after_minutes=st.none() | st.integers(5, 480),
    ask_recall=st.booleans(),
    ask_arm=st.booleans(),
    drift_visible_to=st.sampled_from(DRIFT_VISIBLE_TO),
)
qualifications = st.none() | st.builds(
    Qualification,
    training_cases=st.integers(0, 9),
    test_cases=st.integers(1, 9),
    threshold=st.builds(
        Threshold,
        measure=st.sampled_from(["exact", "within_one", "weighted_kappa"]),
        at_least=st.floats(0.01, 1) | st.just(1),
    ),
    attempts=st.integers(1, 10),
    valid_days=st.none() | st.integers(1, 999),
)
adjudications = st.builds(
    Adjudication,
    when=st.builds(
        Discordance,
        segment_difference=st.none() | st.integers(1, 4),
        summed_difference=st.none() | st.integers(1, 40),
        category_field=st.none() | st.just("overall"),
    ).filter(lambda when: when != Discordance()),
    decoy_fraction=st.floats(0, 1),
    mode=st.just("single"),
    result=st.sampled_from(["beside", "replaces"]),
) | st.builds(
    Adjudication,
    when=st.builds(Discordance, segment_difference=st.integers(1, 4)),
    decoy_fraction=st.floats(0, 1),
    mode=st.just("panel"),
    result=st.sampled_from(["beside", "replaces"]),
    panel_size=st.integers(2, 9),
)


@st.composite
def endpoint_lists(draw: Any, readings: tuple[str, ...]) -> tuple[Endpoint, ...]:
    found = []
    for number in range(draw(st.integers(0, 3))):
        names = draw(st.permutations(readings))
        measure = draw(st.sampled_from(MEASURES if len(readings) > 2 else ("voxel_uptake",)))
        test = draw(st.sampled_from(["superiority", "noninferiority", "equivalence"]))
        found.append(
            Endpoint(
                name=f"endpoint {number}",
                role="primary" if number == 0 else draw(st.sampled_from(["primary", "secondary"])),
                measure=measure,
                compare=(names[0], names[1]),
                test=test,
                against=names[2] if len(names) > 2 else None,
                margin=None if test == "superiority" else draw(st.floats(0.01, 9) | st.integers(1, 9)),
                alpha=draw(st.floats(0.001, 0.4)),
            )
        )
    return tuple(found)


@st.composite
def charters(draw: Any) -> Protocol:
    plain = draw(st.sampled_from(list(TEMPLATES.values())))(
        title=draw(titles),
        reader_title=draw(titles),
        simulated=draw(st.booleans()),
        washout_days=draw(st.integers(0, 60)),
    )
    adjudication = draw(st.none() | adjudications)
    more = draw(st.integers(0, 2))
    return replace(
        plain,
        sessions=len(plain.arms) + more,
        repeat_fraction=draw(st.just(0) | st.floats(0.1, 0.2)) if more else 0,
        design=draw(designs),
        conduct=draw(conducts),
        qualification=draw(qualifications),
        adjudication=adjudication,
        reference=Reference(
            draw(st.sampled_from(["each_reader", "panel_median", *(["adjudicated"] if adjudication else [])]))
        ),
        endpoints=draw(endpoint_lists(plain.readings)),
        multiplicity=draw(st.sampled_from(["holm", "fixed_sequence"])),
    )
