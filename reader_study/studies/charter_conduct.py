"""How a study is conducted, as sections of its protocol: who reads what and when, who may read, who adjudicates.

Every section may be absent: then nothing of the kind is asked for, as in protocols from before there were sections.
What is null in a JSON document may be left out, too; TOML has no null.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any

from django.utils.translation import gettext as _

from reader_study.studies.documents import (
    Rule,
    amount,
    expect,
    flag,
    made,
    null_is_absent,
    text,
    texts,
    whole,
    written,
)
from reader_study.studies.protocol_form import FieldKind, Form

DESIGNS = ("fully_crossed", "balanced_incomplete")
THRESHOLDS = ("exact", "within_one", "weighted_kappa")
MODES = ("single", "panel")
RESULTS = ("beside", "replaces")
DRIFT_VISIBLE_TO: tuple[tuple[str, ...], ...] = ((), ("investigator",), ("investigator", "monitor"))
MOST_ATTEMPTS, MOST_CASES, MOST_PANEL = 10, 1000, 9
_OFFSET = re.compile(r"([+-])(0\d|1[0-4]):([0-5]\d)")


@dataclass(frozen=True)
class Design:
    """Which reader reads which case.

    readers_per_case
        Of a balanced incomplete design: so many readers read each case, in every arm; None where all do.
    minimum_distance
        So many reads at least lie between two reads of a case; None leaves it to the algorithm.
    """

    kind: str = "fully_crossed"
    readers_per_case: int | None = None
    minimum_distance: int | None = None

    def as_document(self) -> dict[str, Any]:
        return written(self, ("readers_per_case", "minimum_distance"))


@dataclass(frozen=True)
class Conduct:
    """How a reader's sessions go.

    daily_cap
        Most reads of the study that a reader signs in a day.
    utc_offset
        When that day begins: at midnight so far from UTC, "+09:00" in Japan. One day for all readers, wherever they
        sit and whatever their computers say, without summer time: who checks a cap needs nothing but the charter.
    break_after_minutes
        After so much reading without a pause the reader is asked to take one.
    ask_recall, ask_arm
        Whether a session ends with "had you seen a case before?" and "which arms were these?".
    drift_visible_to
        Who may see how a reader's agreement drifts while the study is open.
    """

    daily_cap: int | None = None
    utc_offset: str = "+00:00"
    break_after_minutes: int | None = None
    ask_recall: bool = False
    ask_arm: bool = False
    drift_visible_to: tuple[str, ...] = ()

    def as_document(self) -> dict[str, Any]:
        return written(self, ("daily_cap", "utc_offset", "break_after_minutes"))

    @property
    def time_zone(self) -> timezone:
        sign, hours, minutes = _OFFSET.fullmatch(self.utc_offset).groups()  # type: ignore[union-attr]  # a rule
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if sign == "-" else offset)


@dataclass(frozen=True)
class Threshold:
    """What a test read must reach against the reference: a share of segments, or a weighted kappa."""

    measure: str
    at_least: float


@dataclass(frozen=True)
class Qualification:
    """Who may read: training cases with feedback, then a test; valid_days None is for good."""

    training_cases: int
    test_cases: int
    threshold: Threshold
    attempts: int
    valid_days: int | None = None

    def as_document(self) -> dict[str, Any]:
        return written(self, ("valid_days",))


@dataclass(frozen=True)
class Discordance:
    """When two readers of a case in an arm are discordant; any one of what is named is enough.

    segment_difference: in the score of a segment. summed_difference: in the sum of a state.
    category_field: a choice of the form that was answered differently.
    """

    segment_difference: int | None = None
    summed_difference: int | None = None
    category_field: str | None = None

    def as_document(self) -> dict[str, Any]:
        return written(self, ("segment_difference", "summed_difference", "category_field"))


@dataclass(frozen=True)
class Adjudication:
    """
    decoy_fraction
        Agreeing cases mixed in, as a share of the discordant ones, so that being asked says nothing.
    mode, panel_size
        One adjudicator reads each case, or so many do.
    result
        Whether an adjudicated read stands beside the readers' in the analysis, or replaces them.
    """

    when: Discordance
    decoy_fraction: float
    mode: str
    result: str
    panel_size: int = 1

    def as_document(self) -> dict[str, Any]:
        return written(self, ("panel_size",), when=self.when.as_document())


def design_of(document: Any) -> Design:
    given = null_is_absent(document)
    optional = ("readers_per_case", "minimum_distance")
    expect(Design, given, "design", optional)
    numbers = {name: whole(given[name]) for name in optional if name in given}
    return made(Design, given, kind=text(given["kind"]), **numbers)


def conduct_of(document: Any) -> Conduct:
    given = null_is_absent(document)
    kinds: dict[str, Any] = {
        "daily_cap": whole, "utc_offset": text, "break_after_minutes": whole, "ask_recall": flag, "ask_arm": flag,
        "drift_visible_to": texts,
    }  # fmt: skip
    expect(Conduct, given, "conduct", tuple(kinds))
    found = {name: kind(given[name]) for name, kind in kinds.items() if name in given}
    return made(Conduct, given, **found)


def qualification_of(document: Any) -> Qualification:
    given = null_is_absent(document)
    expect(Qualification, given, "qualification", ("valid_days",))
    threshold = given["threshold"]
    expect(Threshold, threshold, "qualification.threshold")
    names = ("training_cases", "test_cases", "attempts", "valid_days")
    return made(
        Qualification,
        given,
        threshold=made(
            Threshold,
            threshold,
            measure=text(threshold["measure"]),
            at_least=amount(threshold["at_least"]),
        ),
        **{name: whole(given[name]) for name in names if name in given},
    )


def adjudication_of(document: Any) -> Adjudication:
    given = null_is_absent(document)
    expect(Adjudication, given, "adjudication", ("panel_size",))
    when = null_is_absent(given["when"])
    names = ("segment_difference", "summed_difference", "category_field")
    expect(Discordance, when, "adjudication.when", names)
    kinds: dict[str, Any] = {**dict.fromkeys(names, whole), "category_field": text}
    return made(
        Adjudication,
        given,
        when=made(
            Discordance,
            when,
            **{name: kinds[name](when[name]) for name in names if name in when},
        ),
        decoy_fraction=amount(given["decoy_fraction"]),
        mode=text(given["mode"]),
        result=text(given["result"]),
        panel_size=whole(given.get("panel_size", 1)),
    )


def rules_of_design(design: Design) -> Iterator[Rule]:
    yield (
        design.kind in DESIGNS,
        _("design.kind must be one of: %(kinds)s.") % {"kinds": ", ".join(DESIGNS)},
        "design.kind",
    )
    yield (
        (design.kind == "balanced_incomplete") == (design.readers_per_case is not None),
        _("design.readers_per_case belongs to a balanced_incomplete design, and such a design needs it."),
        "design.readers_per_case",
    )
    yield (
        design.readers_per_case is None or design.readers_per_case >= 1,
        _("design.readers_per_case must be 1 or more."),
        "design.readers_per_case",
    )
    yield (
        design.minimum_distance is None or design.minimum_distance >= 1,
        _("design.minimum_distance must be 1 or more."),
        "design.minimum_distance",
    )


def rules_of_conduct(conduct: Conduct) -> Iterator[Rule]:
    yield (
        conduct.daily_cap is None or conduct.daily_cap >= 1,
        _("conduct.daily_cap must be 1 or more."),
        "conduct.daily_cap",
    )
    yield (
        _OFFSET.fullmatch(conduct.utc_offset) is not None,
        _("conduct.utc_offset must be hours and minutes from UTC, such as +09:00."),
        "conduct.utc_offset",
    )
    yield (
        conduct.break_after_minutes is None or 5 <= conduct.break_after_minutes <= 480,
        _("conduct.break_after_minutes must be a number of minutes from 5 to 480."),
        "conduct.break_after_minutes",
    )
    yield (
        conduct.drift_visible_to in DRIFT_VISIBLE_TO,
        _(
            "conduct.drift_visible_to must name nobody, the investigator, or the investigator and the monitor."
        ),
        "conduct.drift_visible_to",
    )


def rules_of_qualification(qualification: Qualification) -> Iterator[Rule]:
    threshold = qualification.threshold
    yield (
        0 <= qualification.training_cases <= MOST_CASES and 1 <= qualification.test_cases <= MOST_CASES,
        _("A qualification has at most %(most)s training cases and from 1 to %(most)s test cases.")
        % {"most": MOST_CASES},
        "qualification.test_cases",
    )
    yield (
        threshold.measure in THRESHOLDS,
        _("qualification.threshold.measure must be one of: %(measures)s.")
        % {"measures": ", ".join(THRESHOLDS)},
        "qualification.threshold.measure",
    )
    yield (
        0 < threshold.at_least <= 1,
        _("qualification.threshold.at_least must be above 0 and at most 1."),
        "qualification.threshold.at_least",
    )
    yield (
        1 <= qualification.attempts <= MOST_ATTEMPTS,
        _("qualification.attempts must be from 1 to %(most)s.") % {"most": MOST_ATTEMPTS},
        "qualification.attempts",
    )
    yield (
        qualification.valid_days is None or qualification.valid_days >= 1,
        _("qualification.valid_days must be 1 or more."),
        "qualification.valid_days",
    )


def rules_of_adjudication(adjudication: Adjudication, *, form: Form, design: Design) -> Iterator[Rule]:
    when = adjudication.when
    highest = max(form.scores)
    yield (
        when != Discordance(),
        _(
            "adjudication.when must name at least one of segment_difference, summed_difference, category_field."
        ),
        "adjudication.when",
    )
    yield (
        when.segment_difference is None or 1 <= when.segment_difference <= highest,
        _("adjudication.when.segment_difference must be from 1 to %(highest)s.") % {"highest": highest},
        "adjudication.when.segment_difference",
    )
    yield (
        when.summed_difference is None or 1 <= when.summed_difference <= highest * form.segments,
        _("adjudication.when.summed_difference must be from 1 to %(highest)s.")
        % {"highest": highest * form.segments},
        "adjudication.when.summed_difference",
    )
    choices = {field.name for field in form.fields if field.kind == FieldKind.CHOICE}
    yield (
        when.category_field is None or when.category_field in choices,
        _("adjudication.when.category_field must be the name of a choice of the form."),
        "adjudication.when.category_field",
    )
    yield (
        0 <= adjudication.decoy_fraction <= 1,
        _("adjudication.decoy_fraction must be from 0 to 1."),
        "adjudication.decoy_fraction",
    )
    yield (
        adjudication.mode in MODES and adjudication.result in RESULTS,
        _("adjudication.mode must be one of: %(modes)s; adjudication.result one of: %(results)s.")
        % {"modes": ", ".join(MODES), "results": ", ".join(RESULTS)},
        "adjudication.mode",
    )
    yield (
        2 <= adjudication.panel_size <= MOST_PANEL
        if adjudication.mode == "panel"
        else adjudication.panel_size == 1,
        _("adjudication.panel_size must be from 2 to %(most)s for a panel, and 1 for a single adjudicator.")
        % {"most": MOST_PANEL},
        "adjudication.panel_size",
    )
    yield (
        design.readers_per_case != 1,
        _("Adjudication needs two readers of a case: design.readers_per_case must be 2 or more."),
        "design.readers_per_case",
    )
