"""What the simulation is for: an inferior wall that looks reduced because photons were lost, and only so."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from inference.physics import pet, spect
from inference.physics.anatomy import Anatomy, build_anatomy
from inference.physics.camera import Camera
from inference.physics.patient import Patient, sample_patient
from inference.physics.projector import to_columns, to_volumes
from inference.physics.reconstruction import osem
from inference.physics.short_axis import reorient
from inference.physics.ventricle import frame_of


def normal_man() -> Patient:
    patient = sample_patient(np.random.default_rng(3), sex="M")
    return replace(patient, torso=replace(patient.torso, dome_mm=40.0, right_dome_mm=52.0))


def anatomy_of(patient: Patient) -> Anatomy:
    return build_anatomy(
        patient, side=spect.BODY.side, slices=spect.BODY.slices, voxel_mm=spect.BODY.voxel_mm
    )


def inferior_to_anterior(
    volumes: torch.Tensor, patient: Patient, voxel_mm: tuple[float, float, float]
) -> float:
    """Ratio of the wall's peaks, 12 to 44 mm from the axis, in basal and middle slices of the first image."""
    heart: NDArray[np.float32] = reorient(volumes[:1], frame_of(patient.ventricle), voxel_mm=voxel_mm)[
        0
    ].numpy()
    middle = heart[18:26, :, 29:35].mean(2)
    anterior, inferior = middle[:, 21:29].max(1), middle[:, 35:43].max(1)
    return float(inferior.mean() / anterior.mean())


@pytest.fixture(scope="module")
def anatomy() -> Anatomy:
    return anatomy_of(normal_man())


def acquired(anatomy: Anatomy, *, tissue: float) -> spect.Acquisition:
    return spect.acquire(
        torch.from_numpy(anatomy.activity["stress", "spect"])[None],
        tissue * torch.from_numpy(anatomy.attenuation["spect"]),
        counts=[4e6],
        camera=Camera(),
        rng=np.random.default_rng(1),
    )


@pytest.fixture(scope="module")
def counts(anatomy: Anatomy) -> spect.Acquisition:
    return acquired(anatomy, tissue=1.0)


@pytest.fixture(scope="module")
def uncorrected(counts: spect.Acquisition) -> float:
    return inferior_to_anterior(spect.reconstruct(counts), normal_man(), (6.4, 6.4, 6.4))


def test_uncorrected_inferior_wall_of_a_normal_man_is_falsely_low(
    anatomy: Anatomy, uncorrected: float
) -> None:
    truth = torch.from_numpy(anatomy.activity["stress", "pet"])[None]
    seen = inferior_to_anterior(
        spect.blur(truth, fwhm_mm=12, voxel_mm=(3.2, 3.2, 3.2)), normal_man(), (3.2, 3.2, 3.2)
    )
    assert seen == pytest.approx(1.0, abs=0.06)
    assert uncorrected < 0.9 * seen


def test_pet_of_the_same_man_shows_no_such_defect(anatomy: Anatomy, uncorrected: float) -> None:
    image = pet.scan(
        torch.from_numpy(anatomy.activity["stress", "pet"])[None],
        torch.from_numpy(anatomy.attenuation["pet"]),
        rng=np.random.default_rng(2),
    )
    ratio = inferior_to_anterior(image, normal_man(), (3.2, 4.0, 4.0))
    assert ratio == pytest.approx(1.0, abs=0.08)
    assert uncorrected < 0.9 * ratio


def test_without_tissue_there_is_no_artefact(anatomy: Anatomy) -> None:
    ratio = inferior_to_anterior(
        spect.reconstruct(acquired(anatomy, tissue=0.0)), normal_man(), (6.4, 6.4, 6.4)
    )
    assert ratio == pytest.approx(1.0, abs=0.06)


def test_modelling_the_tissue_takes_the_artefact_out(
    anatomy: Anatomy, counts: spect.Acquisition, uncorrected: float
) -> None:
    tissue = torch.from_numpy(anatomy.attenuation["spect"])[None, None]
    coarse = torch.nn.functional.avg_pool3d(tissue, 2)[0]
    image = osem(
        spect.seen_by(counts.camera).attenuated(to_columns(coarse)), counts.counts, iterations=2, subsets=10
    )
    corrected = inferior_to_anterior(to_volumes(image, spect.CAMERA), normal_man(), (6.4, 6.4, 6.4))
    assert corrected > uncorrected + 0.1


def test_a_higher_diaphragm_takes_more_of_the_inferior_wall(uncorrected: float) -> None:
    man = normal_man()
    low = replace(man, torso=replace(man.torso, dome_mm=10.0, right_dome_mm=22.0))
    ratio = inferior_to_anterior(
        spect.reconstruct(acquired(anatomy_of(low), tissue=1.0)), low, (6.4, 6.4, 6.4)
    )
    assert ratio > uncorrected + 0.05


def test_counts_and_scatter_are_as_asked_and_as_published(counts: spect.Acquisition) -> None:
    assert float(counts.counts.sum()) == pytest.approx(4e6, rel=0.01)
    assert counts.counts.shape == (60, 64, 36)
    assert 0.2 < counts.scatter_share < 0.33
