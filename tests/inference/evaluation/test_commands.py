"""The commands from a cohort on disk to a report, and what they say when something is missing."""

import json
import shutil
from pathlib import Path

import pytest

from inference.__main__ import main
from tests.inference.translation.simulated import write_cohort

BUNDLE = Path(__file__).parents[3] / "inference" / "translation" / "bundles" / "heart-spect-to-pet"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two patients, one with an inferior defect; SPECT is too dark in everybody's inferior wall."""
    return write_cohort(tmp_path_factory.mktemp("cohort"), patients=2)


def test_virtual_pet_is_measured_from_the_cohort_to_the_report(cohort: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    assert main(["evaluate", "heart", f"--cohort={cohort}", f"--bundle={BUNDLE}", f"--out={out}"]) == 0
    data = json.loads((out / "heart.json").read_text())
    found = data["sets"]["referred"]["against"]["truth"]["detection"]["inferior"]
    assert found["reference"] == {"segments": 6, "patients": 1}
    assert set(found["images"]) == {"spect", "pet", "virtual_pet"}
    assert found["images"]["pet"]["missed"]["count"] == 0
    assert data["made_from"]["models"]["virtual_pet"]["name"] == "heart-spect-to-pet"
    assert data["sets"]["referred"]["likeness"]["spect"]["nmae"]["mean"] > 1
    assert len((out / "simulated_values.csv").read_text().splitlines()) == 1 + 2 * 2 * 17
    assert "simulated" in (out / "report.md").read_text().splitlines()[2]


def test_a_simulated_cohort_is_held_against_published_figures(cohort: Path, tmp_path: Path) -> None:
    assert main(["evaluate", "cohort", f"--cohort={cohort}", f"--out={tmp_path / 'report'}"]) == 0
    data = json.loads((tmp_path / "report" / "cohort.json").read_text())
    assert data["kinds"] == ["spect", "pet"] and data["rich"]["segments"] == 6
    assert (tmp_path / "report" / "walls.svg").is_file()


def test_what_is_missing_is_said_in_one_sentence(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = f"--out={tmp_path / 'report'}"
    assert main(["evaluate", "heart", f"--cohort={tmp_path}", f"--bundle={BUNDLE}", out]) == 1
    assert "no folders of patients" in capsys.readouterr().err
    assert main(["evaluate", "heart", f"--cohort={cohort}", f"--bundle={tmp_path}", out]) == 1
    assert "missing or incomplete" in capsys.readouterr().err
    assert main(["evaluate", "cohort", f"--cohort={tmp_path}", out]) == 1
    assert "no truth.json" in capsys.readouterr().err
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("not a report")
    assert main(["evaluate", "cohort", f"--cohort={cohort}", f"--out={tmp_path / 'mine'}"]) == 1
    assert "name another folder" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["evaluate", "heart", f"--cohort={cohort}", f"--bundle={BUNDLE}", "--held-out=women=X:b", out])
    assert "must be NAME=F:BUNDLE" in capsys.readouterr().err


@pytest.mark.parametrize(("part", "purpose"), [("training", "trained"), ("validation", "chosen")])
def test_nobody_tests_a_model_that_knows_him(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], part: str, purpose: str
) -> None:
    [known, *_] = json.loads((BUNDLE / "card.json").read_text())[part]["cohorts"]
    again = tmp_path / "again"
    shutil.copytree(cohort, again)
    claim = {**json.loads((again / ".cohort.json").read_text()), "seed": known["claim"]["seed"]}
    (again / ".cohort.json").write_text(json.dumps(claim))
    out = f"--out={tmp_path / 'report'}"
    assert main(["evaluate", "heart", f"--cohort={again}", f"--bundle={BUNDLE}", out]) == 1
    assert f"was {purpose} on: simulate a cohort with another seed" in capsys.readouterr().err
