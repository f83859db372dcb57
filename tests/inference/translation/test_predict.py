"""A translation is the mean of the members; where they are apart, it says so."""

from dataclasses import replace

import numpy as np
import pytest

from inference.translation.predict import translate
from inference.translation.registry import TASKS, UnknownTask, task_named
from inference.volume import Volume
from tests.inference.translation.simulated import TASK, gains, heart


def test_untrained_members_return_what_was_placed() -> None:
    source = heart()
    made, placed = translate(gains(0.0), source), TASK.place(source)
    assert np.array_equal(made.image.affine, placed.image.affine)
    assert np.allclose(made.image.voxels, placed.image.voxels, rtol=1e-5)
    assert (made.uncertainty.voxels == 0).all()


def test_the_image_is_the_mean_and_the_uncertainty_the_standard_deviation() -> None:
    placed = TASK.place(heart()).image.voxels
    made = translate(gains(0.0, 0.1, 0.2), heart())
    assert np.allclose(made.image.voxels, 1.1 * placed, rtol=1e-4, atol=1e-2)
    assert np.allclose(made.uncertainty.voxels, 0.1 * placed, rtol=1e-3, atol=1e-2)


def test_every_member_is_raised_to_the_exponent_so_that_the_spread_is_in_final_units() -> None:
    model = gains(0.0, 0.2)
    plain, raised = translate(model, heart()), translate(replace(model, contrast_exponent=2.0), heart())
    scale = TASK.place(heart()).scale
    one, other = (plain.image.voxels / 1.1 * share / scale for share in (1.0, 1.2))
    assert np.allclose(raised.image.voxels, (one**2 + other**2) / 2 * scale, rtol=1e-3, atol=1e-2)
    spread = np.abs(other**2 - one**2) / np.sqrt(2) * scale
    assert np.allclose(raised.uncertainty.voxels, spread, rtol=1e-2, atol=1e-1)


def test_activity_scales_out() -> None:
    source = heart(inferior=0.7)
    twice = translate(gains(0.1, 0.3), Volume(source.voxels * np.float32(2), source.affine, source.kind))
    assert np.allclose(
        twice.image.voxels, 2 * translate(gains(0.1, 0.3), source).image.voxels, rtol=1e-4, atol=0.5
    )


def test_doubts_about_the_source_travel_with_the_translation() -> None:
    source = heart()
    doubted = Volume(source.voxels, np.diag([4.0, 4.0, 4.0, 1.0]), source.kind, ("geometry_unverified",))
    assert translate(gains(0.0), doubted).flags == ("geometry_unverified",)


def test_every_task_is_found_by_its_name_and_another_is_named_in_the_refusal() -> None:
    assert all(task_named(name) is task and task.name == name for name, task in TASKS.items())
    with pytest.raises(UnknownTask, match="heart/spect-to-pet"):
        task_named("heart/pet-to-spect")
