"""Simulated readers of these studies: each scores what the own browser is given, with an offset of its own."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from inference.brain.neutral import SHAPE, SPACING_MM, find_brain, region_values
from inference.heart.polar import decode
from inference.heart.segments import segment_values
from inference.volume import Kind, Volume
from reader_study.demonstration.observer import THRESHOLDS, content_sha256
from tests.reader_study.whole_study.browsers import Browser

Scores = dict[str, list[int]]


def seen_in_heart(polar: bytes) -> list[float]:
    """Of a polar map: the 17 segments in % of the maximum."""
    return [float(value) for value in segment_values(decode(polar))]


def seen_in_brain(volume: bytes) -> list[float]:
    """Of a neutral volume: the 12 regions in % of the maximum."""
    affine = np.diag([SPACING_MM] * 3 + [1.0])
    affine[:3, 3] = -SPACING_MM * (np.array(SHAPE[::-1]) - 1) / 2
    voxels = np.frombuffer(volume, "<u2").reshape(SHAPE).astype(np.float32)
    head = find_brain(Volume(voxels, affine, Kind.TRANSAXIAL))
    return list(region_values(head, tracer="perfusion").percent)


def scores_of(percent: Sequence[float], *, offset: float = 0) -> list[int]:
    return [sum(value + offset < threshold for threshold in THRESHOLDS) for value in percent]


@dataclass
class Reader:
    """offset: points of % of the maximum by which this reader sees more than there is."""

    browser: Browser
    offset: float = 0
    signed: list[str] = field(default_factory=list)

    def read_all(self) -> None:
        """Whatever is due: training, test, reads of the study or of an adjudication, and questions after a session."""
        while True:
            desks = self.browser.get("/api/reading/worklist")["studies"]
            token = next((desk["next"] for desk in desks if desk["next"]), None)
            asked = [desk for desk in desks if any(one["questions_due"] for one in desk["sessions"])]
            if token:
                self.read(token)
            elif asked:
                self.answer_questions(asked[0])
            else:
                return

    def read(self, token: str) -> None:
        path = f"/api/reading/reads/{token}"
        more = True
        while more:
            read = self.browser.get(path)
            form = read["form"]
            shown = max(slot["set"] for slot in read["slots"])
            scores = {state: self._scored(path, form, shown, state) for state in form["states"]}
            more = self._sign(path, read, scores, answers(form, scores))
        self.signed.append(token)

    def _scored(self, path: str, form: Mapping[str, Any], shown: int, state: str) -> list[int]:
        if form["regions"]:
            percent = seen_in_brain(self.browser.get_bytes(f"{path}/volumes/{shown}/{state}"))
        else:
            percent = seen_in_heart(self.browser.get_bytes(f"{path}/polar/{shown}/{state}"))
        return scores_of(percent, offset=self.offset)

    def _sign(self, path: str, read: Mapping[str, Any], scores: Scores, fields: Mapping[str, Any]) -> bool:
        """Whether a further step follows."""
        acts: list[dict[str, Any]] = [
            {"kind": "score", "state": state, "segment": place, "value": value}
            for state, values in scores.items()
            for place, value in enumerate(values, start=1)
        ]
        acts += [{"kind": "field", "name": name, "value": value} for name, value in fields.items()]
        events = [
            {
                "id": str(uuid.uuid4()),
                "seq": seq,
                "elapsed_ms": 1000 * seq,
                "at": "2026-11-22T00:00:00Z",
                **act,
            }
            for seq, act in enumerate(acts, start=read["last_seq"] + 1)
        ]
        self.browser.post(f"{path}/events", {"events": events})
        content = {"fields": fields, "form": read["form"]["version"], "scores": scores}
        body = {
            "password": self.browser.password,
            "meaning": "authored",
            "content_sha256": content_sha256(content),
            "last_seq": events[-1]["seq"],
            "step": read["step"]["number"],
        }
        return bool(self.browser.post(f"{path}/signature", body)["more"])

    def answer_questions(self, desk: Mapping[str, Any]) -> None:
        session = next(one["number"] for one in desk["sessions"] if one["questions_due"])
        address = f"/api/reading/studies/{desk['id']}/sessions/{session}/questions"
        asked = self.browser.get(address)
        # Always the same guess for the same read, and blind: the digest of the address knows no arm.
        guesses = [
            {
                "position": position,
                "answer": "arm",
                "arm": hashlib.sha256(f"{address} {position}".encode()).digest()[0] % len(asked["arms"]),
                "confidence": 30,
            }
            for position in asked["guessed"]
        ]
        recall = {"seen": "no", "reads": None, "positions": []} if asked["recall"] else None
        reader = self.browser.get("/api/session")["user"]["id"]
        self.browser.post(address, {"reader": reader, "recall": recall, "guesses": guesses})


def answers(form: Mapping[str, Any], scores: Scores) -> dict[str, Any]:
    """To every question that must be answered."""
    total = sum(max(values) for values in scores.values())
    told: dict[str, Any] = {}
    for question in form["fields"]:
        if not question["required"] or not _is_asked(question["when"], told, scores):
            continue
        if question["kind"] == "number":
            told[question["name"]] = 75
        elif question["name"] == "overall":
            told["overall"] = question["values"][min(total, len(question["values"]) - 1)]
        else:
            first = question["values"][0]
            told[question["name"]] = [first] if question["kind"] == "choices" else first
    return told


def _is_asked(when: Mapping[str, Any] | None, told: Mapping[str, Any], scores: Scores) -> bool:
    if when is None:
        return True
    if "field" in when:
        return told.get(when["field"]) in when["in"]
    return any(
        values[place - 1] >= when["at_least"] for values in scores.values() for place in when["scores"]
    )
