from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.physics.patient import Lesion, Patient, Ventricle, sample_patient
from inference.physics.ventricle import frame_of, true_segments, wall_and_cavity

VENTRICLE = Ventricle(
    (30, -50, 0), azimuth_deg=45, elevation_deg=25, roll_deg=0, length_mm=84, radius_mm=33, wall_mm=10
)


def even_patient(*lesions: Lesion) -> Patient:
    """Normal but for `lesions`: not even the small unevenness that every heart has."""
    patient = sample_patient(np.random.default_rng(0), sex="M")
    even = replace(patient.stress, unevenness=(0.0,) * 6)
    return replace(patient, ventricle=VENTRICLE, lesions=lesions, stress=even, rest=even)


def small_lesion(*, theta_deg: float, height: float, half_height: float = 0.12) -> Lesion:
    return Lesion(
        "RCA", theta_deg, half_width_deg=22, height=height, half_height=half_height, stress=0.6, rest=0.0
    )


@given(azimuth=st.floats(20, 70), elevation=st.floats(0, 50), roll=st.floats(-30, 30))
def test_axes_are_orthonormal_and_lateral_is_anterior_cross_long(
    azimuth: float, elevation: float, roll: float
) -> None:
    frame = frame_of(replace(VENTRICLE, azimuth_deg=azimuth, elevation_deg=elevation, roll_deg=roll))
    axes = np.stack([frame.long, frame.anterior, frame.lateral])
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(np.cross(frame.anterior, frame.long), frame.lateral, atol=1e-12)


def test_apex_points_left_forward_and_down_and_the_lateral_wall_is_left_and_back() -> None:
    frame = frame_of(VENTRICLE)
    assert frame.long[0] > 0 and frame.long[1] < 0 and frame.long[2] < 0
    assert frame.anterior[2] > 0.8
    assert frame.lateral[0] > 0 and frame.lateral[1] > 0


def test_an_even_heart_is_a_hundred_everywhere() -> None:
    assert true_segments(even_patient(), "stress") == pytest.approx([100.0] * 17)


PLACES = [
    *[(1 + n, 60.0 * n, 0.15) for n in range(6)],
    *[(7 + n, 60.0 * n, 0.47) for n in range(6)],
    *[(13 + n, 90.0 * n, 0.78) for n in range(4)],
]


@pytest.mark.parametrize(("segment", "theta_deg", "height"), PLACES)
def test_a_lesion_lowers_the_segment_it_lies_in_most_and_only_in_its_state(
    segment: int, theta_deg: float, height: float
) -> None:
    patient = even_patient(small_lesion(theta_deg=theta_deg, height=height))
    values = true_segments(patient, "stress")
    assert int(np.argmin(values)) + 1 == segment
    assert true_segments(patient, "rest") == pytest.approx([100.0] * 17)


def test_a_lesion_round_the_tip_is_segment_seventeen() -> None:
    patient = even_patient(replace(small_lesion(theta_deg=0, height=1.0), half_width_deg=400))
    assert int(np.argmin(true_segments(patient, "stress"))) + 1 == 17


def test_wall_surrounds_the_cavity_and_is_thinner_at_the_apex_and_open_at_the_base() -> None:
    along = np.linspace(-60, 60, 241)
    on_axis, cavity = wall_and_cavity(VENTRICLE, along, np.zeros_like(along), np.zeros_like(along), 0.5)
    apical_mm = on_axis.sum() * 0.5
    radius = np.linspace(0, 60, 241)
    across, _ = wall_and_cavity(VENTRICLE, np.full_like(radius, -10), radius, radius, 0.5)
    lateral_mm = across.sum() * 0.25
    assert 0.5 < apical_mm / lateral_mm < 0.8
    assert lateral_mm == pytest.approx(VENTRICLE.wall_mm + 0.4 * 3, abs=0.5)  # thicker for 40 % of the beat
    assert cavity[along < -46].max() == 0 and on_axis[along < -46].max() == 0
    assert cavity[np.abs(along) < 10].min() == 1


def test_the_lateral_wall_reaches_farther_back_than_the_septum() -> None:
    along = np.linspace(-60, 0, 121)
    middle_of_wall = np.full_like(along, VENTRICLE.radius_mm - VENTRICLE.wall_mm / 2)
    lateral, septal = (
        along[wall_and_cavity(VENTRICLE, along, middle_of_wall, side * middle_of_wall, 0.5)[0] > 0.5].min()
        for side in (1, -1)
    )
    assert septal - lateral == pytest.approx(5, abs=2)
