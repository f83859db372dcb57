"""Other people's DICOM software, each a real process on this machine."""

import json
import os
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

ORTHANC = Path("/usr/sbin/Orthanc")
PLUGINS = Path("/usr/share/orthanc/plugins")
DCMTK = Path("/usr/bin")  # in full: pynetdicom puts programs of the same names into the virtual environment
DCIODVFY = Path(sysconfig.get_path("scripts")) / "dciodvfy"


def need(program: Path) -> Path:
    if not program.exists():
        pytest.skip(f"{program.name} is not installed.")
    return program


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Orthanc:
    http: str
    dicom_port: int
    aet: str = "ORTHANC"

    def get(self, path: str) -> Any:
        answer = httpx.get(self.http + path)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: Any) -> Any:
        answer = httpx.post(self.http + path, json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def file(self, sop_uid: str) -> bytes:
        """The whole file that it keeps under a SOP Instance UID."""
        (found,) = self._lookup(sop_uid)
        return httpx.get(f"{self.http}/instances/{found}/file").content

    def _lookup(self, sop_uid: str) -> list[str]:
        answer = httpx.post(f"{self.http}/tools/lookup", content=sop_uid)
        return [one["ID"] for one in answer.json() if one["Type"] == "Instance"]


@contextmanager
def orthanc(folder: Path, **more: Any) -> Iterator[Orthanc]:
    """An empty Orthanc with its DICOMweb plug-in; it keeps everything below `folder`."""
    need(ORTHANC)
    need(PLUGINS / "libOrthancDicomWeb.so")
    http, dicom = free_port(), free_port()
    settings = {
        "Name": "peer",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "HttpPort": http,
        "DicomPort": dicom,
        "DicomAet": "ORTHANC",
        "DicomAlwaysAllowStore": True,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "Plugins": [str(PLUGINS / "libOrthancDicomWeb.so")],
        **more,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([ORTHANC, str(folder / "orthanc.json")], stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{http}"
        for _try in range(150):
            try:
                httpx.get(f"{address}/system")
                break
            except httpx.TransportError:
                assert process.poll() is None, (folder / "log").read_text()[-2000:]
                time.sleep(0.1)
        yield Orthanc(address, dicom)
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def storescp(folder: Path, *options: str) -> Iterator[int]:
    """dcmtk's receiver, which writes what comes into `folder` bit by bit; gives its port."""
    program = need(DCMTK / "storescp")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    environment = {**os.environ, "TCP_NODELAY": "1"}
    process = subprocess.Popen(
        [program, "--bit-preserving", "--output-directory", str(folder), *options, str(port)], env=environment
    )
    try:
        for _try in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def errors_of(file: Path) -> list[str]:
    """What dciodvfy calls errors in a file."""
    checked = subprocess.run([need(DCIODVFY), str(file)], capture_output=True, text=True, check=False)
    said = checked.stdout + checked.stderr
    assert shutil.which(str(DCIODVFY)) and said, "dciodvfy said nothing at all"
    return [line for line in said.splitlines() if line.startswith("Error")]
