"""The doors that a reader's browser needs for one read, answered without a server."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Request

from inference.heart import polar
from inference.heart.neutral import Neutral
from tests.bench.pages import Refused, Site, heart_layout, picture

TOKEN = "5f0c9a3e-2f4e-4d0a-9a53-6b8f7c1d2e30"
PAGE = f"/reading/{TOKEN}"
_STATES = ("stress", "rest")


class OneRead:
    """An open read of two states; what is done in it is taken in order and chained, as the server does."""

    def __init__(self, site: Site, hearts: Mapping[str, Neutral]) -> None:
        self.events: list[dict[str, Any]] = []
        self._hash = hashlib.sha256(TOKEN.encode()).hexdigest()
        slots = []
        for key, heart in hearts.items():
            number, state = key.split()
            door = f"api/reading/reads/{TOKEN}"
            site.data[f"{door}/volumes/{number}/{state}"] = heart.to_bytes()
            site.data[f"{door}/polar/{number}/{state}"] = polar.encode(polar.polar_map(heart))
            told = picture(key, heart.lv)
            slots.append(
                {name: told[name] for name in ("dims", "spacing_mm", "full_scale", "lv")}
                | {"set": int(number), "state": state, "contour": False}
                | {"polar": {"rings": 24, "angles": 72, "full_scale": 40_000}}
            )
        self._slots = slots
        site.doors = self.answer

    def answer(self, path: str, request: Request) -> dict[str, Any] | None:
        if path == "api/session":
            person = {
                "id": "1" * 8,
                "email": "reader@example.org",
                "full_name": "Reader",
                "is_staff": False,
                "reminders": True,
            }
            return {"user": person | {"language": "en"}, "memberships": []}
        if path == f"api/reading/reads/{TOKEN}":
            return self._read()
        if path == f"api/reading/reads/{TOKEN}/events":
            self._take(json.loads(request.post_data or "{}")["events"])
            return {"last_seq": len(self.events), "hash": self._hash}
        if path == "api/reading/worklist":
            return {"studies": [], "display_check_due": False}
        return None

    def _take(self, events: list[dict[str, Any]]) -> None:
        """All or none: what is known by its id is passed over, and a number that is not the next is refused."""
        before, known = len(self.events), {(event["id"], event["seq"]) for event in self.events}
        new = [event for event in events if (event["id"], event["seq"]) not in known]
        if any(event["seq"] != number for number, event in enumerate(new, before + 1)):
            raise Refused(409, {"code": "sequence", "message": "…", "last_seq": before})
        for event in new:
            self._chain(event)

    def _chain(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        link = {"state": "", "segment": None, "name": ""} | event | {"after": self._hash}
        canonical = json.dumps(link, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        self._hash = hashlib.sha256(canonical.encode()).hexdigest()

    def _read(self) -> dict[str, Any]:
        question = {"name": "quality", "kind": "choice", "values": [1, 2, 3], "required": True}
        layout = heart_layout(12, 2)
        return {
            "token": TOKEN,
            "study": {"title": "Bench", "simulated": True},
            "position": {"session": 1, "number": 1, "of": 1},
            "state": "open",
            "step": {"number": 1},
            "amendment": None,
            "unlock": None,
            "form": {
                "version": 1,
                "segments": 17,
                "regions": [],
                "states": list(_STATES),
                "scores": [0, 1, 2, 3, 4],
                "fields": [question | {"minimum": None, "maximum": None, "when": None}],
            },
            "display": {
                "tables": ["cool", "gray", "ten_step"],
                "default_table": "cool",
                "show_difference": True,
                "show_sums": True,
                "sums_when_complete": False,
                "click_scores": False,
                "show_time": False,
                "layouts": [layout],
                "default_layout": layout["name"],
            },
            "slots": self._slots,
            "cines": [],
            "last_seq": len(self.events),
            "last_hash": self._hash,
            "draft": {"scores": {state: [None] * 17 for state in _STATES}, "fields": {}},
            "signature": None,
            "display_check_due": False,
        }
