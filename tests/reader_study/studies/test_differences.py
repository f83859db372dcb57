"""Differences say all: applied to the one document they make the other."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reader_study.studies.differences import Difference, Kind, applied, differences
from reader_study.studies.protocol import Protocol
from tests.reader_study.studies.charters import charters

keys = st.text("abc", min_size=1, max_size=2)
documents = st.dictionaries(
    keys,
    st.recursive(
        st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=2),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(keys, inner, max_size=3)
            | st.lists(st.dictionaries(keys, inner, max_size=2), max_size=4)
        ),
        max_leaves=12,
    ),
    max_size=4,
)


@given(documents, documents)
def test_differences_applied_to_one_document_make_the_other(one: Any, other: Any) -> None:
    assert applied(one, differences(one, other)) == other
    assert not differences(one, one)


@given(charters(), charters())
def test_so_it_is_with_charters_and_every_place_is_named_once(one: Protocol, other: Protocol) -> None:
    before, after = one.as_document(), other.as_document()
    found = differences(before, after)
    assert applied(before, found) == after
    assert len({difference.place for difference in found}) == len(found)


def test_a_place_is_named_as_people_write_it() -> None:
    before = {"endpoints": [{"name": "x", "margin": 1}], "tables": ["cool", "gray"], "cap": 5}
    after = {"endpoints": [{"name": "x", "margin": 2}, {"name": "y"}], "tables": ["cool"], "days": True}
    assert [(one.place, one.kind, one.before, one.after) for one in differences(before, after)] == [
        ("cap", "removed", 5, None),
        ("days", "added", None, True),
        ("endpoints.0.margin", "changed", 1, 2),
        ("endpoints.1", "added", None, {"name": "y"}),
        ("tables", "changed", ["cool", "gray"], ["cool"]),
    ]


def test_true_is_not_one_and_five_is_five() -> None:
    assert differences({"a": 1, "b": 5}, {"a": True, "b": 5.0}) == [Difference(("a",), Kind.CHANGED, 1, True)]
