"""The certificate of a case: true, whole, in two languages, and without anybody's name in it."""

import hashlib
import io
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from reader_study.audit.models import Entry
from reader_study.cases.models import Case
from reader_study.cases.storage import store
from reader_study.intake.certificate import CHECK
from reader_study.intake.deidentification import Answers
from reader_study.intake.description import Pixels
from reader_study.intake.examination import examine
from reader_study.intake.models import Instance
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.queries import pseudonyms_of
from reader_study.intake.reports import check, digest_of
from reader_study.studies.models import Study
from tests.reader_study.cases.world import World
from tests.reader_study.intake.files import Secrets, nm_file, noise
from tests.reader_study.intake.hostile import edited, letters
from tests.reader_study.intake.planted import KINDS, usual
from tests.reader_study.intake.sending import manifest, pet, put, send, spect

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(browser: Any, world: World, work: Any) -> Case:
    send(browser, world.study, [spect(1), *pet(1)])
    work()
    return Case.objects.get()


def certificate(browser: Any, case: Case, language: str = "en") -> dict[str, Any]:
    answer = browser.get(f"/api/cases/{case.id}/certificate?language={language}")
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    body: dict[str, Any] = answer.json()
    return body


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def test_it_names_every_file_by_what_is_stored_and_by_what_was_done(
    browser: Any, world: World, case: Case
) -> None:
    facts = certificate(browser, case)["certificate"]
    assert (facts["subject"], facts["site"]["code"], facts["study"]["title"]) == ("A-0001", "A", "First")
    assert len(facts["files"]) == 4 and facts["procedures"] == list(
        Instance.objects.values_list("procedure", flat=True).distinct()
    )
    for file in facts["files"]:
        stored = store().get(file["sha256"])
        assert hashlib.sha256(stored).hexdigest() == file["sha256"] and len(stored) == file["size"]
        assert digest_of(facts["reports"][file["report"]]) == file["report"]
        assert (file["sender"], file["door"]) == ("Coordinator A", "browser")
    assert {option["code"]: option["files"] for option in facts["options"]}["113100"] == 4
    assert "113101" not in {option["code"] for option in facts["options"]}
    assert facts["people"]["pixels_unseen"] == 4


def test_it_says_of_every_attribute_what_became_of_it_and_why(browser: Any, case: Case) -> None:
    told = certificate(browser, case)
    facts = told["certificate"]
    rows = {row["path"]: row for row in facts["attributes"]["server"]}
    assert rows["0010,0010"]["action"] == "changed" and rows["0010,0010"]["name"] == "Patient's Name"
    assert {row["action"] for row in rows.values()} == {"kept", "changed", "removed"}
    assert all(told["words"]["reasons"][row["reason"]] for row in rows.values())
    assert all(told["words"]["options"][option["code"]] for option in facts["options"])
    assert rows["0002,xxxx"]["name"] == ""  # the file's header as a whole, not its first attribute
    assert facts["attributes"]["site"] == []  # this sender reported nothing


def test_nothing_in_it_names_the_patient(browser: Any, case: Case) -> None:
    planted = Secrets(1)
    nm_file(noise(seed=1), state="stress", secrets=planted)
    # Shorter ones may stand in a digest by chance.
    values = [value for value in planted.planted.values() if len(value) > 7]
    assert len(values) > 20
    page = text_of(browser.get(f"/api/cases/{case.id}/certificate.pdf").content)
    for language in ("en", "ja"):
        told = str(certificate(browser, case, language))
        assert not [value for value in values if value in told or value in page]


def test_the_same_case_gives_the_same_bytes_in_each_language(browser: Any, case: Case) -> None:
    pages = {}
    for language, title in (
        ("en", "Certificate of de-identification (pseudonymised data)"),
        ("ja", "仮名化処理証明書"),
    ):
        first, second = (
            browser.get(f"/api/cases/{case.id}/certificate.pdf?language={language}") for _ in range(2)
        )
        assert first["Content-Type"] == "application/pdf" and first.content == second.content
        assert f'filename="{case.subject}-de-identification.pdf"' in first["Content-Disposition"]
        pages[language] = text_of(first.content)
        assert title in pages[language]
    digest = certificate(browser, case)["sha256"]
    assert digest == certificate(browser, case, "ja")["sha256"]
    assert all(digest in page for page in pages.values())
    assert Entry.objects.filter(action="intake.certificate_given").count() == 6


