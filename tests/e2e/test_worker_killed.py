"""kill -9 of the GPU worker in the middle of a job: the job completes later, once."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from reader_study.demonstration.conductor import Conductor
from reader_study.demonstration.person import files_below
from tests.e2e.conftest import Demo

COORDINATOR = "coordinator.b@demo.example"


def gpu_worker(demo: Demo) -> int:
    """Process id of the demo's GPU worker."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
    [pid] = [int(pid) for pid, parent, args in rows if int(parent) == demo.pid and "inference.worker" in args]
    return pid


def queue_address(demo: Demo) -> str:
    """Read from the worker's own environment: it knows the queue and nothing else."""
    environment = Path(f"/proc/{gpu_worker(demo)}/environ").read_bytes().split(b"\0")
    assert not [item for item in environment if item.startswith((b"DATABASE_URL=", b"SECRET_KEY="))]
    options = next(item for item in environment if item.startswith(b"BROKER_OPTIONS="))
    address: str = json.loads(options.split(b"=", 1)[1])["conn_string"]
    return address


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc to find the worker")
def test_a_job_whose_worker_is_killed_completes_later_and_once(demo: Demo) -> None:
    study, person = demo.study("open study"), demo.person(COORDINATOR)
    known = {job["id"] for job in person.get(f"/api/studies/{study}/translations")}
    address, worker = queue_address(demo), gpu_worker(demo)
    os.kill(worker, signal.SIGSTOP)  # nothing is taken from the queue until we look
    conductor = Conductor(base=demo.base, var=demo.var, patients=4, watch=lambda: None)
    conductor.upload(study, {"B": files_below(demo.var / "one-more-patient")})

    def jobs() -> list[dict[str, object]]:
        return [job for job in person.get(f"/api/studies/{study}/translations") if job["id"] not in known]

    person.wait_for(
        f"/api/studies/{study}/translations",
        lambda found: sum(job["id"] not in known and job["state"] == "leased" for job in found) == 2,
        seconds=120,
    )
    stored = set((demo.var / "objects").rglob("*"))
    with psycopg.connect(address, autocommit=True) as queue:
        os.kill(worker, signal.SIGCONT)
        deadline = time.monotonic() + 60
        while not queue.execute("SELECT 1 FROM pgmq.q_gpu WHERE read_ct > 0").fetchone():
            assert time.monotonic() < deadline, "the worker never took a job"
            time.sleep(0.002)
        os.kill(worker, signal.SIGKILL)
    assert set((demo.var / "objects").rglob("*")) == stored, "the job was done before the worker was killed"
    assert [job["state"] for job in jobs()] == ["leased", "leased"]

    person.wait_for(
        f"/api/studies/{study}/translations",
        lambda found: sum(job["id"] not in known and job["state"] == "done" for job in found) == 2,
        seconds=180,
    )
    cases = person.get(f"/api/studies/{study}/cases")
    made = [[i["state"] for i in case["images"] if i["image_set"] == "virtual_pet"] for case in cases]
    assert all(sorted(states) == ["rest", "stress"] for states in made)
    journal = demo.person("pi@demo.example").get(f"/api/studies/{study}/journal")
    recorded = [entry["detail"]["job"] for entry in journal if entry["action"] == "translation.recorded"]
    assert {str(job["id"]): 1 for job in jobs()} == {
        str(job["id"]): recorded.count(job["id"]) for job in jobs()
    }
    assert gpu_worker(demo) != worker
