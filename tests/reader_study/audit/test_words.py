"""Every act that the code writes into the journal has words on the journal page, in both languages."""

import re
from pathlib import Path

import pytest

import reader_study
from reader_study.studies.models import Study

ROOT = Path(reader_study.__file__).parent
MESSAGES = ROOT.parent / "frontend/src/investigator"
ROOMS = "accounts|agreement|allocation|cases|intake|interop|reading|studies|translation"
NAME = re.compile(rf"""["']((?:{ROOMS})\.[a-z_]+)["']""")


def acts() -> set[str]:
    """Texts of the form room.act; those that name a task or a module of addresses are none."""
    modules = [
        m
        for m in ROOT.rglob("*.py")
        if m.name not in ("apps.py", "urls.py") and m.parent.name != "migrations"
    ]
    named = {m: set(NAME.findall(m.read_text(encoding="utf-8"))) for m in modules}
    tasks = set().union(*(names for m, names in named.items() if m.name == "tasks.py"))
    states = {f"studies.{state}" for state in Study.State.values if state != Study.State.DRAFT}
    return set().union(*named.values()) - tasks | states


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_act_has_words(language: str) -> None:
    text = (MESSAGES / f"messages.{language}.ts").read_text(encoding="utf-8")
    words = set(re.findall(r"'act\.([\w.]+)':", text))
    assert {"intake.key_given", "accounts.token_made", "cases.geometry_doubted"} <= acts()
    assert acts() - words == set() == words - acts()
