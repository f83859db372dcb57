"""A coordinator's browser sees what is kept apart, and answers."""

from typing import Any

from reader_study.studies.models import Study
from tests.reader_study.intake.hostile import edited
from tests.reader_study.intake.sending import spect

UNTOLD = {
    "AcquisitionContextSequence": None,
    "SeriesDescription": "SA",
    "ProtocolName": "MPI",
    "ImageID": "x",
    "StudyDescription": "heart",
}


def untold(seed: int = 1) -> bytes:
    """Says neither stress nor rest."""
    return edited(spect(seed), **UNTOLD)


def burned_in() -> bytes:
    return edited(BurnedInAnnotation="YES")


def waiting(browser: Any, study: Study) -> dict[str, Any]:
    answer = browser.get(f"/api/studies/{study.id}/quarantine")
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def only(browser: Any, study: Study) -> str:
    (file,) = waiting(browser, study)["files"]
    return str(file["id"])


def answered(browser: Any, kept: str, **said: Any) -> dict[str, Any]:
    answer = browser.post(f"/api/quarantine/{kept}/answer", said)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def uids(n: int) -> dict[str, str]:
    return {"SeriesInstanceUID": f"1.2.{n}", "SOPInstanceUID": f"1.2.{n}.1"}
