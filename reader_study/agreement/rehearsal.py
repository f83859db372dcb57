"""A protocol rehearsed with simulated cases and readers: read list, hours, power. Nothing is stored.

Every number that the protocol does not say is an assumption in a table, which the caller may change.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from django.utils.translation import gettext as _

from reader_study.agreement import rehearsal_power as powers
from reader_study.agreement.rehearsal_hours import Hours, Pace, reader_hours
from reader_study.agreement.rehearsal_layout import Layout, affordable_cases, laid_out
from reader_study.agreement.rehearsal_power import Model, Power, Target
from reader_study.allocation.actions import why_impossible
from reader_study.allocation.readlist import Impossible
from reader_study.allocation.williams_mixed_2 import Design
from reader_study.problems import Conflict, Invalid
from reader_study.studies.charter_endpoints import Endpoint
from reader_study.studies.organs import ImageSet
from reader_study.studies.protocol import Protocol
from reader_study.studies.protocol_limits import MOST
from reader_study.studies.templates import INFERIOR, TEMPLATES

SCHEMA = "reader-study/rehearsal/1"
FEWEST_CASES, MOST_CASES, MOST_READERS, MOST_SITES = 4, 2000, 50, 100
FEWEST_READS = 5  # of a reader in an arm
Basis = Literal["charter", "assumed", "given"]
# In attenuated segments, in units of the score, where nobody has measured it: how far a reader's score is off.
BIAS = {
    ImageSet.SPECT: 0.6,
    ImageSet.VIRTUAL_PET: 0.15,
    ImageSet.PET: 0.0,
    ImageSet.UNCORRECTED: 0.6,
    ImageSet.CHANG: 0.3,
    ImageSet.VIRTUAL_CTAC: 0.15,
    ImageSet.CTAC: 0.0,
}


@dataclass(frozen=True)
class Assumption:
    """`name` is for programs and pages; `value` lies in least .. most."""

    name: str
    value: float
    least: float
    most: float
    basis: Basis = "assumed"


@dataclass(frozen=True)
class EndpointPower:
    """alpha: at which the endpoint was tested, its share where several primary endpoints have one."""

    name: str
    measure: str
    test: str
    compare: tuple[str, str]
    against: str | None
    margin: float | None
    alpha: float
    result: Power


@dataclass(frozen=True)
class Rehearsal:
    """layout: None where the list would take too long. offered: endpoints of the template, if the charter has none."""

    cases: int
    readers: int
    sites: int
    seed: int
    endpoints_from: Literal["charter", "template", "none"]
    offered: tuple[str, ...]
    layout: Layout | None
    hours: Hours
    power: tuple[EndpointPower, ...]
    assumptions: tuple[Assumption, ...]

    def as_document(self) -> dict[str, Any]:
        return {"schema": SCHEMA, "simulated": True, **asdict(self)}


def assumptions_of(protocol: Protocol) -> tuple[Assumption, ...]:
    """The table before anything is changed; what the charter says is in it, too, and may be tried otherwise."""
    conduct = protocol.conduct
    cap, pause = conduct.daily_cap, conduct.break_after_minutes
    heart = protocol.organ == "heart"
    return (
        Assumption("minutes_per_read", 4.0, 0.2, 120),
        Assumption("minutes_per_further_step", 1.5, 0, 120),
        Assumption("pace_spread", 0.3, 0, 2),
        Assumption("hours_per_day", 3.0, 0.5, 12),
        Assumption("days_per_week", 3.0, 1, 7),
        Assumption("daily_cap", cap or 0, 0, MOST["conduct.daily_cap"], "charter" if cap else "assumed"),
        Assumption("break_after_minutes", pause or 0, 0, 480, "charter" if pause else "assumed"),
        Assumption("break_minutes", 10.0, 0, 120),
        Assumption("washout_days", protocol.washout_days, 0, MOST["washout_days"], "charter"),
        Assumption("prevalence", 0.5, 0, 1),
        Assumption("extent", 0.3 if heart else 0.25, 0, 1),
        Assumption("severity", 2.0, 0, 4),
        Assumption("severity_spread", 0.8, 0, 4),
        Assumption("reader_bias", 0.2, 0, 4),
        Assumption("reader_segment", 0.3, 0, 4),
        *(Assumption(f"bias.{code}", BIAS[_shown(protocol, code)], -4, 4) for code in protocol.readings),
        *(Assumption(f"noise.{code}", 0.4, 0, 4) for code in protocol.readings),
        Assumption("uptake_difference", 0.0, -100, 100),
        Assumption("uptake_spread", 8.0, 0.1, 100),
    )


def rehearse(
    protocol: Protocol,
    *,
    cases: int,
    readers: int,
    sites: int = 3,
    seed: int = 1,
    changed: Mapping[str, float] | None = None,
    template_endpoints: bool = False,
) -> Rehearsal:
    """The same protocol, numbers and seed give the same answer.

    template_endpoints: where the charter has no endpoint, take those of the template that has the same arms.

    Raises
    ------
    Invalid
        code "assumptions": one that is not in the table, or outside its range.
    Conflict
        code "impossible": the design cannot be allocated with so many cases and readers.
    """
    table = _table(protocol, changed or {})
    value = {row.name: row.value for row in table}
    design = Design(
        arms=tuple(arm.code for arm in protocol.arms),
        sessions=protocol.sessions,
        repeat_fraction=protocol.repeat_fraction,
        readers_per_case=protocol.design.readers_per_case,
        minimum_distance=protocol.design.minimum_distance,
    )
    if cases * (design.readers_per_case or readers) < FEWEST_READS * readers:
        raise Conflict(
            "impossible",
            _("Too few cases for so many readers: each reads at least %(fewest)s.")
            % {"fewest": FEWEST_READS},
        )
    layout = _layout(design, cases=cases, readers=readers, sites=sites, seed=seed)
    offered = _offered(protocol)
    source: Literal["charter", "template", "none"] = "charter" if protocol.endpoints else "none"
    if template_endpoints and offered and not protocol.endpoints:
        protocol = replace(protocol, endpoints=offered, multiplicity="none")
        source = "template"
    return Rehearsal(
        cases=cases,
        readers=readers,
        sites=sites,
        seed=seed,
        endpoints_from=source,
        offered=tuple(endpoint.name for endpoint in offered) if source == "none" else (),
        layout=layout,
        hours=reader_hours(
            _session_reads(design, layout, cases=cases, readers=readers),
            pace=_pace(protocol, value),
            washout_days=int(value["washout_days"]),
        ),
        power=_powers(protocol, value, cases=cases, readers=readers, seed=seed),
        assumptions=table,
    )


def _table(protocol: Protocol, changed: Mapping[str, float]) -> tuple[Assumption, ...]:
    table = assumptions_of(protocol)
    unknown = sorted(set(changed) - {row.name for row in table})
    if unknown:
        raise Invalid(
            "assumptions", _("There is no such assumption: %(names)s.") % {"names": ", ".join(unknown)}
        )
    for row in table:
        if not row.least <= changed.get(row.name, row.value) <= row.most:
            raise Invalid(
                "assumptions",
                _("The assumption %(name)s must be from %(least)s to %(most)s.")
                % {"name": row.name, "least": row.least, "most": row.most},
            )
    return tuple(
        replace(row, value=changed[row.name], basis="given")
        if changed.get(row.name, row.value) != row.value
        else row
        for row in table
    )


def _layout(design: Design, *, cases: int, readers: int, sites: int, seed: int) -> Layout | None:
    if design.readers_per_case and design.readers_per_case > readers:
        error = Impossible("readers_per_case", wanted=design.readers_per_case, readers=readers)
        raise Conflict("impossible", why_impossible(error))
    within_reach = affordable_cases(design, cases=cases, readers=readers)
    if not within_reach:
        return None
    try:
        return laid_out(design, cases=within_reach, readers=readers, sites=sites, seed=seed)
    except Impossible as error:
        raise Conflict("impossible", why_impossible(error)) from None


def _session_reads(design: Design, layout: Layout | None, *, cases: int, readers: int) -> list[float]:
    """Of an average reader: as laid out, or in proportion where fewer cases were laid out."""
    if layout is not None:
        return [session.reads[1] * cases / layout.cases for session in layout.sessions]
    own = cases * (design.readers_per_case or readers) / readers
    return [own * (len(design.arms) + design.repeat_fraction) / design.sessions] * design.sessions


def _pace(protocol: Protocol, value: Mapping[str, float]) -> Pace:
    further = sum(len(arm.steps) - 1 for arm in protocol.arms) / len(protocol.arms)
    return Pace(
        minutes_per_read=value["minutes_per_read"] + further * value["minutes_per_further_step"],
        spread=value["pace_spread"],
        hours_per_day=value["hours_per_day"],
        days_per_week=value["days_per_week"],
        daily_cap=int(value["daily_cap"]) or None,
        break_after_minutes=value["break_after_minutes"] or None,
        break_minutes=value["break_minutes"],
    )


def _powers(
    protocol: Protocol, value: Mapping[str, float], *, cases: int, readers: int, seed: int
) -> tuple[EndpointPower, ...]:
    """Of each primary endpoint for itself; under Holm at the alpha of the first step, where it is hardest."""
    primary = [endpoint for endpoint in protocol.endpoints if endpoint.role == "primary"]
    if not primary:
        return ()
    share = len(primary) if protocol.multiplicity == "holm" else 1
    model = _model(protocol, value)
    replicates = powers.replicates_within_reach(
        cases=cases, readers=readers, segments=model.segments, endpoints=len(primary)
    )
    return tuple(
        EndpointPower(
            name=endpoint.name,
            measure=endpoint.measure,
            test=endpoint.test,
            compare=endpoint.compare,
            against=endpoint.against,
            margin=endpoint.margin,
            alpha=endpoint.alpha / share,
            result=powers.power(
                _target(endpoint, share),
                model,
                cases=cases,
                readers=readers,
                seed=seed,
                replicates=replicates,
            ),
        )
        for endpoint in primary
    )


def _target(endpoint: Endpoint, share: int) -> Target:
    return Target(
        measure=endpoint.measure,
        compare=endpoint.compare,
        test=endpoint.test,
        against=endpoint.against,
        margin=endpoint.margin or 0.0,
        alpha=endpoint.alpha / share,
    )


def _model(protocol: Protocol, value: Mapping[str, float]) -> Model:
    """Of one state. The heart's attenuated segments are the inferior ones; in the brain all regions are."""
    segments = protocol.form.segments
    return Model(
        segments=segments,
        attenuated=INFERIOR if protocol.organ == "heart" else tuple(range(1, segments + 1)),
        highest=max(protocol.form.scores),
        bias={code: value[f"bias.{code}"] for code in protocol.readings},
        noise={code: value[f"noise.{code}"] for code in protocol.readings},
        panel=protocol.reference.rule != "each_reader",
        readers_per_case=protocol.design.readers_per_case,
        **{
            name: value[name]
            for name in (
                "prevalence",
                "extent",
                "severity",
                "severity_spread",
                "reader_bias",
                "reader_segment",
                "uptake_difference",
                "uptake_spread",
            )
        },  # fmt: skip
    )


def _shown(protocol: Protocol, reading: str) -> ImageSet:
    """What the score of a reading is about: the last image set of its step."""
    code, _dot, step = reading.partition(".")
    arm = protocol.arm(code) if code in {arm.code for arm in protocol.arms} else protocol.arm(reading)
    return arm.steps[int(step) - 1][-1] if step else arm.image_set


def _offered(protocol: Protocol) -> tuple[Endpoint, ...]:
    """The primary endpoints of the template with the same arms; none where the charter has its own."""
    shown = [(arm.code, arm.steps) for arm in protocol.arms]
    for template in TEMPLATES.values():
        charter = template(title="-", reader_title="-", simulated=True)
        if not protocol.endpoints and shown == [(arm.code, arm.steps) for arm in charter.arms]:
            return tuple(endpoint for endpoint in charter.endpoints if endpoint.role == "primary")
    return ()
