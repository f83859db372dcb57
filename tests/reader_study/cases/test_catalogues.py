"""Every sentence of these rooms is there in Japanese."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import reader_study

ROOT = Path(reader_study.__file__).parent


def sentences(room: Path) -> Iterator[str]:
    """The arguments of `_` and `gettext_lazy` in the room's modules."""
    for module in room.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            call = node.func if isinstance(node, ast.Call) else None
            if isinstance(call, ast.Name) and call.id in ("_", "gettext_lazy"):
                yield ast.literal_eval(node.args[0])


@pytest.mark.parametrize("room", ["cases", "intake", "translation"])
def test_every_sentence_has_a_japanese_one_and_no_other_is_left(room: str) -> None:
    with (ROOT / room / "locale/ja/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = {str(message.id): message.string for message in read_po(file) if message.id}
    assert set(catalogue) == set(sentences(ROOT / room))
    assert all(catalogue.values())
