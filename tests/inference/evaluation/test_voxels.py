"""Likeness of images inside the heart."""

import numpy as np
import pytest

from inference.evaluation.voxels import heart_mask, likeness, on_grid_of, structural_similarity
from inference.heart.ventricle import find_left_ventricle
from inference.volume import Volume
from tests.inference.translation.simulated import heart, on_another_grid


@pytest.fixture(scope="module")
def normal() -> Volume:
    return heart()


def test_an_image_is_like_itself_in_any_units_and_on_any_place(normal: Volume) -> None:
    elsewhere = normal.affine.copy()
    elsewhere[:3, 3] += 30
    moved = Volume(7 * normal.voxels, elsewhere, normal.kind)
    found = likeness(
        moved,
        find_left_ventricle(moved),
        scanner=moved,
        pet=normal,
        pet_found=find_left_ventricle(normal),
    )
    assert found["nmae"] < 1e-3 and found["ssim"] > 0.9999 and found["psnr"] > 90


def test_a_defect_and_noise_make_an_image_less_like(normal: Volume) -> None:
    pet_found = find_left_ventricle(normal)

    def like(image: Volume) -> dict[str, float]:
        return likeness(image, find_left_ventricle(image), scanner=image, pet=normal, pet_found=pet_found)

    noise = np.random.default_rng(1).normal(0, 0.02 * normal.voxels.max(), normal.voxels.shape)
    noisy, wounded = (
        like(Volume(normal.voxels + noise, normal.affine, normal.kind)),
        like(heart(inferior=0.4)),
    )
    assert wounded["nmae"] > noisy["nmae"] > 0.5
    assert 0.5 < wounded["ssim"] < noisy["ssim"] < 1


def test_an_image_on_its_own_grid_is_brought_to_the_voxels_of_pet(normal: Volume) -> None:
    other = on_another_grid(normal)
    back = on_grid_of(other, scanner=normal, pet=normal)
    inside = heart_mask(normal, find_left_ventricle(normal))
    direct = other.resample(normal.affine, normal.voxels.shape).voxels
    assert np.allclose(back[inside], direct[inside], atol=1e-4 * normal.voxels.max())


def test_the_mask_holds_the_ventricle_and_not_the_body(normal: Volume) -> None:
    mask = heart_mask(normal, find_left_ventricle(normal))
    hot = normal.voxels > 0.5 * normal.voxels.max()
    assert (mask & hot).sum() > 0.9 * hot.sum()
    assert 0.01 < mask.mean() < 0.15


def test_structural_similarity_is_that_of_its_definition() -> None:
    generator = np.random.default_rng(2)
    x = generator.uniform(0, 100, (9, 9, 9)).astype(np.float32)
    y = (x + generator.normal(0, 10, x.shape)).astype(np.float32)
    a, b = (volume[1:8, 1:8, 1:8].astype(np.float64).ravel() for volume in (x, y))
    xx, xy, _, yy = np.cov(a, b).ravel()
    luminance = (2 * a.mean() * b.mean() + 1) / (a.mean() ** 2 + b.mean() ** 2 + 1)
    expected = luminance * (2 * xy + 9) / (xx + yy + 9)
    assert structural_similarity(x, y)[4, 4, 4] == pytest.approx(expected, rel=1e-5)
