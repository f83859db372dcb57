"""A real DICOM receiver in its own process, and what to send to it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from reader_study.intake.doors.admission import publish
from reader_study.intake.doors.bounded import Bounds

ROOT = Path(__file__).resolve().parents[4]
CALLED, CALLING = "RS-TESTONLY", "HOSPITAL-PACS"
DCMTK = Path("/usr/bin")  # pynetdicom installs programs of the same names beside Python
_PROGRAM = """
import argparse, json, sys
from reader_study.intake.doors.bounded import Bounds
from reader_study.intake.doors.dicom_scp import add_arguments, receive
parser = argparse.ArgumentParser()
add_arguments(parser)
receive(parser.parse_args(sys.argv[2:]), bounds=Bounds(**json.loads(sys.argv[1])))
"""


def dcmtk(program: str) -> str:
    path = DCMTK / program
    if not path.exists():
        pytest.skip("Debian's dcmtk is not installed.")
    return str(path)


def peer(**more: Any) -> dict[str, Any]:
    usual = {"id": str(uuid4()), "called": CALLED, "calling": CALLING, "networks": [], "certificates": []}
    return {**usual, **more}


class Running:
    def __init__(self, process: "subprocess.Popen[str]", port: int, spool: Path, log: Path) -> None:
        self.process, self.port, self.spool, self.log_file = process, port, spool, log

    def arrived(self) -> list[Path]:
        """What was acknowledged, in its order."""
        return sorted(path for path in (self.spool / "arrived").rglob("*") if path.is_file())

    def coming_in(self) -> list[Path]:
        return list((self.spool / "receiving").iterdir())

    def memory(self) -> int:
        """Most bytes that the process ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024

    def log(self) -> str:
        return self.log_file.read_text()


@contextmanager
def receiver(
    spool: Path,
    *,
    peers: Sequence[dict[str, Any]] | None = None,
    bounds: Bounds | None = None,
    arguments: Sequence[str] = (),
) -> Iterator[Running]:
    """Runs with no variable of this environment: neither key nor database."""

    spool.mkdir(parents=True, exist_ok=True)
    if peers is not None:
        publish(spool, peers)
    log = spool.parent / f"{spool.name}.log"
    call = [sys.executable, "-c", _PROGRAM, json.dumps(asdict(bounds or Bounds(free_bytes=0)))]
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*call, "--spool", str(spool), "--port", "0", *arguments],
            cwd=ROOT, env={"PATH": os.environ["PATH"]}, stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("listening on"), log.read_text()
            yield Running(process, int(line.split()[-1]), spool, log)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def storescu(
    port: int, *files: Path, calling: str = CALLING, called: str = CALLED, options: Sequence[str] = ()
) -> "subprocess.CompletedProcess[str]":
    """dcmtk sends files, or folders."""
    call = [dcmtk("storescu"), "-v", "-aet", calling, "-aec", called, *options, "+sd", "127.0.0.1", str(port)]
    return subprocess.run([*call, *map(str, files)], capture_output=True, text=True, timeout=120, check=False)
