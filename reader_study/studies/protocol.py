"""The imaging charter of a study as data: what is read, by which rules. Everything else follows from it.

`parse` turns a JSON document into a frozen `Protocol` or says in one sentence what is wrong with it.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from reader_study.problems import Invalid

COLOUR_TABLES = (
    "gray", "inverse_gray", "cool", "hot_iron", "hot_metal_blue", "warm_metal", "thermal", "siemens", "s_pet",
    "ten_step", "twenty_step",
)  # fmt: skip
Made = TypeVar("Made")
SEGMENTS = 17
SCORES = (0, 1, 2, 3, 4)
# What a study may collect beside the images that are read; `intake` knows them by the same words.
COMPANIONS = ("gated_spect", "projections", "gated_projections", "attenuation_map", "gated_pet", "ct")
QUARANTINE_DAYS = 30


class ImageSet(StrEnum):
    SPECT = "spect"
    VIRTUAL_PET = "virtual_pet"
    PET = "pet"


class FieldKind(StrEnum):
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True)
class Arm:
    """One of the image sets that are compared. Its code and label are never shown to a reader."""

    code: str
    label: str
    image_set: ImageSet


@dataclass(frozen=True)
class Field:
    """A question of the reading form beside the segment scores. `values` are the choices, in order."""

    name: str
    kind: FieldKind
    values: tuple[int | str, ...]
    required: bool


@dataclass(frozen=True)
class Form:
    version: int
    fields: tuple[Field, ...]
    segments: int = SEGMENTS
    scores: tuple[int, ...] = SCORES


@dataclass(frozen=True)
class Display:
    """What a reader may do with the picture. `tables`: allowed colour tables, the default among them."""

    tables: tuple[str, ...]
    default_table: str
    show_difference: bool
    show_sums: bool


@dataclass(frozen=True)
class Margins:
    """Differences that were declared unimportant before the study: scores (0-4 scale), uptake (% of maximum)."""

    score: float
    uptake: float


@dataclass(frozen=True)
class Intake:
    """What the doors of the study do beside taking the images that are read.

    quarantine_days: how long a file that needs a person's decision is kept, encrypted, until it is destroyed.
    also: kinds of files that are kept with a case though nobody reads them, of COMPANIONS.
    """

    quarantine_days: int = QUARANTINE_DAYS
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Protocol:
    """
    reader_title
        The name under which readers see the study; says nothing of arms.
    simulated
        All data is simulated: every page, file and report of the study then says so.
    reference_arm
        Code of the arm against which the others are compared.
    sessions, washout_days
        Each case is read once in each arm over the sessions; at least so many days between a reader's sessions.
    repeat_fraction
        Share of cases that are read twice in one arm, hidden, for intra-reader reliability.
    score_thresholds
        % of maximum uptake below which an automatic score is at least 1, 2, 3, 4 (falling).
    intake
        Optional in a document; left out of it while it says what goes without saying.
    """

    title: str
    reader_title: str
    simulated: bool
    organ: str
    states: tuple[str, ...]
    arms: tuple[Arm, ...]
    reference_arm: str
    sessions: int
    washout_days: int
    repeat_fraction: float
    form: Form
    display: Display
    score_thresholds: tuple[float, ...]
    margins: Margins
    intake: Intake = Intake()

    def arm(self, code: str) -> Arm:
        return next(arm for arm in self.arms if arm.code == code)

    def as_document(self) -> dict[str, Any]:
        """The JSON document of which `parse` makes an equal protocol."""
        document: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        if self.intake == Intake():
            del document["intake"]  # as in documents from before there was such a section: the same digest
        return document


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def kawakubo_replica(*, title: str, reader_title: str, simulated: bool, washout_days: int = 28) -> Protocol:
    """Three arms, stress and rest, 17 segments: the design of Kawakubo et al., Ann Nucl Med 2024;38:199-209."""
    return Protocol(
        title=title,
        reader_title=reader_title,
        simulated=simulated,
        organ="heart",
        states=("stress", "rest"),
        arms=(
            Arm("A", "SPECT", ImageSet.SPECT),
            Arm("B", "Virtual PET", ImageSet.VIRTUAL_PET),
            Arm("C", "PET", ImageSet.PET),
        ),
        reference_arm="C",
        sessions=3,
        washout_days=washout_days,
        repeat_fraction=0.0,
        form=Form(
            version=1,
            fields=(
                Field("quality", FieldKind.CHOICE, (1, 2, 3, 4, 5), True),
                Field(
                    "overall",
                    FieldKind.CHOICE,
                    (
                        "definitely_normal",
                        "probably_normal",
                        "equivocal",
                        "probably_abnormal",
                        "definitely_abnormal",
                    ),
                    True,
                ),
                Field("confidence", FieldKind.CHOICE, (1, 2, 3, 4, 5), True),
                Field("comment", FieldKind.TEXT, (), False),
            ),
        ),
        display=Display(tables=COLOUR_TABLES, default_table="cool", show_difference=True, show_sums=True),
        score_thresholds=(70.0, 50.0, 30.0, 10.0),
        margins=Margins(score=0.5, uptake=5.0),
    )


def _made(
    made: type[Made], given: Any, where: str, optional: tuple[str, ...] = (), /, **converted: Any
) -> Made:
    """Build a dataclass from a JSON object that must have exactly its fields; the optional ones may be absent."""
    expected = {field.name for field in fields(made)}  # type: ignore[arg-type]
    if not isinstance(given, dict) or set(given) | set(optional) != expected:
        found = sorted(given) if isinstance(given, dict) else type(given).__name__
        raise Invalid(
            "protocol",
            _("%(where)s of the protocol must have exactly the fields %(expected)s; found %(found)s.")
            % {"where": where, "expected": ", ".join(sorted(expected)), "found": found},
        )
    return made(**{**given, **converted})


def parse(document: dict[str, Any]) -> Protocol:
    """Validate a protocol document.

    Raises
    ------
    Invalid
        code "protocol", naming the field and what is expected.
    """
    try:
        arms = tuple(
            _made(Arm, arm, "arms", image_set=ImageSet(arm["image_set"])) for arm in document["arms"]
        )
        form_fields = tuple(
            _made(Field, field, "form.fields", kind=FieldKind(field["kind"]), values=tuple(field["values"]))
            for field in document["form"]["fields"]
        )
        form = _made(
            Form, document["form"], "form", fields=form_fields, scores=tuple(document["form"]["scores"])
        )
        display = _made(Display, document["display"], "display", tables=tuple(document["display"]["tables"]))
        intake = document.get("intake", {})
        protocol = _made(
            Protocol,
            document,
            "The top level",
            ("intake",),
            states=tuple(document["states"]),
            arms=arms,
            form=form,
            display=display,
            margins=_made(Margins, document["margins"], "margins"),
            score_thresholds=tuple(float(value) for value in document["score_thresholds"]),
            intake=_made(
                Intake,
                intake,
                "intake",
                ("quarantine_days", "also"),
                also=tuple(map(str, intake.get("also", ()))),
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid("protocol", _("The protocol cannot be read: %(why)s.") % {"why": error}) from None
    for rule, sentence in _rules(protocol):
        if not rule:
            raise Invalid("protocol", sentence)
    return protocol


def _rules(p: Protocol) -> list[tuple[bool, str]]:
    codes = [arm.code for arm in p.arms]
    names = [field.name for field in p.form.fields]
    whole = all(type(n) is int for n in (p.sessions, p.washout_days, p.form.version, p.form.segments))
    return [
        (bool(p.title.strip() and p.reader_title.strip()), _("title and reader_title must not be empty.")),
        (p.organ == "heart", _("organ must be heart.")),
        (p.states == ("stress", "rest"), _("states must be stress and rest.")),
        (2 <= len(codes) == len(set(codes)), _("There must be at least two arms, each with its own code.")),
        (len({arm.image_set for arm in p.arms}) == len(codes), _("Two arms show the same image set.")),
        (p.reference_arm in codes, _("reference_arm must be the code of an arm.")),
        (whole and p.sessions >= len(codes), _("There must be at least as many sessions as arms.")),
        (whole and p.washout_days >= 0, _("washout_days must be 0 or more.")),
        # The allocation can place hidden repeats; the report does not analyse them yet.
        (p.repeat_fraction == 0, _("repeat_fraction must be 0: hidden repeats are not analysed yet.")),
        (
            whole and p.form.segments == SEGMENTS and p.form.scores == SCORES,
            _("The form must have 17 segments and the scores 0 to 4."),
        ),
        (len(names) == len(set(names)), _("Two fields of the form have the same name.")),
        (
            all(bool(field.values) == (field.kind == FieldKind.CHOICE) for field in p.form.fields),
            _("A choice of the form needs values; a text has none."),
        ),
        (
            set(p.display.tables) <= set(COLOUR_TABLES) and p.display.default_table in p.display.tables,
            _("display.tables must be known colour tables, the default among them."),
        ),
        (
            len(p.score_thresholds) == 4
            and list(p.score_thresholds) == sorted(p.score_thresholds, reverse=True),
            _("score_thresholds must be four falling percentages."),
        ),
        (p.margins.score > 0 and p.margins.uptake > 0, _("margins must be above 0.")),
        (
            type(p.intake.quarantine_days) is int and 1 <= p.intake.quarantine_days <= 365,
            _("intake.quarantine_days must be a number of days from 1 to 365."),
        ),
        (
            set(p.intake.also) <= set(COMPANIONS) and len(set(p.intake.also)) == len(p.intake.also),
            _("intake.also must name each kind of file once, of these: %(kinds)s.")
            % {"kinds": ", ".join(COMPANIONS)},
        ),
    ]
