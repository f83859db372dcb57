"""People at their browsers: nothing is done in these studies but what they send."""

from dataclasses import dataclass, field
from typing import Any

from django.test import Client

PASSWORD = "one of many good passwords"


@dataclass
class Browser:
    """Somebody who accepted an invitation. commits: what runs when a request has been committed."""

    email: str
    commits: Any
    client: Client = field(default_factory=Client)
    password: str = PASSWORD

    def get(self, path: str) -> Any:
        return self._answer(self.client.get(path)).json()

    def get_bytes(self, path: str) -> bytes:
        content: bytes = self._answer(self.client.get(path)).content
        return content

    def post(self, path: str, body: Any = None) -> Any:
        with self.commits(execute=True):
            answer = self.client.post(path, {} if body is None else body, "application/json")
        found = self._answer(answer)
        return found.json() if found.content else None

    def put(self, path: str, content: bytes, **more: Any) -> Any:
        """Of one file of an upload: its answer as it came."""
        with self.commits(execute=True):
            return self.client.put(path, content, **more)

    def invite(self, name: str) -> "Browser":
        """The administrator's: an account for somebody, who opens the link and chooses a password."""
        email = f"{name.lower().replace(' ', '.')}@example.org"
        offer = self.post("/api/invitations", {"email": email, "full_name": name, "language": "en"})
        invited = Browser(email, self.commits)
        fields = {"password": PASSWORD, "again": PASSWORD}
        assert invited.client.post(offer["link"], fields).status_code == 302
        return invited

    @staticmethod
    def _answer(answer: Any) -> Any:
        assert answer.status_code < 300, f"{answer.request['PATH_INFO']}: {answer.content.decode()[:500]}"
        return answer
