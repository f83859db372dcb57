"""Dataclasses out of JSON objects and back, with nothing added, dropped or taken for something else."""

import difflib
import json
import math
from collections.abc import Iterable
from dataclasses import asdict, fields
from enum import StrEnum
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from reader_study.problems import Invalid

Made = TypeVar("Made")
Named = TypeVar("Named", bound=StrEnum)
# Whether it holds; the sentence that says it; and the place in the document where a person would mend it, as in
# "endpoints.0.margin".
Rule = tuple[bool, str, str]


def expect(kind: type[Any], given: Any, where: str, optional: tuple[str, ...] = ()) -> None:
    """A JSON object must have exactly the fields of a dataclass; the optional ones may be absent.

    where: in the document, "" being the document itself. Said before a field is looked into, so that one that is
    missing or mistyped is called by its name.
    """
    place = where or _("the protocol")
    if not isinstance(given, dict):
        said = {"where": place, "value": str(given)[:40]}
        raise Invalid("protocol", _("A table of fields is needed for %(where)s; found “%(value)s”.") % said)
    known = [field.name for field in fields(kind)]
    missing = [name for name in known if name not in given and name not in optional]
    unknown = []
    for name in (name for name in given if name not in known):
        near = difflib.get_close_matches(str(name), [one for one in known if one not in given], n=1)
        missing = [one for one in missing if one not in near]
        meant = _("%(name)s (did you mean %(near)s?)") % {"name": name, "near": near[0]} if near else name
        unknown.append(meant)
    sentences = [
        sentence % {"where": place, "fields": ", ".join(names)}
        for sentence, names in (
            (_("Unknown in %(where)s: %(fields)s."), unknown),
            (_("Missing in %(where)s: %(fields)s."), missing),
        )
        if names
    ]
    if sentences:
        raise Invalid("protocol", " ".join(sentences))


def made(kind: type[Made], given: dict[str, Any], /, **converted: Any) -> Made:
    """A dataclass of a JSON object that has its fields, some of them made into something else first."""
    return kind(**{**given, **converted})


def written(instance: Any, optional: tuple[str, ...] = (), /, **converted: Any) -> dict[str, Any]:
    """The JSON object of which `made` makes it; an optional field is left out while it has its default.

    So a document from before there was such a field is written as it was, and has the digest that it had.
    """
    silent = {
        field.name
        for field in fields(instance)
        if field.name in optional and getattr(instance, field.name) == field.default
    }
    document = {**json.loads(json.dumps(asdict(instance))), **converted}
    return {name: value for name, value in document.items() if name not in silent}


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(_("“%(value)s” is not a text") % {"value": value})
    return value


def texts(values: Any) -> tuple[str, ...]:
    return tuple(map(text, each(values)))


def whole(value: Any) -> int:
    """A whole number; `True` is none."""
    if type(value) is not int:
        raise TypeError(_("“%(value)s” is not a whole number") % {"value": value})
    return value


def amount(value: Any) -> float:
    """A number as it stands there: 5 stays 5, for the digest's sake."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(_("“%(value)s” is not a number") % {"value": value})
    return value


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(_("“%(value)s” is neither true nor false") % {"value": value})
    return value


def choice(value: Any) -> int | str:
    """A value that can be chosen."""
    return text(value) if isinstance(value, str) else whole(value)


def one_of(names: type[Named], value: Any) -> Named:
    """A name of those that there are."""
    if value not in list(names):
        said = {"value": value, "known": ", ".join(names)}
        raise ValueError(_("“%(value)s” is none of: %(known)s") % said)
    return names(value)


def each(values: Any) -> Iterable[Any]:
    """The members of a JSON list; a text is none."""
    if not isinstance(values, list | tuple):
        raise TypeError(_("“%(value)s” is not a list") % {"value": values})
    return values


def null_is_absent(document: Any) -> dict[str, Any]:
    """A JSON object without what is null in it: as good as left out, and TOML has no null."""
    if not isinstance(document, dict):
        raise TypeError(_("“%(value)s” is not an object") % {"value": document})
    return {name: value for name, value in document.items() if value is not None}
