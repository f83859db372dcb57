"""A translation is the mean of the members; where they are apart, it says so."""

import numpy as np
import pytest
import torch

from inference.translation.bundle import ModelIdentity
from inference.translation.network import Network
from inference.translation.predict import Model, translate
from inference.translation.registry import TASKS, UnknownTask, task_named
from inference.translation.task import NotTranslatable
from inference.volume import Kind, Volume
from tests.inference.translation.simulated import heart

TASK = task_named("heart/spect-to-pet")


def model(*gains: float) -> Model:
    """Members that multiply by 1 + gain."""
    members = []
    for gain in gains:
        member = Network(TASK.network).eval()
        bias = member.head.bias
        assert bias is not None
        with torch.no_grad():
            bias[:4] = gain
        members.append(member)
    return Model(TASK, ModelIdentity("gains", "1", "0" * 64), tuple(members))


def test_untrained_members_return_what_was_placed() -> None:
    source = heart()
    made, placed = translate(model(0.0), source), TASK.place(source)
    assert np.array_equal(made.image.affine, placed.image.affine)
    assert np.allclose(made.image.voxels, placed.image.voxels, rtol=1e-5)
    assert (made.uncertainty.voxels == 0).all()


def test_the_image_is_the_mean_and_the_uncertainty_the_standard_deviation() -> None:
    placed = TASK.place(heart()).image.voxels
    made = translate(model(0.0, 0.1, 0.2), heart())
    assert np.allclose(made.image.voxels, 1.1 * placed, rtol=1e-4, atol=1e-2)
    assert np.allclose(made.uncertainty.voxels, 0.1 * placed, rtol=1e-3, atol=1e-2)


def test_activity_scales_out() -> None:
    source = heart(inferior=0.7)
    twice = translate(model(0.1, 0.3), Volume(source.voxels * np.float32(2), source.affine, source.kind))
    assert np.allclose(
        twice.image.voxels, 2 * translate(model(0.1, 0.3), source).image.voxels, rtol=1e-4, atol=0.5
    )


def test_doubts_about_the_source_travel_with_the_translation() -> None:
    source = heart()
    doubted = Volume(source.voxels, np.diag([4.0, 4.0, 4.0, 1.0]), source.kind, ("geometry_unverified",))
    assert translate(model(0.0), doubted).flags == ("geometry_unverified",)


def test_what_is_no_image_of_a_heart_is_refused() -> None:
    source = heart()
    empty = Volume(np.zeros_like(source.voxels), source.affine, Kind.SHORT_AXIS)
    broken = source.voxels.copy()
    broken[0, 0, 0] = np.nan
    for volume, reason in (
        (empty, "no activity"),
        (Volume(source.voxels, source.affine, Kind.TRANSAXIAL), "short-axis"),
        (Volume(broken, source.affine, Kind.SHORT_AXIS), "not numbers"),
    ):
        with pytest.raises(NotTranslatable, match=reason):
            translate(model(0.0), volume)


def test_every_task_is_found_by_its_name_and_another_is_named_in_the_refusal() -> None:
    assert all(task_named(name) is task and task.name == name for name, task in TASKS.items())
    with pytest.raises(UnknownTask, match="heart/spect-to-pet"):
        task_named("heart/pet-to-spect")
