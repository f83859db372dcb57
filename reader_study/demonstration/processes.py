"""The processes of a small installation on one machine; all stop with the one that started them."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from django.conf import settings

SHORT_LIFE = 20.0  # s; what ends earlier would end again
MOST_RESTARTS = 5
_PR_SET_PDEATHSIG = 1


class StartFailed(Exception):
    """A process did not come up, or does not stay up; the message says which, and where its log is."""


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _die_with_parent() -> None:
    """On Linux the kernel ends a child whose parent was killed; elsewhere only an orderly end stops it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _web(port: int) -> list[str]:
    return [
        "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--blocking-threads", "6", "--log-level", "warning", "reader_study.wsgi:application",
    ]  # fmt: skip


def _default_worker(var: Path) -> list[str]:
    return [
        "celery", "-A", "reader_study", "worker", "-Q", "default", "-P", "prefork", "-c", "2", "-n", "default@local",
        "-B", "-s", str(var / "beat"), "-l", "INFO",
    ]  # fmt: skip


def gpu_worker() -> list[str]:
    """Command of the worker that makes virtual PET; it takes one job at a time."""
    return [
        "celery", "-A", "inference.worker", "worker", "-Q", "gpu", "-P", "threads", "-c", "1", "-n", "gpu@local",
        "-l", "INFO",
    ]  # fmt: skip


def gpu_environment() -> dict[str, str]:
    """What the GPU worker may know: the queue and the objects; neither the database nor the secret key."""
    ours = ("DATABASE_URL", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")
    known = {name: value for name, value in os.environ.items() if name not in ours}
    return known | {
        "BROKER_URL": settings.CELERY_BROKER_URL,
        "BROKER_OPTIONS": json.dumps(settings.CELERY_BROKER_TRANSPORT_OPTIONS),
        "OBJECT_STORE": str(settings.OBJECT_STORE),
        "KMP_BLOCKTIME": "0",
    }


@dataclass
class _Running:
    command: list[str]
    environment: dict[str, str] | None
    process: subprocess.Popen[bytes]
    since: float
    restarts: int = 0


class Processes:
    """The running processes by name. `watch` starts again what was killed, and raises when one cannot live."""

    def __init__(self, log_dir: Path) -> None:
        self.log_dir = log_dir
        self.running: dict[str, _Running] = {}
        self._watching = Lock()

    def start(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> None:
        self.running[name] = _Running(
            command, environment, self._open(name, command, environment), time.monotonic()
        )

    def _open(
        self, name: str, command: list[str], environment: dict[str, str] | None
    ) -> subprocess.Popen[bytes]:
        self.log_dir.mkdir(parents=True, exist_ok=True)
        with (self.log_dir / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment,
                cwd=settings.BASE_DIR,
                start_new_session=True,  # Ctrl-C reaches the demo only, which then ends these in order
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - it calls the kernel only, takes no lock
            )

    def watch(self) -> None:
        """Restart what has ended; StartFailed for what ended at once, or too often."""
        with self._watching:
            for name, one in self.running.items():
                if one.process.poll() is None:
                    continue
                if time.monotonic() - one.since < SHORT_LIFE or one.restarts == MOST_RESTARTS:
                    raise StartFailed(
                        f"The process “{name}” ended by itself (exit {one.process.returncode}): "
                        f"see {self.log_dir / name}.log"
                    )
                one.process = self._open(name, one.command, one.environment)
                one.since, one.restarts = time.monotonic(), one.restarts + 1

    def stop(self) -> None:
        for one in self.running.values():
            one.process.terminate()
        for one in self.running.values():
            try:
                one.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(one.process.pid, signal.SIGKILL)
                one.process.wait()
        self.running.clear()


@contextmanager
def installation(*, port: int, var: Path) -> Iterator[Processes]:
    """Web server, default worker (with the timer) and GPU worker; stopped when the block ends, however it ends."""
    if not port_is_free(port):
        raise StartFailed(
            f"Port {port} is taken, perhaps by a demo that runs already: choose another with --port, or end it."
        )
    processes = Processes(var / "log")
    # What mails link to, unless the machine has a better address.
    ours = {**os.environ, "PUBLIC_URL": settings.PUBLIC_URL or f"http://127.0.0.1:{port}"}
    try:
        processes.start("web", _web(port), ours)
        processes.start("default-worker", _default_worker(var), ours)
        processes.start("gpu-worker", gpu_worker(), gpu_environment())
        yield processes
    finally:
        processes.stop()
