"""The imaging charter of a study as data: what is read, by which rules. Everything else follows from it.

`parse` turns a JSON document into a frozen `Protocol` or says in one sentence what is wrong with it.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from reader_study.problems import Invalid
from reader_study.studies import charter_conduct, charter_endpoints
from reader_study.studies.charter_conduct import Adjudication, Conduct, Design, Qualification
from reader_study.studies.charter_endpoints import Endpoint, Reference
from reader_study.studies.documents import (
    Rule,
    amount,
    each,
    expect,
    flag,
    made,
    one_of,
    text,
    texts,
    written,
)
from reader_study.studies.layouts import Layout, presets
from reader_study.studies.organs import COLOUR_TABLES, ImageSet
from reader_study.studies.protocol_display import DISPLAY_OPTIONS, Display, display_of
from reader_study.studies.protocol_form import Form, form_of
from reader_study.studies.protocol_rules import COMPANIONS, rules, rules_of_new

__all__ = [
    "COLOUR_TABLES",
    "COMPANIONS",
    "ImageSet",
    "Intake",
    "Protocol",
    "breaches",
    "canonical",
    "digest",
    "parse",
    "parse_new",
]

QUARANTINE_DAYS = 30
# Sections that a document may leave out, as all did before there were these: how each is read.
SECTIONS: dict[str, Callable[[Any], Any]] = {
    "design": charter_conduct.design_of,
    "conduct": charter_conduct.conduct_of,
    "qualification": charter_conduct.qualification_of,
    "adjudication": charter_conduct.adjudication_of,
    "reference": charter_endpoints.reference_of,
    "endpoints": charter_endpoints.endpoints_of,
    "multiplicity": text,
}


@dataclass(frozen=True)
class Arm:
    """One of the ways of reading that are compared. Which one a read is, no reader is told.

    label: also what readers choose among where they are asked, at the end of a session, which arms they saw.
    steps: what is shown in each step of a read, one image set or two side by side. A later step is shown when the
    one before is signed.
    """

    code: str
    label: str
    steps: tuple[tuple[ImageSet, ...], ...]

    @property
    def image_sets(self) -> tuple[ImageSet, ...]:
        """All that are shown in any step, each once, in the order in which they appear."""
        return tuple(dict.fromkeys(image_set for step in self.steps for image_set in step))

    @property
    def image_set(self) -> ImageSet:
        """What the final score of the arm is about: the last set of the last step."""
        return self.steps[-1][-1]

    def as_document(self) -> dict[str, Any]:
        document: dict[str, Any] = {"code": self.code, "label": self.label}
        if len(self.steps) == len(self.steps[0]) == 1:
            return {**document, "image_set": self.image_set.value}
        return {**document, "steps": [[image_set.value for image_set in step] for step in self.steps]}


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
    multiplicity
        How several primary endpoints share their alpha.
    intake and what follows it
        Optional in a document; left out of it while they say what goes without saying. Without a qualification
        everybody may read who is a reader; without an adjudication nothing is adjudicated.
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
    design: Design = Design()
    conduct: Conduct = Conduct()
    qualification: Qualification | None = None
    adjudication: Adjudication | None = None
    reference: Reference = Reference()
    endpoints: tuple[Endpoint, ...] = ()
    multiplicity: str = "none"

    def arm(self, code: str) -> Arm:
        return next(arm for arm in self.arms if arm.code == code)

    @property
    def readings(self) -> tuple[str, ...]:
        """What endpoints can compare: each arm by its code, as it was scored in the end, and "A.1" its first step."""
        steps = [f"{arm.code}.{step}" for arm in self.arms for step in range(1, len(arm.steps))]
        return (*(arm.code for arm in self.arms), *steps)

    @property
    def image_sets(self) -> tuple[ImageSet, ...]:
        """All that any arm shows, each once: what a complete case has."""
        return tuple(dict.fromkeys(image_set for arm in self.arms for image_set in arm.image_sets))

    @property
    def fewest_readers(self) -> int:
        """Without whom the study cannot be read as it is planned; one alone differs with nobody."""
        return self.design.readers_per_case or (1 if self.adjudication is None else 2)

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """Those of the document, or else the usual ones for as many image sets as the steps show."""
        sets = sorted({len(step) for arm in self.arms for step in arm.steps})
        return self.display.layouts or tuple(
            layout for number in sets for layout in presets(self.organ, sets=number)
        )

    @property
    def default_layout(self) -> str:
        return self.display.default_layout or self.layouts[0].name

    def as_document(self) -> dict[str, Any]:
        """The JSON document of which `parse` makes an equal protocol."""
        return written(
            self,
            ("intake", *SECTIONS),
            arms=[arm.as_document() for arm in self.arms],
            form=self.form.as_document(),
            display=written(self.display, DISPLAY_OPTIONS),
            design=self.design.as_document(),
            conduct=self.conduct.as_document(),
            qualification=self.qualification and self.qualification.as_document(),
            adjudication=self.adjudication and self.adjudication.as_document(),
            endpoints=[endpoint.as_document() for endpoint in self.endpoints],
        )


def canonical(document: dict[str, Any]) -> bytes:
    """JSON with sorted keys, without spaces, in UTF-8."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(document: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical(document)).hexdigest()


