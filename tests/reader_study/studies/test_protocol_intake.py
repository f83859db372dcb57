"""The optional section of a protocol about its doors; documents from before it stay what they are."""

from typing import Any

import pytest

from reader_study.intake.models import Kind
from reader_study.problems import Invalid
from reader_study.studies.protocol import COMPANIONS, Intake, digest, parse
from reader_study.studies.templates import kawakubo_replica


def document(**intake: Any) -> dict[str, Any]:
    plain = kawakubo_replica(title="T", reader_title="R", simulated=False).as_document()
    return {**plain, "intake": intake} if intake else plain


def test_a_document_without_the_section_is_what_it_was() -> None:
    before = document()
    assert "intake" not in before
    protocol = parse(before)
    assert protocol.intake == Intake(quarantine_days=30, also=())
    assert digest(protocol.as_document()) == digest(before)


def test_the_section_is_read_and_written() -> None:
    protocol = parse(document(quarantine_days=7, also=["ct", "projections"]))
    assert protocol.intake == Intake(7, ("ct", "projections"))
    assert parse(protocol.as_document()) == protocol


@pytest.mark.parametrize(
    "intake",
    [{"quarantine_days": 0}, {"quarantine_days": 366}, {"quarantine_days": "30"}, {"quarantine_days": True},
     {"also": ["ct", "ct"]}, {"also": ["spect"]}, {"also": "ct"}, {"also": [["ct"]]}, {"days": 3}],
)  # fmt: skip
def test_another_section_is_refused_with_a_sentence(intake: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        parse(document(**intake))
    assert refused.value.code == "protocol" and refused.value.message


@pytest.mark.parametrize("intake", [[], None, "x"])
def test_a_section_of_another_type_is_refused(intake: object) -> None:
    with pytest.raises(Invalid):
        parse({**document(), "intake": intake})


def test_what_may_be_collected_beside_is_every_kind_that_is_not_read() -> None:
    assert set(COMPANIONS) == set(Kind.values) - {"spect", "pet"}
