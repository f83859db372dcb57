"""The neutral volume of a brain: the same picture of the same head however its slices were stored."""

from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial.transform import Rotation

from inference.brain.mask import BrainNotFound
from inference.brain.neutral import (
    FULL_SCALE,
    REGIONS,
    ROBUST_QUANTILE,
    SHAPE,
    SPACING_MM,
    find_brain,
    neutral_volume,
    region_values,
)
from inference.brain.orientation import NotUpright
from inference.dicom.orientation import flipped
from inference.dicom.read import read_volume
from inference.dicom.write import nm_dataset, to_bytes
from inference.physics.head import Raster, activity, label_of, regions
from inference.physics.head_patient import mean_head
from inference.volume import Affine, Kind, Volume

Points = NDArray[np.float64]
CENTRE = np.array([7.0, -12.0, 33.0])  # of the head, LPS mm
# Three lesions that no mirror image of the head has: where they lie from the centre, and how bright they are.
MARKS = {
    "right front low": ((-40.0, -45.0, -30.0), 2.0),
    "left back high": ((35.0, 50.0, 30.0), 0.2),
    "right back": ((-35.0, 50.0, 0.0), 1.6),
}


def uptake(points: Points) -> NDArray[np.float32]:
    """An ellipsoid of 1 with three marks in it, at LPS points."""
    from_centre = points - CENTRE
    seen = (np.sum((from_centre / (68.0, 85.0, 65.0)) ** 2, axis=-1) < 1).astype(np.float32)
    for place, value in MARKS.values():
        seen[np.linalg.norm(from_centre - place, axis=-1) < 11] = value
    return seen


def seen_on(affine: Affine, shape: tuple[int, int, int]) -> Volume:
    """The phantom as a camera with these voxels has it."""
    k, j, i = np.indices(shape)
    points = np.stack([i, j, k], axis=-1) @ affine[:3, :3].T + affine[:3, 3]
    return Volume(ndimage.gaussian_filter(uptake(points), 0.6), affine, Kind.TRANSAXIAL)


def grid(
    spacing_mm: tuple[float, float, float],
    shape: tuple[int, int, int],
    turn: NDArray[np.float64] | None = None,
) -> Affine:
    affine = np.eye(4)
    affine[:3, :3] = (np.eye(3) if turn is None else turn) @ np.diag(spacing_mm)
    affine[:3, 3] = CENTRE + (5, 3, -4) - affine[:3, :3] @ ((np.array(shape[::-1]) - 1) / 2)
    return affine


def stored(mirrored: tuple[bool, bool, bool], swapped: bool) -> Volume:
    shape = (44, 64, 60)
    image = seen_on(grid((3.5, 3.5, 4.0), shape), shape)
    voxels, affine = image.voxels, image.affine
    for axis, turn in enumerate(mirrored):
        if turn:
            voxels, affine = flipped(voxels, affine, axis)
    if swapped:
        voxels, affine = voxels.transpose(0, 2, 1), affine[:, [1, 0, 2, 3]]
    return Volume(voxels, affine, Kind.TRANSAXIAL)


def at(voxels: NDArray[np.uint16], place: tuple[float, float, float]) -> float:
    """Mean of 3 x 3 x 3 voxels at a place in mm from the middle, i to the left, j to the back, k to the top."""
    i, j, k = (round((count - 1) / 2 + mm / SPACING_MM) for count, mm in zip(SHAPE[::-1], place, strict=True))
    return float(voxels[k - 1 : k + 2, j - 1 : j + 2, i - 1 : i + 2].mean()) / FULL_SCALE


def in_its_place(volume: Volume) -> None:
    found = find_brain(volume)
    # The marks pull the centre of the mask by no more than a voxel.
    np.testing.assert_allclose(found.centre_mm, CENTRE, atol=3.0)
    voxels = neutral_volume(found).voxels
    assert voxels.shape == SHAPE
    # Back from the brain's own scale to the phantom's: ordinary tissue is 1.
    scale = found.robust_max
    off = CENTRE - found.centre_mm
    for name, (place, value) in MARKS.items():
        here = at(voxels, tuple(np.array(place) + off)) * scale
        assert here == pytest.approx(value, rel=0.15), name
        mirror = np.array(place) * (-1, 1, 1) + off
        assert at(voxels, tuple(mirror)) * scale == pytest.approx(1, rel=0.1), f"mirror of {name}"


@pytest.mark.parametrize("mirrored", list(product((False, True), repeat=3)))
@pytest.mark.parametrize("swapped", [False, True])
def test_right_front_and_low_come_first_whatever_the_order(
    mirrored: tuple[bool, bool, bool], swapped: bool
) -> None:
    in_its_place(stored(mirrored, swapped))


