"""A coordinator's browser sends a folder."""

import hashlib
from collections.abc import Sequence
from typing import Any

from reader_study.studies.models import Study
from tests.reader_study.intake.files import Secrets, nm_file, noise, pt_files


def manifest(files: Sequence[bytes]) -> dict[str, Any]:
    return {
        "files": [
            {"n": n, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for n, data in enumerate(files)
        ]
    }


def send(browser: Any, study: Study, files: Sequence[bytes]) -> str:
    """Announce, send what is missing, complete; returns the upload's id."""
    opened = browser.post(f"/api/studies/{study.id}/uploads", manifest(files))
    assert opened.status_code == 201, opened.content
    body = opened.json()
    by_digest = {hashlib.sha256(data).hexdigest(): data for data in files}
    for digest in body["missing"]:
        sent = put(browser, body["id"], digest, by_digest[digest])
        assert sent.status_code == 201, sent.content
    completed = browser.post(f"/api/uploads/{body['id']}/complete")
    assert completed.status_code == 202, completed.content
    return str(body["id"])


def put(browser: Any, upload: str, digest: str, data: bytes) -> Any:
    return browser.put(f"/api/uploads/{upload}/blobs/{digest}", data, content_type="application/octet-stream")


def status(browser: Any, upload: str) -> dict[str, Any]:
    answer = browser.get(f"/api/uploads/{upload}")
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def verdicts(browser: Any, upload: str) -> list[tuple[str, str]]:
    return [(file["verdict"], file["code"]) for file in status(browser, upload)["files"]]


def spect(seed: int = 1, state: str | None = "stress", **more: Any) -> bytes:
    return nm_file(noise(seed=seed), state=state, secrets=Secrets(seed), more=more)


def pet(seed: int = 1, slices: int = 3, state: str = "rest") -> list[bytes]:
    return pt_files(noise((slices, 16, 16)), state=state, secrets=Secrets(seed))
