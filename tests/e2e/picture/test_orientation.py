"""However a camera stored a heart, the reader sees it one way round, and the browser's 17 values are the server's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.dicom.write import nm_dataset, to_bytes
from inference.heart.neutral import Neutral
from reader_study.cases.derivation import Derived, derive
from tests.bench.pages import heart_layout
from tests.e2e.picture.conftest import Shown
from tests.inference.dicom.hearts import MIRRORS, stored_as
from tests.inference.heart import phantom

Show = Callable[..., Shown]
# Every wall differs: septum 1, anterior 0.8, inferior 0.6, lateral 0.4, apex 0.9.
ANTERIOR, SEPTAL, INFERIOR, LATERAL, APEX = 0.8, 1.0, 0.6, 0.4, 0.9
WALLS = (
    *(ANTERIOR, SEPTAL, SEPTAL, INFERIOR, LATERAL, LATERAL) * 2,
    *(ANTERIOR, SEPTAL, INFERIOR, LATERAL),
    APEX,
)
COLUMNS = 9
LAYOUT = heart_layout(COLUMNS, 1)
SIDE = 64
ROW = {"SA": 0, "VLA": 2, "HLA": 4}


@pytest.fixture(scope="module")
def stored() -> Mapping[tuple[str, bool], bytes]:
    """The phantom as NM files: mirrored along each axis, which turns rows, columns and slices round, and transposed."""
    image = phantom.volume(WALLS, background=0.02)
    return {
        (mirror, transposed): to_bytes(
            nm_dataset(stored_as(image, mirror=mirror, transposed=transposed), header={}, state="stress")
        )
        for mirror in MIRRORS
        for transposed in (False, True)
    }


def tile(pixels: NDArray[np.uint8], view: str, column: int) -> NDArray[np.float64]:
    top, left = ROW[view] * SIDE, column * SIDE
    return pixels[top : top + SIDE - 1, left : left + SIDE - 1, 0].astype(float)


def walls(seen: NDArray[np.float64]) -> dict[str, float]:
    """The brightest value on the way from the middle of a tile to each of its edges."""
    middle = seen.shape[0] // 2
    band = slice(middle - 2, middle + 3)
    return {
        "top": seen[:middle, band].max(),
        "bottom": seen[middle:, band].max(),
        "left": seen[band, :middle].max(),
        "right": seen[band, middle:].max(),
    }


def middle_of_mass(seen: NDArray[np.float64]) -> tuple[float, float]:
    """x and y, -0.5 to 0.5, of what is brighter than the cavity."""
    weight = np.where(seen > 60, seen, 0)
    y, x = np.indices(seen.shape) / (seen.shape[0] - 1) - 0.5
    return float((x * weight).sum() / weight.sum()), float((y * weight).sum() / weight.sum())


@pytest.mark.parametrize("transposed", [False, True], ids=["", "transposed"])
@pytest.mark.parametrize("mirror", MIRRORS)
def test_septum_left_anterior_up_apex_first(
    show: Show, stored: Mapping[tuple[str, bool], bytes], mirror: str, transposed: bool
) -> None:
    derived = derive([stored[mirror, transposed]])
    shown = show()
    pixels = draw(shown, derived)

    short = walls(tile(pixels, "SA", COLUMNS // 2))
    assert short["left"] > short["top"] > short["bottom"] > short["right"]
    first, last = tile(pixels, "SA", 1), tile(pixels, "SA", COLUMNS - 2)
    centre = np.s_[SIDE // 2 - 3 : SIDE // 2 + 3, SIDE // 2 - 3 : SIDE // 2 + 3]
    assert first[centre].mean() > 1.5 * last[centre].mean()  # muscle at the apex, cavity at the base

    vertical = tile(pixels, "VLA", COLUMNS // 2)
    found = walls(vertical)
    assert found["top"] > found["bottom"]
    assert found["right"] > 2 * found["left"]  # the apex closes the ventricle, the base is open
    assert found["right"] == pytest.approx(APEX * 255, abs=50)

    horizontal = tile(pixels, "HLA", COLUMNS // 2)
    found = walls(horizontal)
    assert found["left"] > found["right"]
    assert found["top"] > 2 * found["bottom"]

    # Septal slices first in VLA, inferior ones first in HLA: the brighter wall tells them apart.
    assert tile(pixels, "VLA", 1).max() > tile(pixels, "VLA", COLUMNS - 2).max()
    assert tile(pixels, "HLA", 1).max() < tile(pixels, "HLA", COLUMNS - 2).max()


def test_every_way_of_storing_gives_the_reader_the_same_bytes(
    stored: Mapping[tuple[str, bool], bytes],
) -> None:
    assert len({derive([data]).neutral for data in stored.values()}) == 1


@pytest.mark.parametrize("segment", [None, 1, 4, 8, 14, 17])
def test_the_17_values_are_the_server_s(show: Show, segment: int | None) -> None:
    """Of the map that was sent, and of one that the browser reads from the volume along the contour."""
    activity = list(WALLS) if segment is None else phantom.one_defect(segment)
    image = phantom.volume(activity, background=0.02, noise=0.08)
    derived = derive([to_bytes(nm_dataset(image, header={}, state="stress"))])
    shown = show()
    draw(shown, derived)
    shown.site.data["data/polar"] = derived.polar
    shown.site.data["data/contour"] = derived.contour
    values = shown.ask("values", "1 stress", "/data/polar", "/data/contour")
    assert values["sent"] == pytest.approx(derived.segments, abs=0.01)
    assert values["made"] == pytest.approx(derived.segments, abs=0.01)


def test_a_point_of_the_septum_is_on_the_septum_in_every_view(
    show: Show, stored: Mapping[tuple[str, bool], bytes]
) -> None:
    shown = show()
    pixels = draw(shown, derive([stored["", False]]))
    short = tile(pixels, "SA", COLUMNS // 2)
    row, column = SIDE // 2, int(short[SIDE // 2 - 2 : SIDE // 2 + 3, : SIDE // 2].mean(axis=0).argmax())
    point = shown.ask("point", ROW["SA"], COLUMNS // 2, (column + 0.5) / (SIDE - 1), (row + 0.5) / (SIDE - 1))
    within = [place for place in shown.ask("places", point) if place["within"]]
    assert {(place["tile"]["view"], place["tile"]["state"]) for place in within} == {
        (view, "stress") for view in ROW
    }
    for place in within:
        seen = tile(pixels, place["tile"]["view"], place["tile"]["column"])
        here = seen[int(place["v"] * (SIDE - 1)), int(place["u"] * (SIDE - 1))]
        assert here > 0.75 * 255  # the septum is the brightest wall


@dataclass(frozen=True)
class Brain:
    """[80, 112, 96]: k inferior to superior, j anterior to posterior, i the patient's right to left."""

    voxels: NDArray[np.uint16]
    lv: None = None

    def to_bytes(self) -> bytes:
        return self.voxels.astype("<u2").tobytes()


