"""Mask, outline and regions are found in the image and lie where the phantom has them."""

import numpy as np
import pytest
from scipy import ndimage

from inference.brain.contour import head_contour
from inference.brain.heads import Head
from inference.brain.mask import BrainNotFound, brain_mask
from inference.brain.regions import SIDES, fit_regions
from inference.physics.head import label_of
from inference.physics.head_shape import LOBES
from inference.volume import Kind, Volume


def overlap(found: np.ndarray, true: np.ndarray) -> float:
    """Dice's coefficient."""
    return float(2 * (found & true).sum() / (found.sum() + true.sum()))


def test_the_mask_is_the_brain_and_neither_scalp_nor_glands(heads: list[Head]) -> None:
    for head in heads:
        labels = head.truth().labels
        mask = brain_mask(head.images["ctac"])
        assert mask[labels > 0].mean() > 0.88
        millilitres = mask.sum() * 0.064
        assert 900 < millilitres < 2200
        off = 4 * ndimage.distance_transform_edt(labels == 0)
        assert (off[mask] > 12).mean() < 0.02  # mm


def test_a_brain_is_found_however_hot_the_glands_are(heads: list[Head]) -> None:
    image = heads[0].images["ctac"]
    mask = brain_mask(image)
    hot = image.voxels.copy()
    hot[2:6, 30:36, 4:8] = 8 * image.voxels.max()
    again = brain_mask(Volume(hot, image.affine, image.kind))
    assert overlap(again, mask) > 0.97


def test_regions_hit_what_they_are_named_after(heads: list[Head]) -> None:
    for head in heads:
        true = head.truth().labels
        regions = fit_regions(head.images["ctac"], tracer=head.tracer)
        assert regions.flags == () and regions.fit > 0.9
        for side in SIDES:
            for name in (*LOBES, "cerebellum"):
                assert overlap(regions.of(name, side), true == label_of(name, side)) > 0.85, name
            for name in ("caudate", "putamen", "thalamus"):
                assert overlap(regions.of(name, side), true == label_of(name, side)) > 0.6, name


def test_regions_of_a_mirrored_head_are_mirrored(heads: list[Head]) -> None:
    image = heads[1].images["ctac"]
    straight = fit_regions(image, tracer=heads[1].tracer)
    mirrored = Volume(image.voxels[:, :, ::-1], image.affine, image.kind)
    turned = fit_regions(mirrored, tracer=heads[1].tracer)
    assert overlap(turned.of("putamen", "left"), straight.of("putamen", "right")[:, :, ::-1]) > 0.75


def test_the_outline_is_an_ellipse_a_slice_about_as_large_as_the_head(heads: list[Head]) -> None:
    for head in heads:
        contour = head_contour(head.images["nac"])
        labels = head.truth().labels
        assert contour[labels > 0].mean() > 0.99
        widest = contour.sum(axis=(1, 2)).max() * 16 / 100  # cm2
        assert 180 < widest < 420


def test_an_image_without_a_brain_says_so() -> None:
    empty = Volume(np.zeros((8, 8, 8), np.float32), np.diag([4.0, 4.0, 4.0, 1.0]), Kind.TRANSAXIAL)
    with pytest.raises(BrainNotFound, match="no activity"):
        brain_mask(empty)
    small = empty.voxels.copy()
    small[3:5, 3:5, 3:5] = 1
    with pytest.raises(BrainNotFound):
        brain_mask(Volume(small, empty.affine, empty.kind))
