"""`manage.py upload`: a script seals a folder on its own machine and sends it, over a line that breaks."""

import contextlib
import io
import json
import os
import re
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread

from reader_study.accounts.actions import make_token, revoke_token
from reader_study.accounts.models import ApiToken, TokenScope
from reader_study.cases.models import Image
from reader_study.cases.storage import store
from reader_study.intake import staging
from reader_study.intake.doors.management.commands.upload import token_in
from reader_study.intake.doors.sending import CannotSend, Server
from reader_study.intake.models import Instance, Upload
from tests.reader_study.cases.world import World
from tests.reader_study.intake.doors.serving import ROOT, worker
from tests.reader_study.intake.sending import pet, spect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """SPECT, a PET series in a sub-folder, what lies in every export, and a file that needs eyes."""
    made = tmp_path / "Suzuki Hanako 4711"
    (made / "PET").mkdir(parents=True)
    (made / "spect.dcm").write_bytes(spect(1))
    for n, data in enumerate(pet(1)):
        (made / "PET" / f"{n}.dcm").write_bytes(data)
    (made / "readme.txt").write_text("Exported for Suzuki Hanako")
    (made / "link").symlink_to(made / "spect.dcm")
    return made


@pytest.fixture
def token_file(world: World, tmp_path: Path) -> Path:
    _, secret = make_token(
        owner=world.coordinator_a, password=None, scope=TokenScope.INTAKE, study=world.study.id,
        label="script", days=1,
    )  # fmt: skip
    path = tmp_path / "token"
    path.write_text(secret + "\n")
    path.chmod(0o600)
    return path


