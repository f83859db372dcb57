"""What a file can do to the process that reads it, and to nobody else."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydicom.uid import RLELossless

from reader_study.intake import sandbox
from reader_study.intake.examination import examine, identify
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import NotTaken, Refused
from tests.reader_study.intake.forging import NM, PT, encapsulated, literal_runs
from tests.reader_study.intake.hostile import DOUBTFUL, HOSTILE
from tests.reader_study.intake.odd import ODD

SITE = Pseudonyms(b"k" * 32)
EVERYTHING = {**{name: make for name, (make, _) in (HOSTILE | DOUBTFUL).items()}, **ODD}
MOST_MEMORY = 400 << 20
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def child() -> Iterator[int]:
    """The process id of the only child there is."""
    sandbox.close()
    identify(NM)
    yield sandbox._idle[0].process.pid
    sandbox.close()


def _peak(child: int) -> int:
    """Bytes of memory that it used at most since the last `clear_refs`."""
    status = Path(f"/proc/{child}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) << 10


@linux
def test_no_file_takes_more_than_a_little_memory_or_ends_the_child(child: int) -> None:
    for name, make in EVERYTHING.items():
        data = make()
        Path(f"/proc/{child}/clear_refs").write_text("5")
        try:
            examine(data, pseudonyms=SITE, kinds=None)
        except NotTaken as verdict:
            assert verdict.code != "too_costly", name
        assert [idle.process.pid for idle in sandbox._idle] == [child], (
            name
        )  # it stayed within its CPU seconds too
        assert _peak(child) < MOST_MEMORY, name


@linux
def test_a_child_has_little_and_knows_little(child: int) -> None:
    limits = Path(f"/proc/{child}/limits").read_text()
    of = {line[:25].strip(): line[25:].split() for line in limits.splitlines()}
    assert of["Max address space"][:2] == [str(sandbox.MEMORY)] * 2
    assert of["Max file size"][:2] == ["0", "0"]
    assert of["Max core file size"][:2] == ["0", "0"]
    assert int(of["Max cpu time"][0]) <= sandbox.CPU_SECONDS + 60
    environment = Path(f"/proc/{child}/environ").read_text()
    assert "SECRET_KEY" not in environment and "DATABASE_URL" not in environment
    descriptors = {os.readlink(each) for each in Path(f"/proc/{child}/fd").iterdir()}
    assert all(name.startswith("pipe:") or name == os.devnull for name in descriptors)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSEGV])
def test_a_file_during_which_a_child_dies_is_read_by_another(child: int, end: signal.Signals) -> None:
    os.kill(child, signal.SIGSTOP)  # as if it were busy
    for after, each in ((0.3, end), (0.5, signal.SIGCONT)):
        threading.Timer(after, _send, (child, each)).start()
    assert examine(NM, pseudonyms=SITE, kinds=None).slices == 1
    assert sandbox._idle[0].process.pid != child


def _send(process: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)


def test_a_child_that_does_not_answer_is_ended(child: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "WALL_SECONDS", 0.5)
    os.kill(child, signal.SIGSTOP)
    with pytest.raises(Refused, match="too_costly"):
        examine(NM, pseudonyms=SITE, kinds=None)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_child_that_died_in_between_is_not_asked(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    while sandbox._idle[0].process.poll() is None:
        time.sleep(0.01)
    assert identify(NM).sop_class.endswith(".20")


def test_a_file_that_takes_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.close()
    monkeypatch.setattr(sandbox, "MEMORY", 320 << 20)
    for _ in range(2):
        with pytest.raises(Refused, match="too_costly"):
            identify(NM + bytes(60 << 20))
    assert identify(NM).sop_class.endswith(".20")
    sandbox.close()


def test_a_file_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.close()
    monkeypatch.setattr(sandbox, "CPU_SECONDS", 0)
    slow = encapsulated(RLELossless, [literal_runs(2048)] * 12, Rows=2048, Columns=2048)
    for _ in range(2):
        with pytest.raises(Refused, match="too_costly"):
            examine(slow, pseudonyms=SITE, kinds=None)
    assert identify(NM).sop_class.endswith(".20")
    sandbox.close()


def test_many_at_once_each_get_their_own_answer() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda data: identify(data).sop_class, [NM, PT] * 20))
    assert found == [identify(NM).sop_class, identify(PT).sop_class] * 20
    assert len(sandbox._idle) <= sandbox._CHILDREN


def test_a_forked_worker_has_children_of_its_own(child: int) -> None:
    worker = os.fork()
    if worker == 0:  # as Celery's workers are made
        status = 1
        try:
            status = int(identify(PT).sop_class[-3:] != "128" or sandbox._idle[0].process.pid == child)
            sandbox.close()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]) == 0
    assert identify(NM).sop_class.endswith(".20")
    assert [idle.process.pid for idle in sandbox._idle] == [child]


@linux
def test_children_end_with_the_process_that_asked() -> None:
    asks = (
        "import os, signal\n"
        "from reader_study.intake import sandbox\n"
        "try: sandbox.ask({'ask': 'identify'}, b'x')\n"
        "except Exception: pass\n"
        "print(sandbox._idle[0].process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    asked = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False)
    child = int(asked.stdout)
    for _ in range(500):
        if not Path(f"/proc/{child}").exists() or "Z (zombie)" in Path(f"/proc/{child}/status").read_text():
            return
        time.sleep(0.01)
    raise AssertionError("the child outlived its parent")


def test_nobody_waits_without_end_for_a_child_to_come_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_SLOT_SECONDS", 0.1)
    monkeypatch.setattr(sandbox, "_slots", threading.BoundedSemaphore(1))
    with sandbox._slots, pytest.raises(sandbox.SandboxFailed, match="busy"):
        identify(NM)
    assert identify(NM).sop_class.endswith(".20")
