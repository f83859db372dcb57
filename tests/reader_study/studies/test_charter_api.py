"""From a draft through its signature to an amendment, as the investigator does it."""

import hashlib
import json
import tomllib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client

from reader_study.accounts.actions import choose_language
from reader_study.accounts.models import Signature, User
from reader_study.audit.models import Entry
from reader_study.studies.actions import add_member
from reader_study.studies.freezing import mark_allocated
from reader_study.studies.models import CharterSignature, Role, Study
from reader_study.studies.protocol import Protocol, digest, parse
from reader_study.studies.queries import current_protocol
from reader_study.studies.templates import TEMPLATES
from tests.reader_study.allocation.drafts import PASSWORD, Draft, draft, user
from tests.reader_study.studies.states import put_in_state

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def made() -> Draft:
    return draft(per_site=(), readers=0)


class Browser:
    """An investigator's, of one study."""

    def __init__(self, client: Client, study: Study) -> None:
        self.client, self.at = client, f"/api/studies/{study.id}"

    def get(self, path: str = "") -> Any:
        return self.client.get(f"{self.at}{path}")

    def post(self, path: str, **body: Any) -> Any:
        return self.client.post(f"{self.at}{path}", body, JSON)

    def protocol(self) -> Any:
        return self.get().json()["protocol"]

    def freeze(self, **changes: Any) -> Any:
        body = {"password": PASSWORD, "reason": "Complete", "sha256": self.protocol()["sha256"], **changes}
        return self.post("/freeze", **body)

    def amend(self, document: Any, **changes: Any) -> Any:
        body = {"password": PASSWORD, "reason": "Needed", "sha256": self.protocol()["sha256"], **changes}
        return self.post("/amendment", document=document, **body)


@pytest.fixture
def browser(made: Draft, signed_in: Callable[[User], Client]) -> Browser:
    return Browser(signed_in(made.investigator), made.study)


def test_the_investigator_signs_the_version_that_was_read(browser: Browser, made: Draft) -> None:
    answer = browser.freeze()
    assert (answer.status_code, browser.get().json()["state"]) == (201, "frozen")
    signed = browser.protocol()["signature"]
    assert (signed["full_name"], signed["meaning"]) == (made.investigator.full_name, "protocol frozen")
    assert Signature.objects.get().content_sha256 == current_protocol(made.study).sha256
    entry = Entry.objects.get(action="studies.frozen")
    assert (entry.detail["reason"], entry.detail["signature"]) == (
        "Complete",
        str(Signature.objects.get().id),
    )
    again = browser.freeze()
    assert (again.status_code, again.json()["code"]) == (409, "not_draft")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"password": "another password"}, 403, "password"),
        ({"sha256": "0" * 64}, 409, "protocol_changed"),
        ({"reason": "  "}, 400, "invalid"),
        ({"sha256": "latest"}, 400, "invalid"),
    ],
)
def test_nothing_is_frozen_without_password_reason_and_the_version_read(
    browser: Browser, changes: dict[str, str], status: int, code: str
) -> None:
    answer = browser.freeze(**changes)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert browser.get().json()["state"] == "draft" and not CharterSignature.objects.exists()


@pytest.mark.parametrize("role", [Role.MONITOR, Role.READER, None])
def test_only_the_investigator_freezes_checks_and_amends(
    made: Draft, signed_in: Callable[[User], Client], role: Role | None
) -> None:
    other = user("Otto Other")
    if role:
        add_member(actor=made.investigator, study=made.study, email=other.email, role=role)
    theirs = Browser(signed_in(other), made.study)
    sha256, document = current_protocol(made.study).sha256, current_protocol(made.study).document
    signed = {"password": PASSWORD, "reason": "x", "sha256": sha256}
    assert theirs.post("/freeze", **signed).status_code == 404
    assert theirs.post("/amendment", document=document, **signed).status_code == 404
    assert theirs.post("/amendment/preview", document=document).status_code == 404
    assert theirs.post("/protocol/check", document=document).status_code == 404
    looks = ("/protocol/versions", "/protocol/versions/1", "/protocol/diff?from=1&to=1", "/protocol/export")
    assert {theirs.get(path).status_code for path in looks} == {200 if role == Role.MONITOR else 404}


