"""What the heart's model was not made for is refused in one sentence that says what to give instead."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from inference.dicom.read import Header, read_header
from inference.translation import refusals
from inference.translation.predict import translate
from inference.translation.task import NotTranslatable
from inference.volume import Kind, Volume
from tests.inference.translation.simulated import gains, heart, nm_bytes

HEADER = read_header(nm_bytes(heart()))


def refusal(volume: Volume, header: Header | None = None) -> str:
    with pytest.raises(NotTranslatable) as refused:
        translate(gains(0.0), volume, header)
    return str(refused.value)


def spaced(*millimetres: float) -> Volume:
    return Volume(heart().voxels, np.diag([*millimetres, 1.0]), Kind.SHORT_AXIS)


def with_voxels(change: Callable[[np.ndarray], object]) -> Volume:
    source = heart()
    voxels = source.voxels.copy()
    change(voxels)
    return Volume(voxels, source.affine, source.kind)


def test_an_uncorrected_short_axis_spect_is_translated() -> None:
    assert translate(gains(0.0), heart(), HEADER).image.voxels.max() > 0


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ai_generated": True}, refusals.MADE_BY_AI),
        ({"modality": "PT", "attenuation_corrected": True}, refusals.NOT_NM),
        ({"image_type": ("DERIVED", "PRIMARY", "RECON GATED TOMO", "EMISSION")}, refusals.GATED),
        ({"image_type": ("DERIVED", "PRIMARY", "RECON TOMO", "TRANSMISSION")}, refusals.TRANSMISSION),
        ({"image_type": ("ORIGINAL", "PRIMARY", "TOMO", "EMISSION")}, refusals.NOT_RECONSTRUCTED),
        ({"attenuation_corrected": True}, refusals.CORRECTED),
        ({"body_part": "BRAIN"}, refusals.WRONG_BODY_PART.format(found="BRAIN", organ="heart")),
        ({"body_part": "Head Neck"}, refusals.WRONG_BODY_PART.format(found="Head Neck", organ="heart")),
    ],
)
def test_what_a_file_says_about_itself_is_believed(change: dict[str, object], sentence: str) -> None:
    assert refusal(heart(), replace(HEADER, **change)) == sentence  # type: ignore[arg-type]


@pytest.mark.parametrize("body_part", ["", "HEART", "CHEST", "MYOCARDIUM"])
def test_a_file_that_says_nothing_against_the_heart_passes(body_part: str) -> None:
    header = replace(HEADER, body_part=body_part)
    assert translate(gains(0.0), heart(), header).image.voxels.max() > 0


def test_a_transaxial_image_is_refused() -> None:
    source = heart()
    assert refusal(Volume(source.voxels, source.affine, Kind.TRANSAXIAL)) == refusals.TRANSAXIAL


@pytest.mark.parametrize("spacing", [(4.0, 4.0, 12.0), (1.0, 4.0, 4.0), (9.0, 9.0, 9.0)])
def test_voxels_that_no_camera_reconstructs_are_refused_with_the_limits(spacing: tuple[float, ...]) -> None:
    said = refusal(spaced(*spacing))
    assert f"{spacing[0]:g} x {spacing[1]:g} x {spacing[2]:g} mm" in said and "2 to 8 mm" in said


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_not_numbers_are_refused(value: float) -> None:
    assert refusal(with_voxels(lambda voxels: voxels.__setitem__((0, 0, 0), value))) == refusals.NOT_FINITE


@pytest.mark.parametrize(
    "volume",
    [
        with_voxels(lambda voxels: voxels.fill(0)),
        with_voxels(lambda voxels: voxels.fill(7)),
        Volume(heart().voxels[:12], heart().affine, Kind.SHORT_AXIS),
    ],
    ids=["no activity", "the same everywhere", "12 slices"],
)
def test_an_image_without_a_ventricle_is_refused(volume: Volume) -> None:
    said = refusal(volume)
    assert (
        said.endswith("give a short-axis image that holds the whole left ventricle.") and said.count(".") == 1
    )
    assert said[0].isupper() and "\n" not in said
