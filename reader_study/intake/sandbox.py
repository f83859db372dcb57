"""Children in which hostile files are read: what one of them costs is bounded, and a dead one costs one file.

A child is asked one thing at a time over two pipes. A frame is the length of a JSON text (4 bytes), the length of
the data (8 bytes), the text, the data. Children are kept for the next question; after many, or a large one, a
new one takes over. (Celery's workers are daemons, which may not use `multiprocessing`.)
"""

import atexit
import contextlib
import json
import os
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reader_study.intake.reasons import Quarantined, Refused

MEMORY = 3 << 29  # bytes of address space of a child, 1.5 GB
CPU_SECONDS = 20  # of one file
WALL_SECONDS = 120.0  # of one file, when the machine is busy with others
_START_SECONDS = 60.0
_SLOT_SECONDS = 120.0  # until a child is free, when other threads ask too
# The most that one question takes: its turn, a child that dies at the last moment, another one that starts and answers.
LONGEST_SECONDS = _SLOT_SECONDS + WALL_SECONDS + _START_SECONDS + WALL_SECONDS
_QUESTIONS = 2000  # then the child is replaced
_LARGE = 512 << 20  # bytes that it still holds after an answer: it is replaced at once
_CHILDREN = max(2, min(4, os.cpu_count() or 2))
_ROOT = Path(__file__).resolve().parents[2]
_HEAD = struct.Struct("<IQ")
NO_MEMORY = 3  # the exit status of a child that has none left
_LONGEST_ANSWER = 64 << 20  # of the JSON text
_BLOCK = 1 << 20


class SandboxFailed(RuntimeError):
    """No child could be started, or none came free: it says nothing about the file."""


class _Died(Exception):
    """code: what it says about the file; time_is_up: it says so for certain."""

    def __init__(self, ended: int | None, *, overdue: bool) -> None:
        super().__init__()
        self.time_is_up = overdue or ended == -signal.SIGXCPU
        self.code = "too_costly" if self.time_is_up or ended == NO_MEMORY else "unreadable"


def frame(meta: dict[str, Any], data: bytes) -> bytes:
    text = json.dumps(meta).encode()
    return _HEAD.pack(len(text), len(data)) + text + data


def head_of(head: bytes, read: Callable[[int], bytes]) -> tuple[dict[str, Any], int]:
    """The JSON text behind a frame's head, and the length of its data."""
    length, size = _HEAD.unpack(head)
    meta: dict[str, Any] = json.loads(read(length))
    return meta, size


def ask(question: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """What a child makes of a file. Raises Refused, Quarantined, or SandboxFailed."""
    slots = _slots
    if not slots.acquire(timeout=_SLOT_SECONDS):
        raise SandboxFailed("All processes to read files in are busy.")
    try:
        child, fresh = _take()
        try:
            answer, result = child.ask(question, data)
        except _Died as died:
            if fresh or died.time_is_up:
                raise Refused(died.code) from None
            # It may have died of something else: another one, that has seen nothing before, decides.
            child = _Child()
            try:
                answer, result = child.ask(question, data)
            except _Died as again:
                raise Refused(again.code) from None
        _give_back(child, used=int(answer["memory"]))
    finally:
        slots.release()
    code = answer.get("code")
    if code is not None:
        raise (Quarantined if answer["verdict"] == "quarantined" else Refused)(code)
    return answer, result


class _Child:
    """One process with its two pipes."""

    def __init__(self) -> None:
        self.questions = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reader_study.intake.sandbox_child", str(MEMORY), str(CPU_SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=_ROOT,
            env={
                "PATH": os.environ.get("PATH", ""),
                "PYTHONPATH": str(_ROOT),
                "LANG": "C.UTF-8",
                "OPENBLAS_NUM_THREADS": "1",
                "OMP_NUM_THREADS": "1",
            },
            start_new_session=True,  # a Ctrl-C at the terminal is the parent's to answer
        )
        assert self.process.stdin is not None and self.process.stdout is not None  # noqa: S101  # they are pipes
        self.input, self.output = self.process.stdin.fileno(), self.process.stdout.fileno()
        os.set_blocking(self.input, False)
        os.set_blocking(self.output, False)
        try:
            self._receive(time.monotonic() + _START_SECONDS)
        except _Died:
            raise SandboxFailed("A process to read files in could not be started.") from None

    def ask(self, question: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
        self.questions += 1
        deadline = time.monotonic() + WALL_SECONDS
        self._send(frame(question, data), deadline)
        return self._receive(deadline)

    def _send(self, message: bytes, deadline: float) -> None:
        rest = memoryview(message)
        while rest:
            self._wait(self.input, deadline, write=True)
            try:
                rest = rest[os.write(self.input, rest[:_BLOCK]) :]
            except BlockingIOError:
                continue
            except OSError:
                raise self._died() from None

    def _receive(self, deadline: float) -> tuple[dict[str, Any], bytes]:
        length, size = _HEAD.unpack(self._read(_HEAD.size, deadline))
        if length > _LONGEST_ANSWER or size > MEMORY:
            raise self._died()
        meta: dict[str, Any] = json.loads(self._read(length, deadline))
        return meta, self._read(size, deadline)

    def _read(self, size: int, deadline: float) -> bytes:
        blocks, missing = [], size
        while missing:
            self._wait(self.output, deadline, write=False)
            try:
                block = os.read(self.output, min(missing, _BLOCK))
            except BlockingIOError:
                continue
            if not block:
                raise self._died()
            blocks.append(block)
            missing -= len(block)
        return b"".join(blocks)

    def _wait(self, descriptor: int, deadline: float, *, write: bool) -> None:
        left = deadline - time.monotonic()
        poll = select.poll()
        poll.register(descriptor, select.POLLOUT if write else select.POLLIN)
        if left <= 0 or not poll.poll(left * 1000):
            self.process.kill()
            raise self._died(overdue=True)

    def _died(self, *, overdue: bool = False) -> _Died:
        """It is dead or has to be; how it ended says whether it took too much or fell over its file."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=10)
        ended = self.process.poll()
        self.close()
        return _Died(ended, overdue=overdue)

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self.process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)


_slots = threading.BoundedSemaphore(_CHILDREN)
_lock = threading.Lock()
_idle: list[_Child] = []


def _take() -> tuple[_Child, bool]:
    """A child, and whether it is a new one."""
    while True:
        with _lock:
            child = _idle.pop() if _idle else None
        if child is None:
            return _Child(), True
        if child.process.poll() is None:
            return child, False
        child.close()


def _give_back(child: _Child, *, used: int) -> None:
    if child.questions >= _QUESTIONS or used > _LARGE:
        child.close()
        return
    with _lock:
        _idle.append(child)


def close() -> None:
    """End all idle children."""
    with _lock:
        children, _idle[:] = list(_idle), []
    for child in children:
        child.close()


def _forget() -> None:
    """In a process forked from this one: the children are its parent's."""
    global _slots, _lock  # locks held by threads that were not forked
    _slots, _lock = threading.BoundedSemaphore(_CHILDREN), threading.Lock()
    _idle.clear()


atexit.register(close)
os.register_at_fork(after_in_child=_forget)
