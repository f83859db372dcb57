"""The bench runs, finds every technique drawing, and says of each limit whether it is met. No time is judged here."""

import json
import os
from pathlib import Path

from playwright.sync_api import Browser

from tests.bench import reader, reading_page


def test_the_bench_measures_every_technique_and_judges_every_limit(chromium: Browser, built: Path) -> None:
    browsers = reader.launch(chromium.browser_type, os.environ["CHROMIUM"])
    try:
        report = reader.run(browsers, built, steps=2, rounds=1, keys=1)
    finally:
        for browser in browsers.values():
            browser.close()
    assert list(report.measured) == [*reader.OWN, *reader.STOCK]
    assert report.strays == []
    for name in reader.OWN:
        assert report.measured[name].tiles_lit == 96
    for name in reader.STOCK:  # which may leave a slice at the end of the volume black
        assert report.measured[name].tiles_lit > 90
    document = json.loads(json.dumps(reader.as_document(report)))
    assert document["tiles"] == 96
    assert {len(each["ms"]["scroll"]) for each in document["measured"].values()} == {1}
    # A browser that imitates a graphics processor is told from one that has it.
    techniques = {name: page["technique"] for name, page in document["reading_page"].items()}
    assert techniques == {"as_it_comes": "cpu", "imitated_graphics": "webgl2"}
    for pages in (document["reading_page"], document["floor"]):
        for page in pages.values():
            assert [len(each) for each in page["at_rest"]["painted_ms"]] == [len(reading_page.KEYS)]
            assert [len(each) for each in page["held"]["painted_ms"]] == [len(reading_page.HELD)]
    text = reader.as_text(report)
    for limit in document["limits"]:
        assert limit["met"] is not None
        assert limit["what"] in text