def test_a_signed_charter_stays_signed(browser: Browser) -> None:
    browser.freeze()
    with pytest.raises(DatabaseError), transaction.atomic():
        CharterSignature.objects.all().delete()


def test_a_document_is_checked_and_not_stored(browser: Browser) -> None:
    document = browser.protocol()["document"]
    answer = browser.post("/protocol/check", document={**document, "conduct": None}).json()
    assert (answer["ok"], answer["sha256"]) == (True, digest(document))
    answer = browser.post("/protocol/check", document={**document, "sessions": 1}).json()
    assert answer["ok"] is False and "sessions" in answer["message"] and answer["document"] is None
    assert browser.protocol()["version"] == 1


def test_a_draft_is_stored_in_one_form_wherever_it_comes_from(browser: Browser) -> None:
    document = browser.protocol()["document"]
    longer = {**document, "qualification": None, "conduct": {"daily_cap": None}, "multiplicity": "none"}
    other = {"document": {**longer, "title": "Other"}, "reason": "x"}
    stored = browser.client.put(f"{browser.at}/protocol", other, JSON).json()
    assert stored["sha256"] == digest({**document, "title": "Other"})
    again = browser.client.put(f"{browser.at}/protocol", other, JSON)
    assert (again.status_code, again.json()["code"]) == (409, "unchanged")
    assert "Nothing changed: version 2" in again.json()["message"]
    assert browser.protocol()["version"] == 2
    stale = {"document": document, "reason": "x", "sha256": "0" * 64}
    assert browser.client.put(f"{browser.at}/protocol", stale, JSON).json()["code"] == "protocol_changed"


def test_an_amendment_is_previewed_signed_and_in_force(browser: Browser, made: Draft) -> None:
    document = browser.protocol()["document"]
    longer = {**document, "washout_days": 30, "conduct": {"daily_cap": 9}}
    assert browser.post("/amendment/preview", document=longer).json()["code"] == "draft"
    browser.freeze()
    shown = browser.post("/amendment/preview", document=longer).json()
    assert shown["allowed"] and shown["reads"] == {"opened": 0, "signed": 0}
    assert [(one["path"], one["kind"], one["until"], one["allowed"]) for one in shown["differences"]] == [
        ("conduct", "added", "lock", True),
        ("washout_days", "changed", "lock", True),
    ]
    answer = browser.amend(longer)
    assert (answer.status_code, answer.json()["sha256"]) == (201, shown["amended_sha256"])
    assert browser.protocol()["signature"]["meaning"] == "protocol amended"
    entry = Entry.objects.get(action="studies.protocol_amended")
    assert (entry.detail["paths"], entry.detail["reason"]) == (["conduct", "washout_days"], "Needed")
    newest, oldest = browser.get("/protocol/versions").json()
    assert (newest["version"], newest["in_force"], oldest["in_force"]) == (2, True, False)
    assert (newest["author"], newest["reason"]) == (made.investigator.full_name, "Needed")
    assert oldest["signature"]["meaning"] == "protocol frozen"
    found = browser.get("/protocol/diff?from=1&to=2").json()["differences"]
    assert found[1] == {"path": "washout_days", "kind": "changed", "before": 0, "after": 30}


def test_an_amendment_that_says_nothing_or_comes_too_late_is_refused(browser: Browser, made: Draft) -> None:
    document = browser.protocol()["document"]
    browser.freeze()
    assert browser.amend(document).json()["code"] == "unchanged"
    assert (
        browser.amend({**document, "washout_days": 9}, sha256="0" * 64).json()["code"] == "protocol_changed"
    )
    wrong = browser.amend({**document, "washout_days": 9}, password="wrong")
    assert (wrong.status_code, browser.protocol()["version"]) == (403, 1)
    mark_allocated(study=Study.objects.get(pk=made.study.pk))
    shown = browser.post("/amendment/preview", document={**document, "sessions": 4}).json()
    assert not shown["allowed"] and "allocated" in shown["differences"][0]["effect"]
    refused = browser.amend({**document, "sessions": 4, "washout_days": 9}).json()
    assert (refused["code"], refused["paths"]) == ("not_amendable", ["sessions"])
    assert browser.amend({**document, "washout_days": 9}).status_code == 201
    put_in_state(made.study.pk, Study.State.LOCKED)
    assert browser.amend({**document, "washout_days": 10}).json()["code"] == "locked"