def test_its_digest_is_that_of_the_json_document_as_the_page_says(
    browser: Any, case: Case, tmp_path: Path
) -> None:
    told = browser.get(f"/api/cases/{case.id}/certificate?language=ja")
    canonical = json.dumps(
        told.json()["certificate"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    assert hashlib.sha256(canonical.encode()).hexdigest() == told.json()["sha256"]
    jq = shutil.which("jq")
    if jq:
        (tmp_path / "FILE.json").write_bytes(told.content)
        made = subprocess.run(
            [jq, "-cjS", ".certificate", tmp_path / "FILE.json"], capture_output=True, check=True
        )
        assert hashlib.sha256(made.stdout).hexdigest() == told.json()["sha256"]
    assert CHECK in text_of(browser.get(f"/api/cases/{case.id}/certificate.pdf").content)


def test_it_says_what_is_true_in_the_eyes_of_the_law(browser: Any, case: Case) -> None:
    pages = {
        language: text_of(browser.get(f"/api/cases/{case.id}/certificate.pdf?language={language}").content)
        for language in ("en", "ja")
    }
    assert "not anonymously processed information" in pages["en"] and "was not stored" not in pages["en"]
    assert "the 30 days of the protocol, and then destroyed" in pages["en"] and "UTC" in pages["en"]
    assert "File header (group 0002)" in pages["en"] and "Group Length" not in pages["en"]
    japanese = pages["ja"].replace(" ", "")
    assert "匿名加工情報ではありません" in japanese and "匿名化" not in japanese and "研究" not in japanese


@pytest.mark.parametrize("sealed", [True, False])
def test_it_says_where_identifiers_were_removed(browser: Any, case: Case, sealed: bool) -> None:
    Instance.objects.update(sealed_by_sender=sealed)
    page = text_of(browser.get(f"/api/cases/{case.id}/certificate.pdf").content)
    assert ("before the first byte was sent" in page) is sealed
    assert ("On the server, after the files had arrived" in page) is not sealed


def test_who_looked_in_the_browser_is_the_sender_at_the_time_of_the_upload(
    browser: Any, world: World, work: Any
) -> None:
    own = pseudonyms_of(world.study, world.study.sites.get(code="A"))
    said = Answers(state="stress", pixels=Pixels.SEEN)
    sealed = examine(spect(1, state=None), pseudonyms=own, kinds=None, answers=said)
    send(browser, world.study, [sealed.data, *pet(1)])
    work()
    case = Case.objects.get(instances__kind="spect")
    (act,) = certificate(browser, case)["certificate"]["acts"]
    upload = Instance.objects.get(kind="spect").upload
    assert upload is not None and act["at"] == upload.created_at.isoformat()
    assert (act["person"], act["role"], act["act"]) == ("Coordinator A", "coordinator", "before_sending")
    assert act["decided"] == {"pixels": "seen", "state": "stress"} and len(act["files"]) == 1
    page = text_of(browser.get(f"/api/cases/{case.id}/certificate.pdf").content)
    assert "Coordinator A, coordinator of site A" in page
    assert "Before sending: text in the picture: a person looked, and there is none" in page


def test_what_a_person_looked_at_is_told(browser: Any, world: World, work: Any) -> None:
    send(browser, world.study, [edited(PixelData=letters())])
    work()
    (kept,) = browser.get(f"/api/studies/{world.study.id}/quarantine").json()["files"]
    box = {"frame": 0, "left": 2, "top": 2, "right": 10, "bottom": 8}
    browser.get(f"/api/quarantine/{kept['id']}/header")
    browser.post(f"/api/quarantine/{kept['id']}/answer", {"pixels": "blanked", "blank": [box]})
    facts = certificate(browser, Case.objects.get())["certificate"]
    assert facts["people"]["pixels_blanked"] == facts["people"]["released_from_quarantine"] == 1
    assert {option["code"]: option["files"] for option in facts["options"]}["113101"] == 1
    looked, answered = facts["acts"]
    assert (looked["person"], looked["act"]) == ("Coordinator A", "looked_header")
    assert (answered["act"], answered["taken"]) == ("answered", True)
    assert answered["decided"] == {"pixels": "blanked"} and answered["files"] == [
        facts["files"][0]["sop_uid"]
    ]
    times = Entry.objects.filter(action="intake.quarantine_answered").values_list("at", flat=True)
    assert facts["as_of"] >= answered["at"] == times.get().isoformat()


def test_what_the_sender_had_done_stands_beside_what_the_server_did(
    browser: Any, world: World, work: Any
) -> None:
    report = [{"path": "0010,0010", "action": "changed", "reason": "pseudonym"},
              {"path": "0010,1040", "action": "removed", "reason": "identity"}]  # fmt: skip
    data, digest = spect(1), digest_of(report)
    body = manifest([data])
    body["files"][0]["report"] = digest
    body |= {"procedure": "2", "reports": {digest: report}}
    opened = browser.post(f"/api/studies/{world.study.id}/uploads", body).json()
    put(browser, opened["id"], opened["missing"][0], data)
    browser.post(f"/api/uploads/{opened['id']}/complete")
    work()
    facts = certificate(browser, Case.objects.get())["certificate"]
    assert [(row["path"], row["action"], row["files"]) for row in facts["attributes"]["site"]] == [
        ("0010,1040", "removed", 1), ("0010,0010", "changed", 1),
    ]  # fmt: skip
    assert facts["files"][0]["sent_report"] == digest and facts["files"][0]["sender_procedure"] == "2"


ENTRY = {"path": "0010,0010", "action": "changed", "reason": "pseudonym"}


@pytest.mark.parametrize(
    "entry",
    [{"path": "Yamada Taro"}, {"path": "0010,0010 Yamada"}, {"action": "sold"}, {"reason": "Mr. Yamada"},
     {"path": "private 0011,xx01.yamada"}, {"reason": "yamada_taro"}, {"path": "7961,6d61"},
     {"path": "7961,6D61"}, {"path": "0010,0010[4711]"}, {"path": "private 0010,xx01"}, {"path": "6001,0010"},
     {"path": "0054,0016.0018,1072"}, {"path": ".".join(["0054,0016[]"] * 14)}, {"path": "trailing"}],
)  # fmt: skip
def test_a_report_with_free_text_is_refused(browser: Any, world: World, entry: dict[str, str]) -> None:
    report = [{**ENTRY, **entry}]
    body = manifest([b"x"]) | {"reports": {digest_of(report): report}}
    answer = browser.post(f"/api/studies/{world.study.id}/uploads", body)
    assert answer.status_code == 400 and answer.json()["code"] == "report" and answer.json()["message"]


def test_every_report_that_the_procedure_writes_is_understood() -> None:
    for kind in KINDS:
        for implicit in (False, True):
            made = examine(
                usual(kind, 3, implicit=implicit).data, pseudonyms=Pseudonyms(b"k" * 32), kinds=None
            )
            entries = [entry._asdict() for entry in made.report]
            check({digest_of(entries): entries})


@pytest.mark.parametrize("procedure", ["Yamada Taro", "9999", "02", "٢", "2.0"])
def test_a_procedure_that_never_was_is_refused(browser: Any, world: World, procedure: str) -> None:
    body = manifest([b"x"]) | {"procedure": procedure}
    answer = browser.post(f"/api/studies/{world.study.id}/uploads", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "procedure")


def test_a_report_is_what_its_digest_says_and_is_there(browser: Any, world: World) -> None:
    url = f"/api/studies/{world.study.id}/uploads"
    assert browser.post(url, manifest([b"x"]) | {"reports": {"0" * 64: [ENTRY]}}).json()["code"] == "report"
    body = manifest([b"x"])
    body["files"][0]["report"] = "0" * 64
    assert browser.post(url, body).json()["code"] == "report"


def test_the_uploads_so_far_say_their_cases_whatever_the_door(browser: Any, world: World, case: Case) -> None:
    (upload,) = browser.get(f"/api/studies/{world.study.id}/uploads").json()
    assert upload["cases"] == [{"id": str(case.id), "subject": "A-0001"}]


def test_it_is_for_those_who_may_see_the_case(world: World, case: Case, client_of: Any, browser: Any) -> None:
    for user in (world.coordinator_a, world.investigator, world.monitor):
        assert client_of(user).get(f"/api/cases/{case.id}/certificate").status_code == 200
        assert client_of(user).get(f"/api/cases/{case.id}/certificate.pdf").status_code == 200
    for user in (world.coordinator_b, world.reader, world.stranger):
        assert client_of(user).get(f"/api/cases/{case.id}/certificate").status_code == 404
        assert client_of(user).get(f"/api/cases/{case.id}/certificate.pdf").status_code == 404
    assert Study.objects.count() == 2
