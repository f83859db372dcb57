"""The tasks of the brain: what they refuse, what they are given, and that training makes them better than nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.brain.agreement import measure_head
from inference.brain.heads import Head
from inference.brain.placing import SHAPE, on_grid, place_head
from inference.brain.summary import measurement_of
from inference.dicom.read import Header, read_header
from inference.model import ModelIdentity
from inference.translation.predict import Model, translate
from inference.translation.refusals import CORRECTED, NOT_TRANSAXIAL
from inference.translation.registry import task_named
from inference.translation.task import ABNORMAL, NEAR, NotTranslatable
from inference.translation.tasks.brain_short_to_full import NOT_CORRECTED
from inference.translation.train import examples_of, train
from inference.volume import Kind, Volume

TO_CTAC, TO_FULL = task_named("brain/nac-to-ctac"), task_named("brain/short-to-full")


def header_of(cohort: Path, kind: str) -> Header:
    return read_header(next(cohort.glob(f"site-a/*/{kind}/brain.dcm")).read_bytes())


def test_an_image_that_is_corrected_is_not_corrected_again(cohort: Path, heads: list[Head]) -> None:
    image = heads[0].images["nac"]
    assert TO_CTAC.refuse(header_of(cohort, "NAC"), image) is None
    assert TO_CTAC.refuse(None, image) is None
    for kind in ("CHANG", "CTAC", "SHORT"):
        assert TO_CTAC.refuse(header_of(cohort, kind), image) == CORRECTED
    assert TO_FULL.refuse(header_of(cohort, "SHORT"), image) is None
    assert TO_FULL.refuse(header_of(cohort, "NAC"), image) == NOT_CORRECTED


@pytest.mark.parametrize("task", [TO_CTAC, TO_FULL])
def test_a_heart_is_refused_by_its_axes_and_by_its_name(task, cohort: Path, heads: list[Head]) -> None:  # type: ignore[no-untyped-def]
    image = heads[0].images["nac"]
    heart = Volume(image.voxels, image.affine, Kind.SHORT_AXIS)
    assert task.refuse(None, heart) == NOT_TRANSAXIAL
    header = header_of(cohort, "NAC" if task is TO_CTAC else "SHORT")
    named = task.refuse(replace(header, body_part="HEART"), image)
    assert named is not None and "HEART" in named
    coarse = Volume(image.voxels, image.affine @ np.diag([3.0, 3.0, 3.0, 1.0]), image.kind)
    assert "12 x 12 x 12 mm" in str(task.refuse(None, coarse))


def test_what_is_no_head_is_refused_in_one_sentence() -> None:
    affine = np.diag([4.0, 4.0, 4.0, 1.0])
    dot = np.zeros(SHAPE, np.float32)
    dot[15:25, 28:36, 28:36] = 1
    for voxels in (dot, np.zeros(SHAPE, np.float32)):
        with pytest.raises(NotTranslatable) as caught:
            place_head(Volume(voxels, affine, Kind.TRANSAXIAL))
        assert str(caught.value).endswith(".") and str(caught.value).count(". ") == 0


def test_a_head_keeps_its_voxels_on_the_grid_and_its_scale_ignores_hot_glands(heads: list[Head]) -> None:
    image = heads[0].images["nac"]
    assert on_grid(image) is image
    placed = place_head(image)
    np.testing.assert_array_equal(placed.image.voxels, image.voxels)
    hot = image.voxels.copy()
    hot[3:6, 30:33, 12:15] = 5 * image.voxels.max()
    assert place_head(Volume(hot, image.affine, image.kind)).scale == pytest.approx(placed.scale, rel=0.03)
    twice = Volume(2 * image.voxels, image.affine, image.kind)
    assert place_head(twice).scale == pytest.approx(2 * placed.scale)


def test_the_pairs_hold_what_chang_leaves_wrong_in_absolute_units_and_say_where_the_striatum_is(
    cohort: Path,
) -> None:
    pairs = list(TO_CTAC.pairs(cohort))
    assert len({pair.patient for pair in pairs}) == 4 and len(pairs) == 8
    for pair in pairs:
        brain = pair.region >= NEAR
        seen = pair.placed.image.voxels / pair.placed.scale
        assert 0.85 < pair.target[brain].mean() / seen[brain].mean() < 1.25
        assert 0 < (pair.region == ABNORMAL).mean() < 0.02
    transporter, mirrored = pairs[2:4]
    hot = np.argwhere(transporter.region == ABNORMAL).mean(axis=0)
    assert abs(hot[2] - 31.5) < 6  # both striata: their middle is the middle
    np.testing.assert_array_equal(mirrored.target, transporter.target[:, :, ::-1])
    np.testing.assert_array_equal(mirrored.region, transporter.region[:, :, ::-1])
    # What is left of the middle of the head in one lies right of it in the other.
    np.testing.assert_allclose(mirrored.placed.coordinates[2], -transporter.placed.coordinates[2][::-1])


def test_a_little_training_beats_no_correction_and_a_card_can_be_written_of_it(
    cohort: Path, heads: list[Head]
) -> None:
    recipe = replace(TO_CTAC.recipe, batch=6, averaging=0.9)
    pairs = list(TO_CTAC.pairs(cohort))
    network = train(
        examples_of(pairs[:4]), shape=TO_CTAC.network, recipe=recipe, steps=60, seed=1, tell=lambda _: None
    )
    assert next(network.parameters()).dtype == torch.float32
    model = Model(TO_CTAC, ModelIdentity("tiny", "1", "0" * 64), (network,))
    measured = []
    for head in heads[2:]:
        made = translate(model, head.images["nac"]).image
        images = {**{kind: head.images[kind] for kind in ("nac", "chang", "short")}, "ai": made}
        measured.append(measure_head(head, images))
    for one in measured:
        against = one.against["ctac"]
        assert against["ai"].nmse < 0.25 * against["nac"].nmse
        assert np.nanmean(np.abs(against["ai"].raw)) < 0.35 * np.nanmean(np.abs(against["nac"].raw))
    card = measurement_of(measured, source="nac", target="ctac")
    assert {one.figure for one in (*TO_CTAC.acceptance, *TO_FULL.acceptance)} <= set(card.figures)
    assert "simulated heads" in card.text
