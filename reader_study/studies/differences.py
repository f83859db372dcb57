"""How two JSON documents differ, place by place, so that a person can read it and a program can apply it."""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Any

Path = tuple[str | int, ...]
_ABSENT: Any = object()


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """path: keys of objects and places in lists, from 0. before, after: None where there is nothing."""

    path: Path
    kind: Kind
    before: Any
    after: Any

    @property
    def place(self) -> str:
        """The path as people write it: "endpoints.0.margin"."""
        return ".".join(map(str, self.path))


def differences(before: Any, after: Any) -> list[Difference]:
    """Every place at which two JSON values differ.

    Objects are compared by key. Lists of objects are compared place by place; any other list is one value.
    """
    return list(_differences(before, after, ()))


def _differences(before: Any, after: Any, path: Path) -> Iterator[Difference]:
    if before is _ABSENT:
        yield Difference(path, Kind.ADDED, None, after)
    elif after is _ABSENT:
        yield Difference(path, Kind.REMOVED, before, None)
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _differences(before.get(key, _ABSENT), after.get(key, _ABSENT), (*path, key))
    elif _are_objects(before) and _are_objects(after):
        for place, pair in enumerate(zip_longest(before, after, fillvalue=_ABSENT)):
            yield from _differences(*pair, (*path, place))
    elif not _is_equal(before, after):
        yield Difference(path, Kind.CHANGED, before, after)


def applied(document: Any, found: Iterable[Difference]) -> Any:
    """The document after its differences from another: that other one."""
    changed = {"": copy.deepcopy(document)}
    found = list(found)
    removals = [one for one in found if one.kind == Kind.REMOVED]
    # From the end of a list on, so that the places of the others stay.
    for one in (*(one for one in found if one.kind != Kind.REMOVED), *reversed(removals)):
        *before, last = ("", *one.path)
        place: Any = changed
        for key in before:
            place = place[key]
        if one.kind == Kind.REMOVED:
            del place[last]
        elif isinstance(place, list) and one.kind == Kind.ADDED:
            place.insert(int(last), copy.deepcopy(one.after))
        else:
            place[last] = copy.deepcopy(one.after)
    return changed[""]


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _is_equal(before: Any, after: Any) -> bool:
    """True is not 1, as it is to Python; 5 is 5.0, as it is not in the text of a JSON document."""
    return bool(before == after) and isinstance(before, bool) == isinstance(after, bool)
