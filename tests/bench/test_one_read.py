"""The read that the browser is measured with takes acts as the server does."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.sync_api import Request

from tests.bench.one_read import TOKEN, OneRead
from tests.bench.pages import Refused, Site

DOOR = f"api/reading/reads/{TOKEN}/events"


def post(read: OneRead, *events: dict[str, Any]) -> dict[str, Any] | None:
    return read.answer(DOOR, cast("Request", SimpleNamespace(post_data=json.dumps({"events": events}))))


def event(seq: int, ident: str = "") -> dict[str, Any]:
    return {"id": ident or f"act {seq}", "seq": seq, "kind": "view", "name": "table", "value": "gray"}


def test_a_wrong_number_is_refused_and_nothing_of_its_batch_is_taken() -> None:
    read = OneRead(Site(Path()), {})
    assert post(read, event(1), event(2)) == post(read, event(1), event(2))
    for batch in ([event(4)], [event(2, "another")], [event(3), event(5)]):
        with pytest.raises(Refused) as refused:
            post(read, *batch)
        assert (refused.value.status, refused.value.body["last_seq"]) == (409, 2)
    assert [taken["seq"] for taken in read.events] == [1, 2]
    answer = post(read, event(2), event(3))
    assert answer is not None and answer["last_seq"] == 3
