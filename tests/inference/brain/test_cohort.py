"""A cohort of heads as DICOM: what is written is read back, on its side and in its units, and no truth with it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.brain.heads import KINDS, Head
from inference.brain.orientation import upright
from inference.cohort.brain import (
    CALIBRATIONS,
    HEAD_IMAGES,
    HeadScans,
    planned_head,
    simulate_head,
)
from inference.cohort.brain_folder import head_member, head_path, make_brain_cohort, write_head
from inference.cohort.pool import DifferentCohort
from inference.dicom.read import read_header, read_volume
from inference.dicom.write import STORED_MAXIMUM, stored_values
from inference.volume import Kind, Volume


def drawn(seed: int) -> Volume:
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    affine[:3, 3] = (-126, -126, -78)
    voxels = np.random.default_rng(seed).random((40, 64, 64)).astype(np.float32)
    voxels[20, 30, 50] = 3.0  # on the patient's left
    return Volume(voxels, affine, Kind.TRANSAXIAL)


@pytest.mark.parametrize("site", [0, 1])
def test_what_a_hospital_writes_is_read_back_voxel_for_voxel_and_left_stays_left(
    tmp_path: Path, site: int
) -> None:
    member = head_member(seed=1, index=site, sites=2)
    images = {kind: drawn(n) for n, kind in enumerate(HEAD_IMAGES)}
    dim = replace(images["nac"], voxels=0.3 * images["nac"].voxels)
    scans = HeadScans(
        member.patient, {**images, "nac": dim}, drawn(8), drawn(9), drawn(10), np.zeros((40, 64, 64), np.int8)
    )
    write_head(
        scans, member, target=tmp_path / "p", truth=tmp_path / "t" / "p.npz", scratch=tmp_path / "scratch"
    )
    factor = 3.0 / 32_000
    for kind in HEAD_IMAGES:
        data = (tmp_path / "p" / head_path(kind)).read_bytes()
        found = upright(read_volume([data]))
        wanted = scans.images[kind]
        np.testing.assert_allclose(found.affine, wanted.affine, atol=1e-3)
        # One factor for all images of a patient: the gain from uncorrected to corrected survives.
        np.testing.assert_allclose(found.voxels * factor, wanted.voxels, atol=factor)
        k, j, i = np.unravel_index(found.voxels.argmax(), found.voxels.shape)
        assert (found.affine @ [i, j, k, 1])[0] > 0
        header = read_header(data)
        assert header.body_part == "BRAIN"
        assert header.attenuation_corrected == (kind != "nac")
        assert header.state is None
        assert header.patient_id == member.identity.patient_id


def test_each_image_is_a_series_of_its_own_with_the_patient_named_in_it(cohort: Path) -> None:
    truth = json.loads((cohort / "truth.json").read_text(encoding="utf-8"))
    assert truth["simulated"] and truth["organ"] == "brain" and len(truth["patients"]) == 4
    for one in truth["patients"].values():
        headers = [read_header((cohort / path).read_bytes()) for path in one["images"].values()]
        assert len({header.series_uid for header in headers}) == len(KINDS)
        assert len({header.study_uid for header in headers}) == 1
        family = one["name"].split("^")[0].encode("latin-1", "replace")
        data = (cohort / one["images"]["nac"]).read_bytes()
        assert family in data or "=" in one["name"] or not family.isascii()


def test_no_folder_of_a_patient_holds_truth(cohort: Path) -> None:
    inside = [path for folder in cohort.glob("site-*/*") for path in folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in inside} == {".dcm"}
    assert len(inside) == 4 * len(KINDS)


def test_the_same_seed_gives_the_same_bits_and_a_started_cohort_is_kept(
    cohort: Path, seed: int, heads: list[Head], capsys: pytest.CaptureFixture[str]
) -> None:
    scans = simulate_head(seed=seed, index=0, sites=2)
    assert scans.patient == planned_head(seed=seed, index=0, sites=2)
    factor = max(float(image.voxels.max()) for image in scans.images.values()) / STORED_MAXIMUM
    for kind in HEAD_IMAGES:  # the files are another process'
        stored = stored_values(scans.images[kind].voxels, factor).astype(np.float32)
        assert heads[0].images[kind].voxels.tobytes() == stored.tobytes()
    make_brain_cohort(patients=4, sites=2, seed=seed, out=cohort, jobs=1)
    assert capsys.readouterr().out.count("kept") == 4
    with pytest.raises(DifferentCohort):
        make_brain_cohort(patients=4, sites=2, seed=seed + 1, out=cohort, jobs=1)


def test_attenuation_costs_more_than_half_and_chang_gives_most_of_it_back(heads: list[Head]) -> None:
    for head in heads:
        brain = head.truth().labels > 0
        level = {kind: float(head.images[kind].voxels[brain].mean()) for kind in KINDS}
        assert 0.3 < level["nac"] / level["ctac"] < 0.55
        assert 0.7 < level["chang"] / level["ctac"] < 1.2
        assert level["short"] / level["ctac"] == pytest.approx(1, abs=0.03)
        noise = {kind: head.images[kind].voxels - head.truth().noise_free for kind in ("short", "ctac")}
        assert (
            1.7 < noise["short"][brain].std() / noise["ctac"][brain].std() < 2.8
        )  # sqrt(5) if all were noise


def test_a_scanner_errs_alike_on_every_head_and_each_scanner_sees_both_tracers() -> None:
    heads = [planned_head(seed=3, index=index, sites=2) for index in range(40)]
    for site, calibration in enumerate(CALIBRATIONS[:2]):
        seen = heads[site::2]
        ct, scatter = (
            np.array([getattr(head.scan, name) for head in seen]) for name in ("ct_scale", "scatter_scale")
        )
        assert ct.mean() == pytest.approx(calibration.ct, abs=0.003) and 0.001 < ct.std() < 0.006
        assert scatter.mean() == pytest.approx(calibration.scatter, abs=0.01) and 0.004 < scatter.std() < 0.02
        assert sum(head.tracer == "dat" for head in seen) == 10
