"""Protocols that a study can start from."""

from collections.abc import Callable
from dataclasses import replace

from reader_study.studies.charter_conduct import Adjudication, Conduct, Discordance, Qualification, Threshold
from reader_study.studies.charter_endpoints import Endpoint
from reader_study.studies.organs import (
    BRAIN_LOBES,
    BRAIN_REGIONS,
    BRAIN_TABLES,
    COLOUR_TABLES,
    ORGANS,
    ImageSet,
)
from reader_study.studies.protocol import Arm, Margins, Protocol
from reader_study.studies.protocol_display import Display
from reader_study.studies.protocol_form import Answered, Field, FieldKind, Form, Scored

OVERALL = ("definitely_normal", "probably_normal", "equivocal", "probably_abnormal", "definitely_abnormal")
ABNORMAL = ("equivocal", "probably_abnormal", "definitely_abnormal")
INFERIOR = (4, 10, 15)  # where the diaphragm attenuates

_QUALITY = Field("quality", FieldKind.CHOICE, (1, 2, 3, 4, 5), True)
_OVERALL = Field("overall", FieldKind.CHOICE, OVERALL, True)
_CONFIDENCE = Field("confidence", FieldKind.NUMBER, (), True, minimum=0, maximum=100)
_COMMENT = Field("comment", FieldKind.TEXT, (), False)

HEART_FORM = Form(
    version=2,
    fields=(
        _QUALITY,
        Field(
            "artefacts",
            FieldKind.CHOICES,
            ("motion", "breast", "diaphragm", "extracardiac", "truncation", "other"),
            False,
        ),
        _OVERALL,
        Field(
            "territories", FieldKind.CHOICES, ("LAD", "RCA", "LCX"), True, when=Answered("overall", ABNORMAL)
        ),
        Field(
            "inferior",
            FieldKind.CHOICE,
            ("perfusion", "attenuation", "undecided"),
            False,
            when=Scored(INFERIOR, at_least=1),
        ),
        _CONFIDENCE,
        _COMMENT,
    ),
)


def _asymmetry(lobe: str) -> Field:
    pair = tuple(place for place, name in enumerate(BRAIN_REGIONS, start=1) if name.startswith(lobe))
    sides = ("none", "left_lower", "right_lower")
    return Field(f"asymmetry_{lobe}", FieldKind.CHOICE, sides, True, when=Scored(pair, at_least=1))


BRAIN_FORM = Form(
    version=1,
    segments=len(BRAIN_REGIONS),
    regions=BRAIN_REGIONS,
    fields=(_QUALITY, _OVERALL, *map(_asymmetry, BRAIN_LOBES), _CONFIDENCE, _COMMENT),
)


def kawakubo_replica(*, title: str, reader_title: str, simulated: bool, washout_days: int = 28) -> Protocol:
    """Three arms, stress and rest, 17 segments: the design of Kawakubo et al., Ann Nucl Med 2024;38:199-209."""
    arms = (
        _arm("A", "SPECT", (ImageSet.SPECT,)),
        _arm("B", "Virtual PET", (ImageSet.VIRTUAL_PET,)),
        _arm("C", "PET", (ImageSet.PET,)),
    )
    return _heart(title, reader_title, simulated, washout_days, arms)


def aided_sequential(*, title: str, reader_title: str, simulated: bool, washout_days: int = 28) -> Protocol:
    """SPECT first; once that is signed, virtual PET beside it. PET is read for itself, as the reference."""
    arms = (
        _arm("A", "SPECT, then with virtual PET", (ImageSet.SPECT,), (ImageSet.SPECT, ImageSet.VIRTUAL_PET)),
        _arm("B", "PET", (ImageSet.PET,)),
    )
    return _heart(title, reader_title, simulated, washout_days, arms)


def aided_side_by_side(*, title: str, reader_title: str, simulated: bool, washout_days: int = 28) -> Protocol:
    """SPECT alone, SPECT with virtual PET beside it from the first look on, and PET as the reference."""
    arms = (
        _arm("A", "SPECT", (ImageSet.SPECT,)),
        _arm("B", "SPECT with virtual PET", (ImageSet.SPECT, ImageSet.VIRTUAL_PET)),
        _arm("C", "PET", (ImageSet.PET,)),
    )
    return _heart(title, reader_title, simulated, washout_days, arms)


