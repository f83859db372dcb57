"""The browser follows the same rules as the server: both are tested with the files beside the browser's code."""

import json
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from reader_study.reading import chain
from reader_study.reading.draft import Draft, content, content_sha256, missing
from reader_study.reading.form import Form

READER = Path(__file__).parents[3] / "frontend" / "src" / "reader"
FORMS: dict[str, Any] = json.loads((READER / "session" / "form.vectors.json").read_text())
CHAIN: dict[str, Any] = json.loads((READER / "ledger" / "chain.vectors.json").read_text())


@pytest.mark.parametrize("case", FORMS["cases"])
def test_a_draft_is_asked_and_signed_as_in_the_browser(case: dict[str, Any]) -> None:
    form = Form.of(FORMS["forms"][case["form"]])
    draft = Draft(case["draft"]["scores"], case["draft"]["fields"])

    assert [question.name for question in form.asked(draft.scores, draft.fields)] == case["asked"]
    assert missing(form, draft) == case["missing"]
    assert content_sha256(content(form, draft), form_version=form.version) == case["sha256"]


def test_acts_are_chained_as_in_the_browser() -> None:
    after = chain.first_hash(UUID(CHAIN["token"]))
    assert after == CHAIN["first"]
    for link in CHAIN["links"]:
        nothing = {"state": "", "segment": None, "name": ""}
        event = link["event"]
        given = nothing | event | {"id": UUID(event["id"]), "at": datetime.fromisoformat(event["at"])}
        after = chain.next_hash(after, SimpleNamespace(**given))
        assert after == link["hash"]