def test_a_brain_has_the_patient_s_right_on_the_left_the_face_up_or_left_and_the_crown_up(show: Show) -> None:
    """A bright place right, in front and above; three rows: transaxial, coronal, sagittal."""
    voxels = np.full((80, 112, 96), 4000, dtype=np.uint16)
    voxels[50:58, 25:35, 22:32] = 40_000
    strip = {"state": "perfusion", "set": 1, "column": 0, "count": COLUMNS, "first": 0}
    views = ("TRA", "COR", "SAG")
    layout = {
        "name": "brain",
        "columns": COLUMNS,
        "rows": 3,
        "strips": [strip | {"view": view, "row": row} for row, view in enumerate(views)],
    }
    shown = show()
    shown.open({"1 perfusion": Brain(voxels)}, layout, side=SIDE)
    pixels = shown.pixels()[..., 0].reshape(3, SIDE, COLUMNS, SIDE)
    brightest = {}
    for row, view in enumerate(views):
        y, column, x = np.unravel_index(pixels[row].argmax(), pixels[row].shape)
        assert pixels[row].max() > 200
        brightest[view] = (x < SIDE / 2, y < SIDE / 2, column < COLUMNS / 2)
    left, up, first = True, True, True
    assert brightest["TRA"] == (left, up, not first)  # from the neck to the crown
    assert brightest["COR"] == (left, up, first)  # from the face backwards
    assert brightest["SAG"] == (left, up, first)  # from right to left, the face on the left


def draw(shown: Shown, derived: Derived) -> NDArray[np.uint8]:
    neutral = Neutral(np.frombuffer(derived.neutral, "<u2").reshape(64, 80, 80), derived.lv)
    shown.open({"1 stress": neutral}, LAYOUT, side=SIDE)
    return shown.pixels()