def brain_attenuation(*, title: str, reader_title: str, simulated: bool, washout_days: int = 28) -> Protocol:
    """Brain perfusion without correction and with three corrections of attenuation; that by CT is the reference."""
    return Protocol(
        title=title,
        reader_title=reader_title,
        simulated=simulated,
        organ="brain",
        states=ORGANS["brain"].states,
        arms=(
            _arm("A", "Uncorrected", (ImageSet.UNCORRECTED,)),
            _arm("B", "Chang", (ImageSet.CHANG,)),
            _arm("C", "Virtual CTAC", (ImageSet.VIRTUAL_CTAC,)),
            _arm("D", "CTAC", (ImageSet.CTAC,)),
        ),
        reference_arm="D",
        sessions=4,
        washout_days=washout_days,
        repeat_fraction=0.0,
        form=BRAIN_FORM,
        display=Display(tables=BRAIN_TABLES, default_table="cool", show_difference=False, show_sums=False),
        score_thresholds=(70.0, 50.0, 30.0, 10.0),
        margins=Margins(score=0.5, uptake=5.0),
    )


def _arm(code: str, label: str, *steps: tuple[ImageSet, ...]) -> Arm:
    return Arm(code, label, steps)


def _heart(
    title: str,
    reader_title: str,
    simulated: bool,
    washout_days: int,
    arms: tuple[Arm, ...],
) -> Protocol:
    """The last arm is the reference; each has a session."""
    return Protocol(
        title=title,
        reader_title=reader_title,
        simulated=simulated,
        organ="heart",
        states=ORGANS["heart"].states,
        arms=arms,
        reference_arm=arms[-1].code,
        sessions=len(arms),
        washout_days=washout_days,
        repeat_fraction=0.0,
        form=HEART_FORM,
        display=Display(tables=COLOUR_TABLES, default_table="cool", show_difference=True, show_sums=True),
        score_thresholds=(70.0, 50.0, 30.0, 10.0),
        margins=Margins(score=0.5, uptake=5.0),
    )


def _charter(
    design: Callable[..., Protocol], *endpoints: Endpoint, multiplicity: str = "none"
) -> Callable[..., Protocol]:
    """A design with what else a charter says: how it is conducted, and the endpoints, which the design asks for."""

    def whole(*, title: str, reader_title: str, simulated: bool, washout_days: int = 28) -> Protocol:
        plain = design(title=title, reader_title=reader_title, simulated=simulated, washout_days=washout_days)
        return replace(
            plain,
            conduct=Conduct(
                daily_cap=40,
                break_after_minutes=60,
                ask_recall=True,
                ask_arm=True,
                drift_visible_to=("investigator",),
            ),
            qualification=Qualification(
                training_cases=5,
                test_cases=10,
                threshold=Threshold("within_one", 0.8),
                attempts=2,
                valid_days=365,
            ),
            adjudication=Adjudication(
                when=Discordance(segment_difference=2, category_field="overall"),
                decoy_fraction=0.2,
                mode="single",
                result="beside",
            ),
            endpoints=endpoints,
            multiplicity=multiplicity,
        )

    return whole


def _closer(name: str, tested: str, other: str, reference: str, role: str = "primary") -> Endpoint:
    return Endpoint(name, role, "weighted_kappa", (tested, other), "superiority", against=reference)


def _same_sums(tested: str, reference: str) -> Endpoint:
    return Endpoint(
        f"Summed scores of {tested} as of {reference}",
        "secondary",
        "summed_score_difference",
        (tested, reference),
        "equivalence",
        margin=2,
    )


TEMPLATES: dict[str, Callable[..., Protocol]] = {
    "kawakubo_replica": _charter(
        kawakubo_replica,
        _closer("Virtual PET is closer to PET than SPECT is", "B", "A", "C"),
        _same_sums("B", "C"),
        Endpoint(
            "Uptake of virtual PET as of PET",
            "secondary",
            "voxel_uptake",
            ("B", "C"),
            "equivalence",
            margin=5,
        ),
    ),
    "aided_sequential": _charter(
        aided_sequential,
        _closer("With virtual PET closer to PET than before", "A", "A.1", "B"),
        _same_sums("A", "B"),
    ),
    "aided_side_by_side": _charter(
        aided_side_by_side,
        _closer("With virtual PET closer to PET than SPECT alone", "B", "A", "C"),
        _same_sums("B", "C"),
    ),
    "brain_attenuation": _charter(
        brain_attenuation,
        _closer("Virtual CTAC is closer to CTAC than uncorrected", "C", "A", "D"),
        Endpoint(
            "Virtual CTAC is no farther from CTAC than Chang",
            "primary",
            "weighted_kappa",
            ("C", "B"),
            "noninferiority",
            against="D",
            margin=0.1,
        ),
        multiplicity="fixed_sequence",
    ),
}
