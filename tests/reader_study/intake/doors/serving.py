"""A real web server on the test's own database, and the worker beside it."""

import os
import subprocess
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from django.conf import settings
from django.db import connection

from reader_study.intake import processing
from reader_study.intake.doors import inbox
from reader_study.intake.models import Upload
from tests.reader_study.interop.peers import free_port

ROOT = Path(__file__).resolve().parents[4]


@contextmanager
def granian(folder: Path) -> Iterator[str]:
    """The web server in its own process, on the database of the tests and the folders below `folder`."""
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_OF_TEST": str(connection.settings_dict["NAME"]),
        "OBJECT_STORE": str(folder / "objects"),
        "STAGING": str(folder / "staging"),
        "SECRET_KEY": settings.SECRET_KEY,
        "BROKER_URL": "memory://",
    }
    call = [
        str(Path(sysconfig.get_path("scripts")) / "granian"), "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "1", "--blocking-threads", "4",
        "tests.reader_study.intake.doors.served:application",
    ]  # fmt: skip
    log = folder / "granian.log"
    with log.open("wb") as output:
        process = subprocess.Popen(call, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        address = f"http://127.0.0.1:{port}"
        for _try in range(600):
            try:
                httpx.get(f"{address}/api/token", trust_env=False)
                break
            except httpx.TransportError:
                assert process.poll() is None, log.read_text()[-3000:]
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=60)


def work_once() -> None:
    """What the worker and its timer do: collect what the DICOM receiver put down, process what is complete."""
    inbox.collect()
    for upload in Upload.objects.filter(state=Upload.State.PROCESSING):
        processing.process(upload.id)


@contextmanager
def worker() -> Iterator[None]:
    """The worker beside the test, in a thread with its own connection to the database."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(0.1):
            work_once()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
