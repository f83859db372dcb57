"""The brain model in this repository: from a hospital's file to a derived one that is nearer to CTAC than Chang's."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from inference.__main__ import main
from inference.brain.heads import Head
from inference.brain.measures import regional_means, relative_error
from inference.brain.orientation import upright
from inference.brain.placing import on_grid
from inference.brain.regions import fit_regions
from inference.dicom.read import read_volume
from inference.translation.bundle import SHIPPED

BUNDLE = SHIPPED / "brain-nac-to-ctac"
JUDGE = Path(sys.executable).with_name("dciodvfy")


@pytest.fixture(scope="module")
def made(cohort: Path, heads: list[Head], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `translate` writes for the first head."""
    folder = next(path for path in cohort.glob("site-*/*") if _patient(path) == heads[0].patient_id)
    out = tmp_path_factory.mktemp("translated")
    assert main(["translate", f"--bundle={BUNDLE}", f"--out={out}", str(folder / "NAC" / "brain.dcm")]) == 0
    return out


def test_regions_are_less_than_half_as_far_off_ctac_as_chang_s(made: Path, heads: list[Head]) -> None:
    ctac = heads[0].images["ctac"]
    regions = fit_regions(ctac, tracer=heads[0].tracer)
    wanted = regional_means(ctac.voxels, regions)
    path = made / "brain.translated.dcm"
    image = on_grid(upright(read_volume([path.read_bytes()])))
    # The scale that is learned, in the units of the source.
    slope = dcmread(path).RealWorldValueMappingSequence[0].RealWorldValueSlope
    own = replace(image, voxels=image.voxels * slope)
    errors = {}
    for name, image in (("own", own), ("chang", heads[0].images["chang"])):
        found = regional_means(image.voxels, regions)
        errors[name] = np.mean([abs(relative_error(found[key], wanted[key])) for key in wanted])
    assert errors["own"] < 0.5 * errors["chang"] and errors["own"] < 5


def test_the_files_say_whose_they_are_and_what_they_are_of(made: Path, heads: list[Head]) -> None:
    for name in ("brain.translated.dcm", "brain.uncertainty.dcm"):
        ds = dcmread(made / name)
        assert (ds.PatientID, ds.BodyPartExamined) == (heads[0].patient_id, "BRAIN")


@pytest.mark.skipif(not JUDGE.exists(), reason="dciodvfy (dicom3tools) is not installed")
def test_an_outside_judge_finds_no_error(made: Path) -> None:
    for path in made.iterdir():
        said = subprocess.run([JUDGE, path], capture_output=True, text=True, errors="replace", check=False)
        assert "Error" not in said.stdout + said.stderr


def _patient(folder: Path) -> str:
    return str(dcmread(folder / "NAC" / "brain.dcm", stop_before_pixels=True).PatientID)
