"""WebGL2, the processor and a reslice by numpy and scipy show one picture, at every ratio, and to the last tile."""

import io
import os
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser

from inference.heart.neutral import Neutral
from tests.bench.pages import heart_layout
from tests.e2e.picture import reference
from tests.e2e.picture.conftest import Shown

Show = Callable[..., Shown]
WITHOUT_WEBGL = """
const given = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind === 'webgl2' ? null : given.call(this, kind, ...more);
};
"""
LAYOUT = heart_layout(12, 2)
SIDE = 48
P99 = 12


def volumes(hearts: dict[str, Neutral]) -> dict[str, tuple[NDArray[np.uint16], dict[str, float]]]:
    return {key: (neutral.voxels, neutral.lv) for key, neutral in hearts.items()}


def pair(hearts: dict[str, Neutral]) -> dict[str, Neutral]:
    return {key: hearts[key] for key in ("1 stress", "1 rest")}


def apart(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> tuple[float, int]:
    """99th percentile and maximum of the difference, over all channels of all pixels that are not black in both."""
    assert one.shape == other.shape
    lit = (one > 0).any(axis=-1) | (other > 0).any(axis=-1)
    difference = np.abs(one[lit].astype(int) - other[lit].astype(int))
    return float(np.percentile(difference, 99)), int(difference.max())


@pytest.mark.parametrize("interpolate", [True, False])
@pytest.mark.parametrize("table", ["gray", "cool"])
def test_both_painters_and_a_python_reslice_agree(
    show: Show, hearts: dict[str, Neutral], table: str, interpolate: bool
) -> None:
    """Four pictures in one draw."""
    layout = heart_layout(6, 2, sets=2)
    colours = reference.gray() if table == "gray" else reference.between(reference.COOL)
    expected = reference.grid(volumes(hearts), layout, SIDE, colours, smooth=interpolate)
    found = {}
    for technique, prepare in (("webgl2", ""), ("cpu", WITHOUT_WEBGL)):
        shown = show(prepare=prepare)
        opened = shown.open(hearts, layout, side=SIDE, table=table, interpolate=interpolate)
        assert opened["technique"] == technique
        found[technique] = shown.pixels()[: expected.shape[0], : expected.shape[1]]
    for one, other in (
        (found["webgl2"], expected),
        (found["cpu"], expected),
        (found["webgl2"], found["cpu"]),
    ):
        p99, highest = apart(one, other)
        print(f"{table}, interpolate {interpolate}: p99 {p99:.0f}, highest {highest}")
        assert p99 <= P99


@pytest.mark.parametrize("prepare", ["", WITHOUT_WEBGL], ids=["webgl2", "cpu"])
@pytest.mark.parametrize("ratio", [1, 1.25, 1.5, 2])
def test_ten_steps_are_exactly_ten_colours_on_the_screen(
    show: Show, hearts: dict[str, Neutral], ratio: float, prepare: str
) -> None:
    shown = show(ratio=ratio, prepare=prepare)
    shown.open(pair(hearts), LAYOUT, side=51.4, table="ten_step")
    pixels = np.asarray(Image.open(io.BytesIO(shown.page.screenshot())).convert("RGB")).reshape(-1, 3)
    assert {tuple(map(int, colour)) for colour in np.unique(pixels, axis=0)} == {
        reference.rgb(colour) for _, colour in reference.TEN_STEPS
    }


@pytest.mark.parametrize("table,steps", [("twenty_step", 20), ("pet_20_step", 20)])
def test_other_steps_keep_their_number(
    show: Show, hearts: dict[str, Neutral], table: str, steps: int
) -> None:
    shown = show()
    shown.open(pair(hearts), LAYOUT, table=table)
    assert len(np.unique(shown.pixels().reshape(-1, 3), axis=0)) == steps


@pytest.mark.parametrize("prepare", ["", WITHOUT_WEBGL], ids=["webgl2", "cpu"])
@pytest.mark.parametrize(
    "columns,pairs,ratio",
    [
        pytest.param(columns, pairs, ratio, id=f"{tiles}-{ratio}", marks=marks)
        for tiles, columns, pairs in ((60, 10, 1), (96, 12, 2), (120, 15, 2))
        for ratio in (1, 1.5, 2)
        # Every test run looks at the diagonal; the rest takes minutes and is looked at by ./run test -m science.
        for marks in [() if (tiles, ratio) in ((60, 1), (96, 1.5), (120, 2)) else pytest.mark.science]
    ],
)
def test_no_tile_is_black_or_smeared(
    show: Show, hearts: dict[str, Neutral], ratio: float, columns: int, pairs: int, prepare: str
) -> None:
    """On the screen: every tile is the slice that belongs there."""
    layout = heart_layout(columns, pairs)
    shown = show(ratio=ratio, prepare=prepare)
    opened = shown.open(pair(hearts), layout, side=96)
    assert not opened["reduced"]
    side = int(96 * ratio)
    expected = reference.grid(volumes(pair(hearts)), layout, side, reference.gray())
    clip = {"x": 0, "y": 0, "width": expected.shape[1] / ratio, "height": expected.shape[0] / ratio}
    image = Image.open(io.BytesIO(shown.page.screenshot(clip=clip)))
    seen = np.asarray(image.convert("RGB"))
    assert seen.shape == expected.shape
    right = 0
    for row in range(layout["rows"]):  # type: ignore[call-overload]
        for column in range(columns):
            place = np.s_[row * side : (row + 1) * side, column * side : (column + 1) * side]
            right += int(seen[place].max() > 0 and apart(seen[place], expected[place])[0] <= P99)
    assert right == layout["rows"] * columns == {10: 60, 12: 96, 15: 120}[columns]  # type: ignore[operator]


@pytest.mark.parametrize("prepare", ["", WITHOUT_WEBGL], ids=["webgl2", "cpu"])
def test_a_screen_larger_than_a_canvas_is_drawn_at_fewer_pixels_and_loses_no_tile(
    show: Show, hearts: dict[str, Neutral], prepare: str
) -> None:
    shown = show(prepare=prepare)
    opened = shown.open(pair(hearts), LAYOUT, side=700, table="ten_step")
    assert opened["reduced"]
    assert max(opened["drawn"]) <= 8192
    side = 8192 // 12
    assert opened["drawn"] == [12 * side, 8 * side]
    pixels = shown.pixels()
    tiles = pixels.reshape(8, side, 12, side, 3).max(axis=(1, 3, 4))
    assert (tiles > 0).all()
    box = shown.page.locator("canvas").bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (8400, 5600)
    again = shown.ask("resize", 48)
    assert not again["reduced"]
    assert again["drawn"] == [576, 384]


@pytest.mark.parametrize("prepare", ["", WITHOUT_WEBGL], ids=["webgl2", "cpu"])
def test_a_window_moved_to_a_finer_screen_is_drawn_at_its_pixels(
    show: Show, hearts: dict[str, Neutral], prepare: str
) -> None:
    shown = show(prepare=prepare)
    shown.open(pair(hearts), LAYOUT, side=SIDE)
    screen = {"width": 1900, "height": 1000, "deviceScaleFactor": 2, "mobile": False}
    shown.page.context.new_cdp_session(shown.page).send("Emulation.setDeviceMetricsOverride", screen)
    assert shown.ask("resize", SIDE)["drawn"] == [12 * SIDE * 2, 8 * SIDE * 2]
    expected = reference.grid(volumes(pair(hearts)), LAYOUT, SIDE * 2, reference.gray())
    assert apart(shown.pixels(), expected)[0] <= P99


def test_a_lost_context_changes_nothing_on_the_screen(show: Show, hearts: dict[str, Neutral]) -> None:
    shown = show(ratio=1.5)
    shown.open(pair(hearts), LAYOUT, table="cool", windows={"rest": {"low": 0.2, "high": 0.8}})
    before = shown.pixels()
    assert shown.ask("lose") == "cpu"
    p99, _ = apart(shown.pixels(), before)
    assert p99 <= P99
    # Everything goes on: another table, another window, another size.
    assert shown.ask("show", {"table": "ten_step"})["technique"] == "cpu"
    assert len(np.unique(shown.pixels().reshape(-1, 3), axis=0)) == 10
    assert shown.ask("resize", 60)["drawn"] == [1080, 720]


def test_a_browser_without_webgl_has_the_same_picture(
    show: Show, hearts: dict[str, Neutral], chromium: Browser
) -> None:
    other = chromium.browser_type.launch(
        executable_path=os.environ["CHROMIUM"], args=["--disable-dev-shm-usage", "--disable-3d-apis"]
    )
    try:
        without = show(browser=other)
        assert without.open(pair(hearts), LAYOUT)["technique"] == "cpu"
        found = without.pixels()
    finally:
        other.close()
    expected = reference.grid(volumes(pair(hearts)), LAYOUT, SIDE, reference.gray())
    assert apart(found, expected)[0] <= P99


def test_a_window_belongs_to_its_state(show: Show, hearts: dict[str, Neutral]) -> None:
    shown = show()
    shown.open(pair(hearts), LAYOUT)
    before = shown.pixels().reshape(8, -1)
    shown.ask("show", {"table": "gray", "windows": {"rest": {"low": 0.1, "high": 0.5}}})
    changed = (shown.pixels().reshape(8, -1) != before).any(axis=1)
    assert changed.tolist() == [False, True] * 4


def test_a_frame_that_was_shown_before_is_not_sent_again(show: Show, hearts: dict[str, Neutral]) -> None:
    counted = """
    window.sent = 0;
    const send = WebGL2RenderingContext.prototype.texImage3D;
    WebGL2RenderingContext.prototype.texImage3D = function (...all) { window.sent++; send.apply(this, all); };
    """
    shown = show(prepare=counted)
    shown.open(hearts, LAYOUT)
    for _ in range(5):
        for frame in ("1 stress", "2 stress", "2 rest"):
            shown.ask("swap", {"1 stress": frame})
    assert shown.page.evaluate("window.sent") == 4


def test_a_nudge_moves_the_picture_of_its_state_to_where_it_says(
    show: Show, hearts: dict[str, Neutral]
) -> None:
    shown = show()
    shown.open(pair(hearts), LAYOUT)
    before = shown.pixels()
    shown.ask("show", {"table": "gray", "nudge": {"rest": [8, 0, 0]}})
    after = shown.pixels()
    assert (after[:SIDE] == before[:SIDE]).all()
    # Short axis, a middle slice of rest: to the right by 8 mm.
    tile = np.s_[SIDE : 2 * SIDE - 1, 6 * SIDE : 7 * SIDE - 1]
    rows, columns = np.nonzero(after[tile][..., 0] > 60)
    rows_before, columns_before = np.nonzero(before[tile][..., 0] > 60)
    assert columns.mean() > columns_before.mean() + 2
    assert abs(rows.mean() - rows_before.mean()) < 1
