"""SSS, SRS and SDS are the same on the reader's page, in the report, in its tables and in what other systems get.

The cases lie beside the page's code, whose test reads them too.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reader_study.agreement.analysis.frame import frame_of
from reader_study.agreement.analysis.sums import summed_scores
from reader_study.agreement.exports import reads_csv
from reader_study.interop.results.scores import scored_study
from tests.reader_study.agreement import synthetic

SESSION = Path(__file__).parents[3] / "frontend" / "src" / "reader" / "session"
CASES: list[dict[str, Any]] = json.loads((SESSION / "sums.vectors.json").read_text())


@pytest.fixture(params=CASES, ids=[case["about"] for case in CASES])
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    given: dict[str, Any] = request.param
    return given


@pytest.fixture
def lock(case: dict[str, Any]) -> dict[str, Any]:
    """All its reads have the scores of the case."""
    lock = synthetic.snapshot(patients=2, readers=2)
    for read in lock["reads"]:
        read["scores"] = {state: case[state] for state in ("stress", "rest")}
    return lock | {"images": [], "models": []}


def test_in_the_report(case: dict[str, Any], lock: dict[str, Any]) -> None:
    for name, values in summed_scores(frame_of(lock)).items():
        told = np.float64(np.nan if case["sums"][name] is None else case["sums"][name])
        assert np.array_equal(values, np.full_like(values, told), equal_nan=True), name


def test_in_the_tables(case: dict[str, Any], lock: dict[str, Any]) -> None:
    for row in csv.DictReader(io.StringIO(reads_csv(lock, digest="d").decode())):
        told = {name: row[name.lower()] for name in case["sums"]}
        assert told == {name: "" if sum is None else str(sum) for name, sum in case["sums"].items()}


def test_for_other_systems(case: dict[str, Any], lock: dict[str, Any]) -> None:
    for read in scored_study(lock, lock_sha256="d").reads:
        told = {"SSS": read.sum("stress"), "SRS": read.sum("rest"), "SDS": read.difference}
        assert told == case["sums"]