def test_an_export_is_what_was_signed(browser: Browser) -> None:
    sha256 = browser.protocol()["sha256"]
    file = browser.get("/protocol/export")
    assert hashlib.sha256(file.content).hexdigest() == sha256
    assert file["Content-Disposition"] == 'attachment; filename="protocol-1.json"'
    toml = browser.get("/protocol/export?notation=toml&version=1")
    found = tomllib.loads(toml.content.decode())
    assert digest(found) == sha256
    # From the top, as it is described; in TOML the sections come last.
    described = [field.name for field in fields(Protocol) if field.name in found]
    assert list(found) == sorted(described, key=lambda name: isinstance(found[name], dict))
    assert list(found["arms"][0]) == ["code", "label", "image_set"]
    for wrong in ("notation=xml", "version=2", "version=x", "version=²"):
        assert browser.get(f"/protocol/export?{wrong}").status_code == 404


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.parametrize("suffix", ["toml", "json"])
def test_a_charter_goes_out_as_a_file_and_comes_in_again(
    name: str, suffix: str, tmp_path: Path, made: Draft, capsys: pytest.CaptureFixture[str]
) -> None:
    charter = TEMPLATES[name](title="T", reader_title="R", simulated=True).as_document()
    file = tmp_path / f"charter.{suffix}"
    given = tmp_path / "given.json"
    given.write_text(json.dumps(charter))
    who = {"study": made.study.id, "email": made.investigator.email, "reason": "As agreed"}
    call_command("protocol", "import", str(given), **who)
    capsys.readouterr()
    call_command("protocol", "export", study=made.study.id, notation=suffix)
    file.write_text(capsys.readouterr().out)
    call_command("protocol", "check", str(file))
    assert capsys.readouterr().out == f"ok {digest(charter)}\n"
    call_command("protocol", "import", str(file), **who)
    assert "Nothing changed: version 2" in capsys.readouterr().out
    assert current_protocol(made.study).version == 2
    assert parse(current_protocol(made.study).document) == parse(charter)
    capsys.readouterr()
    call_command("protocol", "diff", str(file), study=made.study.id, before=1)
    assert "conduct: + {" in capsys.readouterr().out
    call_command("protocol", "diff", "--from", "2", "--to", "2", "--study", str(made.study.id))
    assert capsys.readouterr().out == ""


def test_a_file_that_is_no_charter_is_refused_with_a_sentence(tmp_path: Path, made: Draft) -> None:
    for name, content in (
        ("a.toml", b"= 1"),
        ("b.toml", b"sessions = 1"),
        ("c.json", b"[]"),
        ("d.toml", b"\xff"),
        ("missing.toml", None),
        (".", None),
    ):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(CommandError) as refused:
            call_command("protocol", "check", str(tmp_path / name))
        said = str(refused.value)
        assert said.endswith(".") and "Errno" not in said and "'title'" not in said
    who = {"study": made.study.id, "email": user("Otto Other").email, "reason": "x"}
    (tmp_path / "charter.json").write_text(json.dumps(current_protocol(made.study).document))
    with pytest.raises(CommandError):
        call_command("protocol", "import", str(tmp_path / "charter.json"), **who)


def test_each_part_of_a_document_says_what_is_wrong_with_it_and_where(browser: Browser) -> None:
    document = browser.protocol()["document"]
    wrong = {
        **document,
        "title": " ",
        "sessions": 1,
        "conduct": {"daily_cap": 0},
        "endpoints": [
            {"name": "E", "role": "primary", "measure": "voxel_uptake", "compare": ["A", "B"],
             "test": "equivalence", "margin": 0}
        ],
    }  # fmt: skip
    answer = browser.post("/protocol/check", document=wrong).json()
    assert [breach["place"] for breach in answer["breaches"]] == [
        "title", "sessions", "conduct.daily_cap", "endpoints.0.margin",
    ]  # fmt: skip
    assert answer["message"] == answer["breaches"][0]["message"]
    assert (answer["ok"], answer["sha256"], answer["document"]) == (False, "", None)
    refused = browser.client.put(f"{browser.at}/protocol", {"document": wrong, "reason": "x"}, JSON).json()
    assert (refused["code"], refused["place"]) == ("protocol", "title")


