"""Somebody at a browser: signs in on the page, then speaks to the API with the session cookie, as the pages do."""

import re
import time
from pathlib import Path
from typing import Any

import httpx


class Refused(Exception):
    """The server said no; the message is the server's own sentence."""


class Person:
    """One signed-in session.

    Parameters
    ----------
    base
        Address of the server, e.g. http://127.0.0.1:8000
    email, password
        The account.
    """

    def __init__(self, base: str, email: str, password: str) -> None:
        self.email, self.password = email, password
        self.http = httpx.Client(base_url=base, timeout=120, trust_env=False)
        self.http.get("/accounts/sign-in")
        answer = self.http.post(
            "/accounts/sign-in",
            data={
                "username": email,
                "password": password,
                "csrfmiddlewaretoken": self.http.cookies["csrftoken"],
            },
        )
        if answer.status_code != httpx.codes.FOUND:
            raise Refused(f"{email} could not sign in ({answer.status_code})")

    def get(self, path: str) -> Any:
        return self._json(self.http.get(path))

    def get_bytes(self, path: str) -> bytes:
        answer = self.http.get(path)
        self._check(answer)
        return answer.content

    def post(self, path: str, body: Any = None) -> Any:
        return self._json(self.http.post(path, json=body if body is not None else {}, headers=self._csrf()))

    def put_bytes(self, path: str, content: bytes) -> None:
        headers = {"Content-Type": "application/octet-stream", **self._csrf()}
        self._check(self.http.put(path, content=content, headers=headers))

    def wait_for(self, path: str, ready: Any, *, seconds: float, every: float = 0.5) -> Any:
        """Ask again until `ready(answer)` is true; TimeoutError with the last answer's path otherwise."""
        end = time.monotonic() + seconds
        while True:
            answer = self.get(path)
            if ready(answer):
                return answer
            if time.monotonic() > end:
                raise TimeoutError(f"{path} was not ready after {seconds:.0f} s")
            time.sleep(every)

    def _csrf(self) -> dict[str, str]:
        return {"X-CSRFToken": self.http.cookies["csrftoken"]}

    def _json(self, answer: httpx.Response) -> Any:
        self._check(answer)
        return answer.json() if answer.content else None

    def _check(self, answer: httpx.Response) -> None:
        if answer.is_error:
            try:
                sentence = answer.json()["message"]
            except (ValueError, KeyError, TypeError):
                sentence = answer.text[:200]
            raise Refused(
                f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {sentence}"
            )


def accept_invitation(base: str, link: str, password: str) -> None:
    """What an invited person does: open the link, choose a password."""
    with httpx.Client(base_url=base, timeout=60, trust_env=False) as http:
        page = http.get(link)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        if page.is_error or token is None:
            raise Refused(f"The invitation could not be opened ({page.status_code})")
        fields = {"csrfmiddlewaretoken": token[1], "password": password, "again": password}
        answer = http.post(link, data=fields)
        if answer.status_code != httpx.codes.FOUND:
            raise Refused(f"The invitation was not accepted ({answer.status_code})")


def files_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
