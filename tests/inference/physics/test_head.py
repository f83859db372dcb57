"""The head phantom: symmetric where nothing makes it uneven, the same for the same seed, and as it is described."""

from dataclasses import asdict, replace

import numpy as np
import pytest

from inference.physics.head import (
    Raster,
    activity,
    attenuation,
    label_of,
    lesion_share,
    moved,
    regions,
    to_scanner,
)
from inference.physics.head_patient import (
    TRACERS,
    BrainLesion,
    Calibration,
    HeadPatient,
    Pose,
    Tracer,
    mean_head,
    sample_head,
)
from inference.physics.head_shape import CAUDATE, LOBES, REGIONS

COARSE = Raster(side=64, slices=40, voxel_mm=4.0)


def drawn(seed: int, tracer: Tracer = "perfusion") -> HeadPatient:
    return sample_head(np.random.default_rng(seed), tracer=tracer, calibration=Calibration())


@pytest.mark.parametrize("tracer", TRACERS)
def test_a_head_with_no_asymmetry_is_its_own_mirror_image(tracer: Tracer) -> None:
    head = mean_head(tracer)
    for volume in (activity(head, COARSE), attenuation(head, COARSE)):
        assert volume.max() > 0
        np.testing.assert_allclose(volume, volume[:, :, ::-1], atol=1e-5)


def test_the_left_of_a_label_is_the_left_of_the_patient() -> None:
    labels = regions(mean_head("perfusion"), COARSE)
    for name in REGIONS:
        left, right = (np.argwhere(labels == label_of(name, side))[:, 2].mean() for side in ("left", "right"))
        assert left > 31.5 > right  # i runs to the patient's left


def test_lobes_lie_where_lobes_lie() -> None:
    labels = regions(mean_head("perfusion"), COARSE)
    centre = {name: np.argwhere(labels == label_of(name, "left")).mean(axis=0) for name in REGIONS}
    assert all((labels == label_of(name, "left")).sum() * 0.064 > 30 for name in LOBES)  # ml
    assert centre["frontal"][1] < centre["parietal"][1] < centre["occipital"][1]
    assert centre["temporal"][0] < centre["parietal"][0]
    assert centre["cerebellum"][0] == min(centre[name][0] for name in REGIONS)
    assert centre["putamen"][2] > centre["caudate"][2]


@pytest.mark.parametrize("tracer", TRACERS)
def test_the_same_seed_is_the_same_head_bit_for_bit(tracer: Tracer) -> None:
    first, again, other = drawn(5, tracer), drawn(5, tracer), drawn(6, tracer)
    assert first == again != other
    for make in (activity, attenuation, regions):
        assert make(first, COARSE).tobytes() == make(again, COARSE).tobytes()
    assert activity(first, COARSE).tobytes() != activity(other, COARSE).tobytes()


def test_every_number_of_a_head_is_plain_json() -> None:
    def leaves(value: object) -> list[object]:
        if isinstance(value, dict):
            return [leaf for part in value.values() for leaf in leaves(part)]
        return [leaf for part in value for leaf in leaves(part)] if isinstance(value, tuple) else [value]

    for seed in range(20):
        head = drawn(seed, TRACERS[seed % 2])
        assert {type(leaf) for leaf in leaves(head.as_json())} <= {float, int, str}


def test_striatum_is_several_times_background_and_disease_starts_behind_and_on_one_side() -> None:
    heads = [drawn(seed, "dat") for seed in range(60)]
    healthy = [head for head in heads if head.uptake.putamen_tail == (1.0, 1.0)]
    ill = [head for head in heads if head not in healthy]
    assert 0.4 < len(ill) / len(heads) < 0.8
    assert all(4.5 < level < 9 for head in healthy for level in head.uptake.caudate)
    for head in ill:
        assert min(head.uptake.putamen) < min(head.uptake.caudate)
        assert max(head.uptake.putamen_tail) < 1
    assert {np.argmin(head.uptake.putamen_tail) for head in ill} == {0, 1}


def test_lesions_lie_on_one_side_and_take_what_they_say() -> None:
    heads = [drawn(seed) for seed in range(80)]
    assert {len(head.lesions) for head in heads} == {0, 1, 2}
    assert all(len({np.sign(lesion.centre_mm[0]) for lesion in head.lesions}) <= 1 for head in heads)
    healthy = mean_head("perfusion")
    lesion = BrainLesion("territorial", (48.0, -22.0, 18.0), (30.0, 36.0, 34.0), loss=0.6)
    ratio = activity(replace(healthy, lesions=(lesion,)), COARSE).sum(where=_core(healthy, lesion))
    assert ratio / activity(healthy, COARSE).sum(where=_core(healthy, lesion)) == pytest.approx(0.4, abs=0.03)


def _core(head: HeadPatient, lesion: BrainLesion) -> np.ndarray:
    return lesion_share(head, COARSE, centre_mm=lesion.centre_mm, radii_mm=lesion.radii_mm) > 0.95


def test_a_posed_head_is_found_where_its_pose_says() -> None:
    head = replace(mean_head("perfusion"), pose=Pose((8.0, -5.0, 10.0), (6.0, -4.0, 3.0)))
    labels = regions(head, COARSE)
    found = np.argwhere(labels == label_of("caudate", "left")).mean(axis=0)[::-1]
    mm = (found - (np.array([64, 64, 40]) - 1) / 2) * 4
    assert np.linalg.norm(mm - (to_scanner(head) @ [*CAUDATE[0], 1])[:3]) < 3


def test_a_head_that_moves_keeps_its_size_and_its_tissue() -> None:
    head = drawn(3)
    shifted = attenuation(moved(head, Pose((0.0, 0.0, 0.0), (4.0, 0.0, 0.0))), COARSE)
    np.testing.assert_allclose(shifted[:, :, 1:], attenuation(head, COARSE)[:, :, :-1], atol=1e-5)


def test_skulls_differ_from_person_to_person() -> None:
    bones = [drawn(seed).skull.attenuation for seed in range(30)]
    assert max(bones) - min(bones) > 0.003
    dense = attenuation(drawn(1), COARSE).max()
    assert 0.017 < dense < 0.027
    assert asdict(drawn(1).skull)["attenuation"] >= dense - 1e-6