def upload(folder: Path, url: str, token_file: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    """The command in its own process, without this machine's database."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment = {
        **kept, "SECRET_KEY": "of-the-script-only", "PLAIN_HTTP": "1", "NO_PROXY": "*",
        "DATABASE_URL": "postgresql://nobody@localhost/none",
    }  # fmt: skip
    call = [sys.executable, "manage.py", "upload", str(folder), "--url", url, "--token-file", str(token_file)]
    return subprocess.run(
        [*call, *more], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False
    )


def told(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_folder_is_sealed_here_sent_and_judged(
    folder: Path, token_file: Path, url: str, tmp_path: Path
) -> None:
    with worker():
        done = upload(folder, url, token_file)
        again = upload(folder, url, token_file, "--json")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^ +4  accepted", done.stdout, re.M)
    assert re.search(r"^ +1  kept_back +not_dicom", done.stdout, re.M)
    assert set(Image.objects.values_list("case__subject", "image_set", "state")) == {
        ("A-0001", "spect", "stress"), ("A-0001", "pet", "rest"),
    }  # fmt: skip
    stored = [
        dcmread(io.BytesIO(store().get(key))) for key in Instance.objects.values_list("object_key", flat=True)
    ]
    assert {ds.PatientID for ds in stored} == {"A-0001"}
    assert set(Instance.objects.values_list("sealed_by_sender", flat=True)) == {True}
    assert Instance.objects.filter(sent_report=None).count() == 0
    assert set(Upload.objects.values_list("door", flat=True)) == {"script"}
    # The same folder again: known, and nothing is sent.
    assert again.returncode == 0 and told(again)["counts"] == {"duplicate": 4, "kept_back": 2}
    assert "sent 0/0" in again.stderr


def test_nothing_that_leaves_or_is_shown_names_the_patient(
    folder: Path, token_file: Path, url: str, tmp_path: Path
) -> None:
    names = {"Suzuki", "4711", *(str(dcmread(folder / "spect.dcm").PatientName).split("^")[0],)}
    with recording(url) as (through, sent):
        done = upload(folder, through, token_file, "--wait", "0")
    assert done.returncode == 2 and "later" in done.stderr  # no worker: the verdicts have not come
    everything = b"".join(sent)
    assert (
        b"POST /api/studies/" in everything and b"PUT /api/uploads/" in everything and b"DICM" in everything
    )
    said = (done.stdout + done.stderr).encode()
    assert not [name for name in names if name.encode() in everything or name.encode() in said]
    original = dcmread(folder / "spect.dcm")
    for value in (original.PatientID, original.SOPInstanceUID, original.StudyDate, original.InstitutionName):
        assert str(value).encode() not in everything
    assert token_file.read_text().strip() not in done.stdout + done.stderr
    lies = b"".join(path.read_bytes() for path in staging.staging().rglob("*") if path.is_file())
    assert b"SUBJ-" in lies and str(original.PatientID).encode() not in lies


def test_what_cannot_be_proven_safe_stays_here(
    folder: Path, token_file: Path, url: str, tmp_path: Path
) -> None:
    (folder / "shot.dcm").write_bytes(spect(2, BurnedInAnnotation="YES"))
    with worker():
        done = upload(folder, url, token_file, "--json")
        named = upload(folder, url, token_file, "--names", "--dry-run")
    assert done.returncode == 1
    assert told(done)["counts"] == {"accepted": 4, "kept_back": 3}
    held = [file for file in told(done)["files"] if file["code"] == "burned_in"]
    assert len(held) == 1 and "name" not in held[0]
    assert held[0]["message"] == (
        "Text may be burned into the image. It stays on this machine. "
        "Send it with the browser, where a person decides."
    )
    assert not Upload.objects.filter(files__verdict="quarantined").exists()
    assert "shot.dcm" in named.stdout and named.returncode == 1
    assert "kept apart" not in named.stdout and "stays on this machine" in named.stdout
    assert Upload.objects.count() == 1  # the dry run sent nothing


def test_an_empty_folder_is_said_to_be_so(token_file: Path, url: str, tmp_path: Path) -> None:
    (tmp_path / "none" / "deep").mkdir(parents=True)
    done = upload(tmp_path / "none", url, token_file)
    assert (done.returncode, done.stdout) == (2, "") and "There is no file in the folder." in done.stderr


def test_a_zip_archive_is_sent_like_a_folder(
    folder: Path, token_file: Path, url: str, tmp_path: Path
) -> None:
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*.dcm")):
            file.write(path, path.relative_to(folder))
    with worker():
        done = upload(archive, url, token_file, "--json")
    assert done.returncode == 0, done.stderr
    assert told(done)["counts"] == {"accepted": 4}


def test_a_line_that_breaks_is_tried_again_and_every_file_arrives_once(
    folder: Path, token_file: Path, url: str, tmp_path: Path
) -> None:
    with worker(), recording(url, breaks=(2, 3, 5, 6, 9)) as (through, sent):
        done = upload(folder, through, token_file, "--json")
    assert done.returncode == 0, done.stderr
    assert told(done)["counts"] == {"accepted": 4, "kept_back": 2}
    assert Instance.objects.count() == 4 and Upload.objects.count() == 1


def test_a_script_that_was_stopped_sends_what_is_missing(
    folder: Path, token_file: Path, url: str, tmp_path: Path
) -> None:
    # The line dies for good after the token, the terms, the manifest and one file.
    with recording(url, breaks=range(5, 10_000)) as (through, first):
        stopped = upload(folder, through, token_file, "--wait", "1", "--tries", "2")
    assert stopped.returncode == 2 and "start the same command again" in stopped.stderr
    arrived = sum(path.is_file() for path in staging.staging().rglob("*"))
    with worker(), recording(url) as (through, second):
        done = upload(folder, through, token_file, "--json")
    assert done.returncode == 0, done.stderr
    puts = sum(data.count(b"PUT /api/uploads/") for data in second)
    assert arrived >= 1 and puts == 4 - arrived
    assert Instance.objects.count() == 4 and Upload.objects.count() == 1


def test_a_token_that_does_not_hold_says_so(world: World, folder: Path, token_file: Path, url: str) -> None:
    def says(done: "subprocess.CompletedProcess[str]") -> str:
        assert done.returncode == 2 and done.stdout == "" and "Traceback" not in done.stderr
        return done.stderr

    ApiToken.objects.update(scope=TokenScope.DICOMWEB)
    assert "another purpose" in says(upload(folder, url, token_file))
    revoke_token(actor=world.coordinator_a, token_id=ApiToken.objects.get().id)
    assert "revoked" in says(upload(folder, url, token_file))
    assert not Upload.objects.exists()


@pytest.mark.parametrize("how", ["open file", "no file", "empty", "two words", "no text"])
def test_a_token_that_is_none_is_not_sent(tmp_path: Path, how: str) -> None:
    path = tmp_path / "token"
    path.write_bytes({"empty": b"\n", "two words": b"a b", "no text": b"\xff\xfe"}.get(how, b"rst_x"))
    path.chmod(0o644 if how == "open file" else 0o600)
    if how == "no file":
        path.unlink()
    with pytest.raises(CannotSend, match="token"):
        token_in(path)


@pytest.mark.parametrize("address", ["http://reading.example.org", "ftp://x", "reading.example.org"])
def test_a_token_is_never_sent_unprotected(address: str) -> None:
    with pytest.raises(CannotSend, match="https://"):
        Server(address, "rst_x")


class _Line:
    """A line to the server that keeps what goes over it, and breaks at requests of these numbers."""

    def __init__(self, url: str, breaks: Container[int]) -> None:
        host, port = url.removeprefix("http://").split(":")
        self.server, self.breaks, self.sent = (host, int(port)), breaks, list[bytes]()
        self.requests, self.lock = 0, threading.Lock()
        self.listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(self.server) as server:
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            while data := client.recv(65536):
                if data.startswith((b"GET ", b"PUT ", b"POST ")) and self.is_broken():
                    return
                self.sent.append(data)
                server.sendall(data)

    def is_broken(self) -> bool:
        with self.lock:
            self.requests += 1
            return self.requests in self.breaks


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)


@contextmanager
def recording(url: str, breaks: Container[int] = ()) -> Iterator[tuple[str, list[bytes]]]:
    line = _Line(url, breaks)
    try:
        yield f"http://127.0.0.1:{line.listening.getsockname()[1]}", line.sent
    finally:
        line.listening.close()