def parse(document: dict[str, Any]) -> Protocol:
    """Validate a protocol document, which may have been stored long ago; a new one must pass `parse_new`.

    Raises
    ------
    Invalid
        code "protocol", naming the field and what is expected.
    """
    protocol = _read(document)
    _obey(rule for group in rules(protocol) for rule in group)
    return protocol


def parse_new(document: dict[str, Any]) -> Protocol:
    """The same of a document that is about to be stored, with the rules that came later."""
    protocol = parse(document)
    _obey(rule for group in rules_of_new(protocol) for rule in group)
    return protocol


@dataclass(frozen=True)
class Breach:
    """A rule that a document breaks. place: where it would be mended, "" where the document as a whole is none."""

    place: str
    sentence: str


def breaches(document: dict[str, Any]) -> list[Breach]:
    """What keeps a new document from being stored: the first broken rule of each part of it; nothing where it can be.

    Where the plan of the reads itself breaks a rule, only that: the other parts rely on it.
    """
    try:
        protocol = _read(document)
    except Invalid as problem:
        return [Breach("", problem.message)]
    groups = rules(protocol)
    if in_plan := _breach(next(groups)):
        return [in_plan]
    found = [_breach(group) for group in (*groups, *rules_of_new(protocol))]
    return [breach for breach in found if breach]


def _breach(group: Iterable[Rule]) -> Breach | None:
    return next((Breach(place, sentence) for holds, sentence, place in group if not holds), None)


def _obey(rules: Iterable[Rule]) -> None:
    if breach := _breach(rules):
        raise Invalid("protocol", breach.sentence, place=breach.place)


def _read(document: dict[str, Any]) -> Protocol:
    try:
        return _protocol(document)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
        raise Invalid("protocol", _("The protocol cannot be read: %(why)s.") % {"why": error}) from None


def _protocol(document: dict[str, Any]) -> Protocol:
    expect(Protocol, document, "", ("intake", *SECTIONS))
    document = {name: value for name, value in document.items() if name not in SECTIONS or value is not None}
    margins, intake = document["margins"], document.get("intake", {})
    expect(Margins, margins, "margins")
    expect(Intake, intake, "intake", ("quarantine_days", "also"))
    return made(
        Protocol,
        document,
        **{name: section(document[name]) for name, section in SECTIONS.items() if name in document},
        title=text(document["title"]),
        reader_title=text(document["reader_title"]),
        simulated=flag(document["simulated"]),
        organ=text(document["organ"]),
        states=texts(document["states"]),
        repeat_fraction=amount(document["repeat_fraction"]),
        arms=tuple(map(_arm, each(document["arms"]))),
        form=form_of(document["form"]),
        display=display_of(document["display"]),
        margins=made(Margins, margins, **{name: amount(value) for name, value in margins.items()}),
        score_thresholds=tuple(float(amount(value)) for value in each(document["score_thresholds"])),
        intake=made(Intake, intake, also=texts(intake.get("also", ()))),
    )


def _arm(document: Any) -> Arm:
    if isinstance(document, dict) and "steps" not in document and "image_set" in document:
        # One step of one image set: as all arms were before there were steps.
        document = {name: document[name] for name in document if name != "image_set"} | {
            "steps": [[document["image_set"]]]
        }
    expect(Arm, document, "arms")
    steps = tuple(tuple(one_of(ImageSet, name) for name in each(step)) for step in each(document["steps"]))
    return made(Arm, document, code=text(document["code"]), label=text(document["label"]), steps=steps)
