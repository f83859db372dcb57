"""Every sentence of the server is there in Japanese, and no other is left in a catalogue."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import reader_study

ROOT = Path(reader_study.__file__).parent
WITH_CATALOGUE = sorted(folder.parent.name for folder in ROOT.glob("*/locale"))
GETTEXT = ("_", "gettext", "gettext_lazy", "ngettext")


def sentences(modules: Iterable[Path]) -> Iterator[str]:
    """What is given to gettext in Python modules."""
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            call = node.func if isinstance(node, ast.Call) else None
            if isinstance(call, ast.Name) and call.id in GETTEXT:
                yield ast.literal_eval(node.args[0])


def template_sentences(template: Path) -> Iterator[str]:
    text = template.read_text(encoding="utf-8")
    yield from re.findall(r'{% translate "([^"]+)" %}', text)
    for block in re.findall(r"{% blocktranslate[^%]*%}(.+?){% endblocktranslate %}", text):
        yield re.sub(r"{{ (\w+) }}", r"%(\1)s", block)


def catalogue(folder: Path) -> dict[str, str]:
    with (folder / "ja/LC_MESSAGES/django.po").open("rb") as file:
        singular = ((m.id[0] if m.pluralizable else m.id, m.string) for m in read_po(file) if m.id)
        return {name: "".join(text) for name, text in singular}


@pytest.mark.parametrize("room", WITH_CATALOGUE)
def test_every_sentence_of_a_room_has_a_japanese_one(room: str) -> None:
    found = catalogue(ROOT / room / "locale")
    assert set(found) == set(sentences((ROOT / room).rglob("*.py")))
    assert all(found.values())


def test_every_sentence_of_the_other_rooms_has_a_japanese_one() -> None:
    found = catalogue(ROOT / "locale")
    modules = [m for m in ROOT.rglob("*.py") if m.relative_to(ROOT).parts[0] not in WITH_CATALOGUE]
    expected = set(sentences(modules))
    for template in ROOT.rglob("*.html"):
        expected |= set(template_sentences(template))
    assert set(found) == expected
    assert all(found.values())
