"""The process in which files that nobody trusts are read: `python -m reader_study.intake.sandbox_child`.

It has no settings, no database, no secrets but the pseudonyms' key of one question, and little memory and time.
It reads questions from standard input and writes answers to standard output, both as frames (see `sandbox`).
"""

import contextlib
import os
import resource
import signal
import struct
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from reader_study.intake import chain, looking
from reader_study.intake.deidentification import Answers, Blank
from reader_study.intake.description import Kind, Pixels
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import NotTaken, Quarantined
from reader_study.intake.sandbox import NO_MEMORY, frame, head_of

_FILES = 32
_MEMORY_NOW = Path("/proc/self/statm")
Answer = tuple[dict[str, Any], bytes]


def main(memory: int, seconds: int) -> None:
    """memory: bytes of address space; seconds: of the processor for one file."""
    questions, answers = _channel()
    _preload()
    _confine(memory)
    answers.write(frame({"ready": True}, b""))
    try:
        while head := questions.read(struct.calcsize("<IQ")):
            meta, size = head_of(head, questions.read)
            answers.write(_answer_to(meta, questions.read(size), seconds))
    except (MemoryError, BrokenPipeError) as error:
        os._exit(NO_MEMORY if isinstance(error, MemoryError) else 0)


def _channel() -> "tuple[BinaryIO, _Whole]":
    """The two pipes; what a decoder prints goes nowhere."""
    questions = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    return questions, _Whole(answers)


class _Whole:
    """A raw stream that writes everything it is given."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self.stream.write(rest) :]


def _preload() -> None:
    """Decoders and tables are loaded while files may still be opened and before the first question."""
    import gdcm  # type: ignore[import-untyped]  # noqa: F401, PLC0415
    import jpeg_ls  # type: ignore[import-untyped]  # noqa: F401, PLC0415
    import openjpeg  # noqa: F401, PLC0415
    from PIL import JpegImagePlugin  # noqa: F401, PLC0415


def _confine(memory: int) -> None:
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: _FILES,
    }
    elsewhere = () if sys.platform == "linux" else (OSError, ValueError)  # macOS: no limit of address space
    for limit, most in limits.items():
        with contextlib.suppress(*elsewhere):
            resource.setrlimit(limit, (most, most))


def _answer_to(meta: dict[str, Any], data: bytes, seconds: int) -> bytes:
    """A frame. Raises MemoryError: a process that has once run out of memory asks to be replaced."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(usage.ru_utime + usage.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, resource.RLIM_INFINITY))
    answer, result = _answered(meta, data)
    answer["memory"] = _memory()
    return frame(answer, result)


def _memory() -> int:
    """Bytes in use now; 0 where the system does not say. (The peak of getrusage begins with the parent's.)"""
    try:
        pages = _MEMORY_NOW.read_text().split()[1]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


def _answered(meta: dict[str, Any], data: bytes) -> Answer:
    try:
        return _WORK[meta["ask"]](meta, data)
    except NotTaken as reason:
        verdict = "quarantined" if isinstance(reason, Quarantined) else "refused"
        return {"verdict": verdict, "code": reason.code}, b""
    except MemoryError:
        raise
    except Exception:  # whatever else a hostile file provokes is a verdict on it; no value may reach a log
        return {"verdict": "refused", "code": "unreadable"}, b""


def _examined(meta: dict[str, Any], data: bytes) -> Answer:
    result = chain.examined(
        data,
        pseudonyms=Pseudonyms(bytes.fromhex(meta["key"])),
        kinds=None if meta["kinds"] is None else [Kind(kind) for kind in meta["kinds"]],
        answers=_answers(meta["answers"]),
    )
    facts = {
        "subject": [
            result.subject.key.hex(),
            result.subject.token,
            result.subject.shift // timedelta(days=1),
        ],
        "description": result.description.line(),
        "line": result.line,
        "uids": [result.study_uid, result.series_uid, result.sop_uid, result.sop_class],
        "slices": result.slices,
        "report": result.report,
        "was_sealed": result.was_sealed,
    }
    return facts, result.data


def _answers(said: dict[str, Any]) -> Answers:
    patient_id = said["patient_id"]
    return Answers(
        state=said["state"],
        view=said["view"],
        pixels=Pixels(said["pixels"]),
        blank=tuple(Blank(*box) for box in said["blank"]),
        patient_id=None if patient_id is None else bytes.fromhex(patient_id),
    )


def _header(meta: dict[str, Any], data: bytes) -> Answer:
    return {"lines": looking.header_of(data)}, b""


def _described(meta: dict[str, Any], data: bytes) -> Answer:
    known = looking.known_of(
        data, pseudonyms=Pseudonyms(bytes.fromhex(meta["key"])), answers=_answers(meta["answers"])
    )
    description = known.description.line() if known.description else ""
    return {"known": [description, known.subject_key.hex(), known.series_uid]}, b""


def _look(meta: dict[str, Any], data: bytes) -> Answer:
    look = looking.frames_of(data, meta["frames"])
    sizes = [len(picture) for picture in look.frames]
    return {"size": [look.count, look.rows, look.columns], "sizes": sizes}, b"".join(look.frames)


def _identify(meta: dict[str, Any], data: bytes) -> Answer:
    return {"identity": looking.identity_of(data)}, b""


_WORK: dict[str, Callable[[dict[str, Any], bytes], Answer]] = {
    "examine": _examined,
    "describe": _described,
    "header": _header,
    "look": _look,
    "identify": _identify,
}


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