@pytest.mark.parametrize("axis", ["x", "y", "z"])
@pytest.mark.parametrize("degrees", [-14.0, 9.0])
def test_a_tilted_stack_is_put_upright(axis: str, degrees: float) -> None:
    turn = Rotation.from_euler(axis, degrees, degrees=True).as_matrix()
    shape = (52, 64, 64)
    in_its_place(seen_on(grid((3.5, 3.5, 3.5), shape, turn), shape))


@pytest.mark.parametrize("slices_reversed", [False, True])
def test_the_same_through_a_file(slices_reversed: bool) -> None:
    image = stored((False, False, slices_reversed), swapped=False)
    data = to_bytes(nm_dataset(image, header={}, state=None, organ="brain"))
    found = find_brain(read_volume([data]))
    direct = find_brain(image)
    difference = neutral_volume(found).voxels.astype(int) - neutral_volume(direct).voxels
    assert np.abs(difference).max() <= 4  # 16 bits of the file


def test_voxel_size_and_counts_leave_the_same_bytes_and_scale() -> None:
    shape = (70, 100, 100)
    fine = find_brain(seen_on(grid((2.2, 2.2, 2.4), shape), shape))
    louder = find_brain(Volume(128 * fine.image.voxels, fine.image.affine, Kind.TRANSAXIAL))
    first, second = neutral_volume(fine), neutral_volume(louder)
    assert first.to_bytes() == second.to_bytes()
    assert len(first.to_bytes()) == 2 * 80 * 112 * 96
    assert first.voxels.dtype == np.dtype("<u2")
    in_mask = fine.image.voxels > 0.6
    assert fine.robust_max == pytest.approx(
        np.quantile(fine.image.voxels[in_mask], ROBUST_QUANTILE), rel=0.02
    )


def test_a_brain_at_the_edge_is_flagged() -> None:
    whole = stored((False, False, False), swapped=False)
    assert find_brain(whole).flags == ()
    cut = Volume(whole.voxels[:-14], whole.affine, Kind.TRANSAXIAL, ("slice_spacing_assumed",))
    assert find_brain(cut).flags == ("slice_spacing_assumed", "brain_cut_off")


def test_what_is_no_upright_head_is_refused() -> None:
    heart = stored((False, False, False), swapped=False)
    with pytest.raises(NotUpright):
        find_brain(Volume(heart.voxels, heart.affine, Kind.SHORT_AXIS))
    with pytest.raises(BrainNotFound):
        find_brain(Volume(np.zeros((20, 20, 20), np.float32), np.eye(4), Kind.TRANSAXIAL))


def template(lost: dict[str, float]) -> Volume:
    """The mean head as a camera sees it, without a share of the uptake in some regions ("parietal_left")."""
    raster = Raster(side=64, slices=40, voxel_mm=4.0)
    patient = mean_head("perfusion")
    image, labels = activity(patient, raster), regions(patient, raster)
    for region, share in lost.items():
        name, side = region.split("_")
        image = np.where(
            labels == label_of(name, "left" if side == "left" else "right"), image * (1 - share), image
        )
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    return Volume(ndimage.gaussian_filter(image, 1.2), affine, Kind.TRANSAXIAL)


def test_each_region_is_its_own() -> None:
    whole = region_values(find_brain(template({})), tracer="perfusion")
    hurt = region_values(find_brain(template({"parietal_left": 0.5})), tracer="perfusion")
    assert len(whole.percent) == len(REGIONS) == 12
    assert whole.flags == ()
    normal, lost = (dict(zip(REGIONS, found.percent, strict=True)) for found in (whole, hurt))
    assert all(20 < value < 100 for value in normal.values())
    for name in REGIONS:
        share = lost[name] / normal[name]
        assert (share < 0.75) == (name == "parietal_left"), (name, share)
    left, right = normal["frontal_left"], normal["frontal_right"]
    assert left == pytest.approx(right, rel=0.03)


def test_a_region_outside_the_image_is_said() -> None:
    head = template({})
    affine = head.affine.copy()
    affine[2, 3] += 16 * 4.0
    found = region_values(find_brain(Volume(head.voxels[16:], affine, head.kind)), tracer="perfusion")
    percent = dict(zip(REGIONS, found.percent, strict=True))
    assert "region_outside" in found.flags
    assert percent["cerebellum_left"] == percent["cerebellum_right"] == 0
    assert percent["frontal_left"] > 20
