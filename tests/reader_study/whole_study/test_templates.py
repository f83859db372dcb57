"""Each template becomes a study that is locked, by nothing but what its people's browsers send.

Open about what is smaller than in the template: no days of washout, one training and one test case, four patients.
All of them are simulated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.reader_study.brain.heads import head_file
from tests.reader_study.intake.files import Secrets, heart, nm_file, pt_files
from tests.reader_study.intake.sending import manifest, put
from tests.reader_study.whole_study.browsers import Browser
from tests.reader_study.whole_study.readers import Reader, scores_of, seen_in_brain, seen_in_heart

pytestmark = pytest.mark.django_db
TEMPLATES = ("kawakubo_replica", "aided_sequential", "brain_attenuation")
TRAINING, TEST = "A-0001", "B-0001"
# Points of % of the maximum by which the readers differ: the third sees less than there is.
OFFSETS = (2.0, 0.0, -14.0)


def hearts(patient: int) -> list[bytes]:
    """Stress and rest of one patient as SPECT and PET; even ones have an inferior defect at stress."""
    files = []
    for state in ("stress", "rest"):
        wall = 0.55 if state == "stress" and patient % 2 == 0 else 1.0
        image, secrets = heart(patient, weak_wall=wall), Secrets(patient)
        files.append(nm_file(image, state=state, secrets=secrets))
        files += pt_files(image, state=state, secrets=secrets)
    return files


def heads(patient: int) -> list[bytes]:
    lost = "parietal_left" if patient % 2 == 0 else ""
    return [head_file(kind, patient=patient, lost=lost) for kind in ("uncorrected", "ctac")]


@dataclass
class Study:
    """The people of a study, and what its investigator does."""

    administrator: Browser
    workers: Callable[[], None]
    people: dict[str, Browser] = field(default_factory=dict)
    readers: list[Reader] = field(default_factory=list)
    address: str = ""

    @property
    def investigator(self) -> Browser:
        return self.people["investigator"]

    def ask(self) -> dict[str, Any]:
        found: dict[str, Any] = self.investigator.get(self.address)
        return found

    def sign(self, path: str, **more: Any) -> Any:
        body = {"password": self.investigator.password, "reason": "As planned.", **more}
        return self.investigator.post(f"{self.address}/{path}", body)

    def found(self, document: Mapping[str, Any]) -> None:
        self.people["investigator"] = self.administrator.invite("Ida Investigator")
        monitor = self.people["Mo Monitor"] = self.administrator.invite("Mo Monitor")
        body = {
            "title": "From a template",
            "investigator": self.investigator.email,
            "monitor": monitor.email,
            "document": document,
        }
        self.address = f"/api/studies/{self.administrator.post('/api/studies', body)['id']}"
        for code in "AB":
            site = self.investigator.post(f"{self.address}/sites", {"code": code, "name": f"Hospital {code}"})
            self.join(f"Coordinator {code}", "coordinator", site_id=site["id"])
        self.join("Quinn Quality", "quality")
        self.readers = [
            Reader(self.join(f"Reader {number}", "reader"), offset)
            for number, offset in enumerate(OFFSETS, start=1)
        ]
        self.readers.append(Reader(self.join("Judge", "adjudicator")))

    def join(self, name: str, role: str, **more: Any) -> Browser:
        browser = self.people[name] = self.administrator.invite(name)
        self.investigator.post(f"{self.address}/members", {"email": browser.email, "role": role, **more})
        return browser

    def upload(self, code: str, files: list[bytes]) -> None:
        browser = self.people[f"Coordinator {code}"]
        upload = browser.post(f"{self.address}/uploads", manifest(files))
        by_digest = {one["sha256"]: data for one, data in zip(manifest(files)["files"], files, strict=True)}
        for digest in upload["missing"]:
            assert put(browser, upload["id"], digest, by_digest[digest]).status_code == 201
        browser.post(f"/api/uploads/{upload['id']}/complete")
        self.workers()

    def cases(self) -> dict[str, dict[str, Any]]:
        """By pseudonym, with their images."""
        listed = self.investigator.get(f"{self.address}/cases")
        return {one["subject"]: self.investigator.get(f"/api/cases/{one['id']}") for one in listed}

    def check_images(self) -> None:
        """The quality control confirms what it sees, and accepts."""
        quality = self.people["Quinn Quality"]
        for case in quality.get(f"{self.address}/cases"):
            for image in quality.get(f"/api/cases/{case['id']}")["images"]:
                seen = {"confirmed": image["to_confirm"]}
                quality.post(f"/api/images/{image['id']}/qc", {"decision": "accepted", "seen": seen})

    def qualify(self, reference: str) -> None:
        """One case trains and one tests; what is expected was scored in the images of the reference arm."""
        rows = ["subject,state,segment,score"]
        cases = self.cases()
        for subject, purpose in ((TRAINING, "training"), (TEST, "test")):
            case = cases[subject]
            self.investigator.post(f"{self.address}/qualification/cases/{case['id']}", {"purpose": purpose})
            for image in case["images"]:
                if image["image_set"] == reference:
                    rows += [
                        f"{subject},{image['state']},{place},{score}"
                        for place, score in enumerate(self._expected(image), start=1)
                    ]
        table = {"table": "\n".join(rows), "reason": "Scored on the reference"}
        self.investigator.post(f"{self.address}/qualification/reference", table)
        self.investigator.post(f"{self.address}/qualification/opening")
        for reader in self.readers:
            reader.read_all()
            assert len(reader.signed) == 2

    def _expected(self, image: Mapping[str, Any]) -> list[int]:
        path = f"/api/images/{image['id']}"
        if image["state"] == "perfusion":
            return scores_of(seen_in_brain(self.investigator.get_bytes(f"{path}/volume")))
        return scores_of(seen_in_heart(self.investigator.get_bytes(f"{path}/polar")))


def imported(administrator: Browser, name: str) -> dict[str, Any]:
    """A template written out as TOML, made smaller there, and read in again."""
    templates = administrator.get("/api/protocol-templates")
    document = next(one["document"] for one in templates if one["name"] == name)
    document |= {"title": "From a template", "reader_title": "Simulated study", "simulated": True}
    document |= {"washout_days": 0}
    document["qualification"] |= {"training_cases": 1, "test_cases": 1}
    written = administrator.post("/api/protocol-check", {"document": document, "notation": "toml"})
    assert written["ok"], written["message"]
    read = administrator.post("/api/protocol-check", {"content": written["written"], "notation": "toml"})
    assert read["sha256"] == written["sha256"]
    found: dict[str, Any] = read["document"]
    return found


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_is_imported_rehearsed_frozen_allocated_read_and_locked(
    template: str, administrator: Browser, workers: Callable[[], None]
) -> None:
    document = imported(administrator, template)
    study = Study(administrator, workers)
    study.found(document)

    asked = {"cases": 30, "readers": len(OFFSETS), "sites": 2}
    rehearsed = study.investigator.post(f"{study.address}/rehearsal", asked)
    assert rehearsed["layout"]["reads"] == 30 * len(OFFSETS) * len(document["arms"])
    assert rehearsed["hours"] and rehearsed["power"]

    make = heads if document["organ"] == "brain" else hearts
    for code, patients in (("A", (1, 2)), ("B", (3, 4))):
        study.upload(code, [file for patient in patients for file in make(patient)])
    study.check_images()
    assert all(case["complete"] for case in study.cases().values())

    study.sign("freeze", sha256=study.ask()["protocol"]["sha256"])
    arms = {arm["code"]: arm for arm in document["arms"]}
    study.qualify(arms[document["reference_arm"]]["image_set"])

    listed = study.investigator.post(f"{study.address}/allocation")
    assert (listed["cases"], listed["readers"]) == (2, len(OFFSETS))
    study.sign("opening")
    assert study.ask()["state"] == "open"
    *readers, judge = study.readers
    for reader in readers:
        reader.read_all()
        assert len(reader.signed) == 2 + 2 * len(arms)

    waiting = study.investigator.get(f"{study.address}/adjudication")["adjudication"]["waiting"]
    assert waiting > 0
    study.investigator.post(f"{study.address}/adjudication")
    judge.read_all()
    assert len(judge.signed) >= 2 + waiting

    study.sign("lock")
    workers()
    report = study.investigator.get(f"{study.address}/report")
    assert (report["state"], study.ask()["state"]) == ("sealed", "locked")
    assert len(report["lock"]["digest"]) == 64