@pytest.mark.parametrize(
    ("changes", "en", "ja"),
    [
        (
            {"washout_days": ..., "washout_dayz": 14},
            "Unknown in the protocol: washout_dayz (did you mean washout_days?).",
            "プロトコルに不明な項目があります：washout_dayz（washout_days の誤りではありませんか）。",
        ),
        (
            {"title": ..., "organ": ..., "xyz": 1},
            "Unknown in the protocol: xyz. Missing in the protocol: title, organ.",
            "プロトコルに不明な項目があります：xyz。 プロトコルに次の項目がありません：title, organ。",
        ),
        (
            {"margins": {"score": 1, "uptake": 5, "uptakes": 5}},
            "Unknown in margins: uptakes.",
            "marginsに不明な項目があります：uptakes。",
        ),
        (
            {"margins": 3},
            "A table of fields is needed for margins; found “3”.",
            "marginsには項目の表が必要です（実際：「3」）。",
        ),
    ],
)
def test_a_field_that_is_unknown_or_missing_is_called_by_its_name(
    browser: Browser, made: Draft, changes: dict[str, Any], en: str, ja: str
) -> None:
    document = {**browser.protocol()["document"], **changes}
    given = {"document": {name: value for name, value in document.items() if value is not ...}}
    for language, sentence in (("en", en), ("ja", ja)):
        choose_language(user=made.investigator, language=language)
        answer = browser.post("/protocol/check", **given).json()
        assert [breach["message"] for breach in answer["breaches"]] == [sentence]


@pytest.mark.parametrize(
    ("notation", "content", "en", "ja"),
    [
        (
            "toml",
            'title = "T"\n= {',
            "The file is not TOML at line 2, column 1: Invalid statement.",
            "ファイルの2行目1文字目をTOMLとして読み取れません。",
        ),
        (
            "toml",
            'title = "T',
            "The file is not TOML at line 1, column 11: Unterminated string.",
            "ファイルの1行目11文字目をTOMLとして読み取れません。",
        ),
        (
            "json",
            '{"title": }',
            "The file is not JSON at line 1, column 11: Expecting value.",
            "ファイルの1行目11文字目をJSONとして読み取れません。",
        ),
    ],
)
def test_where_a_file_stops_being_one_is_said_in_both_languages(
    browser: Browser, made: Draft, notation: str, content: str, en: str, ja: str
) -> None:
    given = {"content": content, "notation": notation}
    for language, sentence in (("en", en), ("ja", ja)):
        choose_language(user=made.investigator, language=language)
        answer = browser.post("/protocol/check", **given).json()
        assert answer["message"] == sentence


@pytest.mark.parametrize(
    "changes",
    [
        {"organ": "liver"},
        {"arms": []},
        {"arms": "A"},
        {"form": {}},
        {"sessions": "three"},
        {"states": ["rest"]},
    ],
)
def test_a_broken_plan_is_said_alone(browser: Browser, changes: dict[str, Any]) -> None:
    document = browser.protocol()["document"]
    answer = browser.post("/protocol/check", document={**document, **changes, "title": ""}).json()
    assert len(answer["breaches"]) == 1 or changes == {"sessions": "three"}


@pytest.mark.parametrize("notation", ["json", "toml"])
def test_a_charter_s_file_is_read_and_written(browser: Browser, notation: str) -> None:
    document = browser.protocol()["document"]
    written = browser.post("/protocol/check", document=document, notation=notation).json()["written"]
    read = browser.post("/protocol/check", content=written, notation=notation).json()
    assert (read["ok"], read["document"]) == (True, document)
    wrong = browser.post("/protocol/check", content="= {", notation=notation).json()
    assert (wrong["ok"], wrong["document"]) == (False, None) and notation.upper() in wrong["message"]
    assert browser.post("/protocol/check", content=written).status_code == 400
    assert browser.post("/protocol/check").status_code == 400


def test_what_may_still_be_amended_is_said_before_anything_is_changed(browser: Browser, made: Draft) -> None:
    assert browser.get("/amendment").json()["code"] == "draft"
    browser.freeze()
    assert {clause["allowed"] for clause in browser.get("/amendment").json()} == {True}
    mark_allocated(study=made.study)
    clauses = {clause["path"]: clause for clause in browser.get("/amendment").json()}
    assert not clauses[""]["allowed"] and "allocated" in clauses[""]["message"]
    assert clauses["conduct"]["allowed"] and clauses["conduct"]["message"] == ""
