"""Conducts the studies of `plan` through HTTP, as their people would: no table is written from here."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from reader_study.demonstration import plan
from reader_study.demonstration.observer import make_observer, read_all
from reader_study.demonstration.person import Person, accept_invitation, files_below
from reader_study.demonstration.plan import Account, Record
from reader_study.demonstration.progress import Step, step
from reader_study.studies.protocol import Protocol

PARALLEL_UPLOADS = 4


class StepFailed(Exception):
    """A step of the demo could not be done; the message says why."""


class Conductor:
    """
    Parameters
    ----------
    base
        Address of the running server.
    var
        Folder of this installation: patients, record, report.
    patients
        Number of simulated patients of the finished study.
    watch
        Called while waiting; raises when a process has ended by itself.
    """

    def __init__(self, *, base: str, var: Path, patients: int, watch: Callable[[], None]) -> None:
        self.base, self.var, self.patients, self.watch = base, var, patients, watch
        self.record = Record.load(var / "record.json")

    def person(self, account: Account) -> Person:
        return Person(self.base, account.email, self.record.password(account))

    def conduct(self) -> None:
        """Everything that has not been done yet, in order."""
        self._once("cohort", self.simulate_patients)
        self._once("people", self.invite_people)
        for name, protocol, readers in (
            ("finished study", plan.finished_study(), plan.OBSERVERS),
            ("open study", plan.open_study(), (plan.READER,)),
        ):
            self._once(name, lambda p=protocol, r=readers: self.found_study(p, r))  # type: ignore[misc]
        finished = self.record.done["finished study"]
        self._once("files", lambda: self.upload(finished, self._folders("finished study")))
        self._once("again", lambda: self.upload_again(finished, self._folders("finished study")["A"]))
        self._once("virtual PET", lambda: self.wait_for_cases(finished))
        self._once("quality", lambda: self.accept_images(finished))
        self._once("opened", lambda: self.open(finished, seed=plan.ALLOCATION_SEED))
        self._once("read", self.read)
        self._once("report", lambda: self.lock_and_report(finished))
        waiting = self.record.done["open study"]
        self._once("files 2", lambda: self.upload(waiting, self._folders("open study"), title="open study"))
        self._once("virtual PET 2", lambda: self.wait_for_cases(waiting))
        self._once("quality 2", lambda: self.accept_images(waiting))
        self._once("query", lambda: self.ask_site(waiting))
        self._once("opened 2", lambda: self.open(waiting, seed=None))

    def _once(self, name: str, work: Callable[[], Any]) -> None:
        if name not in self.record.done:
            result = work()
            self.record.finish(name, True if result is None else result)

    # --- patients
    def _folders(self, study: str) -> dict[str, list[Path]]:
        """Site code -> files of its patients; the open study has two patients of each site."""
        folders = {}
        for code in plan.SITES:
            site = self.var / "cohort" / f"site-{code.lower()}"
            chosen = sorted(path for path in site.iterdir() if path.is_dir())
            if study == "open study":
                folders[code] = [file for folder in chosen[:2] for file in files_below(folder)]
            else:
                folders[code] = files_below(site)
        return folders

    def simulate_patients(self) -> None:
        self._simulate(self.patients, len(plan.SITES), plan.COHORT_SEED, self.var / "cohort")
        # The folder for you to upload holds what a hospital has: no truth, no marks of the simulator.
        extra = self.var / "extra-cohort"
        self._simulate(1, 1, plan.ONE_MORE_SEED, extra)
        shutil.copytree(extra / "site-a", self.var / "one-more-patient", dirs_exist_ok=True)

    def _simulate(self, patients: int, sites: int, seed: int, out: Path) -> None:
        with step(f"Simulating {patients} patient{'s' * (patients > 1)}, stress and rest") as shown:
            command = [sys.executable, "-m", "inference", "cohort", "--patients", str(patients), "--sites", str(sites),
                       "--seed", str(seed), "--out", str(out)]  # fmt: skip
            log = self.var / "log" / "cohort.log"
            with log.open("ab") as errors, subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, "KMP_BLOCKTIME": "0"}
            ) as process:  # fmt: skip
                assert process.stdout is not None  # noqa: S101 - a pipe was asked for
                for line in process.stdout:
                    if counted := re.match(r"(\d+)/(\d+) ", line):
                        shown.at(int(counted[1]), int(counted[2]))
            if process.returncode:
                raise StepFailed(f"the simulation ended with {process.returncode}: see {log}")

    # --- people and studies
    def invite_people(self) -> None:
        with step("Inviting people"):
            administrator = self.person(plan.ADMINISTRATOR)
            for account in (
                plan.INVESTIGATOR,
                plan.MONITOR,
                *plan.COORDINATORS.values(),
                plan.READER,
                *plan.OBSERVERS,
            ):
                body = {"email": account.email, "full_name": account.full_name, "language": account.language}
                link = administrator.post("/api/invitations", body)["link"]
                accept_invitation(self.base, link, self.record.password(account))

    def found_study(self, protocol: Protocol, readers: Iterable[Account]) -> str:
        with step(f"Founding “{protocol.reader_title}”"):
            body = {
                "title": protocol.title,
                "investigator": plan.INVESTIGATOR.email,
                "monitor": plan.MONITOR.email,
                "document": protocol.as_document(),
            }
            study_id: str = self.person(plan.ADMINISTRATOR).post("/api/studies", body)["id"]
            investigator, study = self.person(plan.INVESTIGATOR), f"/api/studies/{study_id}"
            for code, name in plan.SITES.items():
                site = investigator.post(f"{study}/sites", {"code": code, "name": name})
                member = {
                    "email": plan.COORDINATORS[code].email,
                    "role": "coordinator",
                    "site_id": site["id"],
                }
                investigator.post(f"{study}/members", member)
            for reader in readers:
                investigator.post(f"{study}/members", {"email": reader.email, "role": "reader"})
        return study_id

    # --- images
    def upload(self, study_id: str, folders: dict[str, list[Path]], *, title: str = "finished study") -> Any:
        totals: dict[str, int] = {}
        for code, files in folders.items():
            with step(f"Site {code} uploads {len(files)} files ({title})") as shown:
                for verdict, number in self._upload(plan.COORDINATORS[code], study_id, files, shown).items():
                    totals[verdict] = totals.get(verdict, 0) + number
        return totals

    def upload_again(self, study_id: str, files: list[Path]) -> Any:
        with step("Site A uploads the same folder again") as shown:
            return self._upload(plan.COORDINATORS["A"], study_id, files, shown)

    def _upload(self, coordinator: Account, study_id: str, files: list[Path], shown: Step) -> dict[str, int]:
        person = self.person(coordinator)
        contents = [path.read_bytes() for path in files]
        digests = [hashlib.sha256(content).hexdigest() for content in contents]
        manifest = [{"n": n, "size": len(contents[n]), "sha256": digests[n]} for n in range(len(files))]
        upload = person.post(f"/api/studies/{study_id}/uploads", {"files": manifest})
        path, by_digest = f"/api/uploads/{upload['id']}", dict(zip(digests, contents, strict=True))
        with ThreadPoolExecutor(PARALLEL_UPLOADS) as pool:
            list(pool.map(lambda d: person.put_bytes(f"{path}/blobs/{d}", by_digest[d]), upload["missing"]))
        person.post(f"{path}/complete")

        def finished(answer: Any) -> bool:
            self.watch()
            shown.at(len(files) - answer["counts"].get("pending", 0), len(files))
            return bool(answer["state"] == "done")

        counts: dict[str, int] = person.wait_for(path, finished, seconds=600)["counts"]
        shown.say(", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number))
        return counts

    def wait_for_cases(self, study_id: str) -> None:
        """Until every image of every case is ready or failed, virtual PET included."""
        with step("Making volumes and virtual PET") as shown:

            def finished(cases: Any) -> bool:
                self.watch()
                states = [image["status"] for case in cases for image in case["images"]]
                total = sum(len(case["images"]) + _absent(case) for case in cases)
                ended = sum(state != "deriving" for state in states)
                shown.at(ended, total)
                return bool(cases) and ended == total

            self.person(plan.INVESTIGATOR).wait_for(f"/api/studies/{study_id}/cases", finished, seconds=900)

    def accept_images(self, study_id: str) -> Any:
        """The demo's coordinators accept what the ventricle finder is sure of and reject what it flagged."""
        decided = {"accepted": 0, "rejected": 0}
        with step("Checking the images") as shown:
            for account in plan.COORDINATORS.values():
                person = self.person(account)
                for case in person.get(f"/api/studies/{study_id}/cases"):
                    for image in case["images"]:
                        if image["status"] != "ready" or image["qc"] != "pending":
                            continue
                        decision = "rejected" if image["flags"] else "accepted"
                        reason = "Flagged: " + ", ".join(image["flags"]) if image["flags"] else ""
                        person.post(f"/api/images/{image['id']}/qc", {"decision": decision, "reason": reason})
                        decided[decision] += 1
                        shown.say(", ".join(f"{number} {name}" for name, number in decided.items()))
        return decided

    def ask_site(self, study_id: str) -> None:
        """Nobody is there for the quality control: the investigator asks about what was rejected, or a case."""
        with step("Asking a site about its images"):
            investigator = self.person(plan.INVESTIGATOR)
            cases = investigator.get(f"/api/studies/{study_id}/cases")
            about: list[tuple[Any, Any]] = [(case, None) for case in cases[:1]]
            rejected = [(case, i) for case in cases for i in case["images"] if i["qc"] == "rejected"]
            case, image = (rejected + about)[0]
            question = {
                "image_id": image["id"] if image else None,
                "category": "artefact" if image else "other",
                "text": "Was anything unusual noticed when these images were acquired? (A question of the demo.)",
            }
            investigator.post(f"/api/cases/{case['id']}/site-queries", question)

    # --- reading
    def open(self, study_id: str, *, seed: str | None) -> Any:
        with step("Freezing the protocol, sealing the allocation, opening the study") as shown:
            investigator = self.person(plan.INVESTIGATOR)
            study = f"/api/studies/{study_id}"
            if (seen := investigator.get(study))["state"] == "draft":
                signed = {"password": investigator.password, "reason": "The demo's charter is complete."}
                investigator.post(f"{study}/freeze", {**signed, "sha256": seen["protocol"]["sha256"]})
            summary = investigator.post(f"{study}/allocation", {"seed": seed} if seed else {})
            shown.say(
                f"{summary['reads']} reads, list {summary['digest'][:12]}, {len(summary['withheld'])} withheld"
            )
            reason = "The demo's cases are complete."
            investigator.post(f"{study}/opening", {"password": investigator.password, "reason": reason})
            return {
                "reads": summary["reads"],
                "withheld": len(summary["withheld"]),
                "digest": summary["digest"],
            }

    def read(self) -> None:
        total = self.record.done["opened"]["reads"]
        with step("Three simulated readers score and sign") as shown:
            done = dict.fromkeys((account.email for account in plan.OBSERVERS), 0)

            def read_as(account: Account) -> None:
                for signed in read_all(self.person(account), make_observer(account.email)):
                    done[account.email] = signed
                    self.watch()
                    shown.at(sum(done.values()), total)

            with ThreadPoolExecutor(len(plan.OBSERVERS)) as pool:
                list(pool.map(read_as, plan.OBSERVERS))

    def lock_and_report(self, study_id: str) -> Any:
        investigator, study = self.person(plan.INVESTIGATOR), f"/api/studies/{study_id}"
        with step("Locking the data, computing the report, unblinding by two people") as shown:
            if investigator.get(study)["state"] == "open":
                body = {"password": investigator.password, "reason": "All reads are signed."}
                investigator.post(f"{study}/lock", body)

            def computed(answer: Any) -> bool:
                self.watch()
                if answer["state"] == "failed":
                    raise StepFailed("the report could not be computed: see log/default-worker.log")
                return bool(answer["state"] in ("sealed", "ready"))

            if investigator.wait_for(f"{study}/report", computed, seconds=600)["state"] == "sealed":
                self._unblind(investigator, study)
            report = investigator.get(f"{study}/report")
            for file in report["files"]:
                content = investigator.get_bytes(file["url"])
                if hashlib.sha256(content).hexdigest() != file["sha256"]:
                    raise StepFailed(f"{file['name']} differs from its recorded digest")
                (self.var / file["name"]).write_bytes(content)
            shown.say(f"lock {report['lock']['digest'][:12]}")
            return {"lock": report["lock"]["digest"]}

    def _unblind(self, investigator: Person, study: str) -> None:
        """The investigator asks, the monitor approves."""
        asked = {"password": investigator.password, "reason": "The data are locked, the report is computed."}
        if not any(one["state"] == "waiting" for one in investigator.get(f"{study}/unblinding")["requests"]):
            investigator.post(f"{study}/unblinding", asked)
        monitor = self.person(plan.MONITOR)
        reason = "The lock holds what the journal says."
        for waiting in monitor.get("/api/unblinding"):
            if study.endswith(waiting["study"]["id"]):
                signed = {"approved": True, "password": monitor.password, "reason": reason}
                monitor.post(f"/api/unblinding/{waiting['id']}", signed)


def _absent(case: Any) -> int:
    """Virtual PET that is still to come: one for each SPECT that has none yet."""
    sets = [image["image_set"] for image in case["images"]]
    failed = {
        image["state"]
        for image in case["images"]
        if image["image_set"] == "spect" and image["status"] == "failed"
    }
    return max(0, sets.count("spect") - len(failed) - sets.count("virtual_pet"))
