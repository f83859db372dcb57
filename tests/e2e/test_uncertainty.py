"""A coordinator looks at how far the networks are apart, and is told that agreement proves nothing."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Demo

pytestmark = pytest.mark.browser
COORDINATOR = "coordinator.a@demo.example"
SIZES = {"desktop": (1920, 1080), "laptop": (1366, 768)}
WORDS = {
    "en": (
        "Show uncertainty",
        "That the networks agree does not prove that they are right",
        "Uncertainty in the same",
    ),
    "ja": (
        "不確かさを表示",
        "ネットワークの出力が一致していても、正しいとは限りません",
        "で表示した不確かさ",
    ),
}


def virtual_pet(demo: Demo) -> str:
    """Address of the quality view of an image that the shipped ensemble made."""
    study, person = demo.study("open study"), demo.person(COORDINATOR)
    for case in person.get(f"/api/studies/{study}/cases"):
        for image in person.get(f"/api/cases/{case['id']}")["images"]:
            if image["image_set"] == "virtual_pet" and image["uncertainty"]:
                return f"/studies/{study}/cases/{case['id']}?image={image['id']}"
    raise AssertionError("no image of the open study has an uncertainty")


def standing(picture: Locator, *, other_than: bytes) -> bytes:
    """A screenshot of the picture once it stands still and is another one."""
    before = other_than
    for _ in range(60):
        now = picture.screenshot()
        if now == before != other_than:
            return now
        before = now
        picture.page.wait_for_timeout(250)
    raise AssertionError("the picture did not change")


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("size", SIZES)
def test_the_uncertainty_takes_the_place_of_the_image_and_says_that_agreement_is_no_proof(
    demo: Demo, browse: Callable[..., Page], size: str, language: str, pictures: Path
) -> None:
    show, no_proof, slices = WORDS[language]
    page = browse(COORDINATOR, language=language, size=SIZES[size])
    page.goto(virtual_pet(demo))
    picture = page.locator(".qc-canvas")
    expect(picture).to_be_visible()
    page.wait_for_timeout(700)
    image = standing(picture, other_than=b"")
    switch = page.get_by_role("checkbox", name=show)
    switch.check()
    expect(picture).to_have_attribute("aria-label", re.compile(slices))
    expect(page.get_by_text(no_proof)).to_be_in_viewport()
    uncertainty = standing(picture, other_than=image)
    page.screenshot(path=pictures / f"uncertainty-{size}-{language}.png")
    switch.uncheck()
    assert standing(picture, other_than=uncertainty) == image
