"""Every module of reading stands on one side of the wall: one that serves a reader cannot reach the key.

The contract "Blinding wall" in pyproject.toml is checked by lint-imports. A new module has to be named here or there.
"""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
ROOM = ROOT / "reader_study" / "reading"
# What serves investigators, lays reads out or joins both, and is never called for a reader's browser.
OUTSIDE = {
    "adjudicating",
    "adjudication_api",
    "adjudication_progress",
    "amending",
    "amending_api",
    "apps",
    "investigator_api",
    "opening",
    "pairs",
    "progress",
    "qualification_api",
    "qualifying",
    "rounds_and_blocks_due",
    "urls",
}


def test_every_module_of_reading_is_within_the_wall_or_named_outside_of_it() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [wall] = [contract for contract in contracts if contract["name"].startswith("Blinding wall")]
    within = {module.removeprefix("reader_study.reading.") for module in wall["source_modules"]}
    there = {path.stem for path in ROOM.glob("*.py")} - {"__init__"}
    assert within & OUTSIDE == set()
    assert within | OUTSIDE == there
