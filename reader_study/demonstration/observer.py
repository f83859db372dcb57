"""A simulated reader: scores what a reader's browser receives, and nothing else.

It asks for the reads of its own work list, one by one, and sees of each step the polar maps that the page draws.
Its model of a human: the mean uptake of a segment in % of the map's maximum, seen with a personal offset and with
noise that the segments of a read share in part, is cut at four personal thresholds. Offset, thresholds and noise
are drawn once per reader; the noise of a read follows from the reader and from the pixels, so the same picture gets
the same score again. It does not know arms, sites, cases or the truth, and no published reader was fitted.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.heart.polar import decode
from inference.heart.segments import TERRITORIES, segment_values
from reader_study.demonstration.person import Person

THRESHOLDS = (76.0, 62.0, 48.0, 32.0)  # % of maximum below which a score is at least 1, 2, 3, 4
SHARED_NOISE, OWN_NOISE = 1.5, 3.0  # standard deviations, % of maximum


@dataclass(frozen=True)
class Observer:
    """offset: % of maximum added to what is seen; thresholds: falling, % of maximum; name: seeds its noise."""

    name: str
    offset: float
    thresholds: tuple[float, ...]

    def scores(self, polar: bytes) -> list[int]:
        """Scores 0-4 of the 17 segments of one encoded polar map."""
        seed = hashlib.sha256(self.name.encode() + polar).digest()
        rng = np.random.default_rng(int.from_bytes(seed[:8], "big"))
        noise = rng.normal(0, SHARED_NOISE) + rng.normal(0, OWN_NOISE, 17)
        seen = segment_values(decode(polar)) + self.offset + noise
        return [int(sum(value < threshold for threshold in self.thresholds)) for value in seen]


def make_observer(name: str) -> Observer:
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big"))
    shift = rng.normal(0, 1.5)
    return Observer(
        name, float(rng.normal(0, 1.5)), tuple(float(t + shift + rng.normal(0, 1)) for t in THRESHOLDS)
    )


def _overall(total: int) -> str:
    """The overall impression follows the summed stress score (0-3 normal, from 9 moderate)."""
    steps = ((1, "definitely_normal"), (3, "probably_normal"), (5, "equivocal"), (8, "probably_abnormal"))
    return next((name for limit, name in steps if total <= limit), "definitely_abnormal")


def _territories(stress: list[int]) -> list[str]:
    """Those that hold at least half as much of the stress score as the worst one."""
    sums = {name: sum(stress[n - 1] for n in segments) for name, segments in TERRITORIES.items()}
    return [name for name in ("LAD", "RCA", "LCX") if 2 * sums[name] >= max(sums.values())]


def _fields(form: dict[str, Any], scores: dict[str, list[int]]) -> dict[str, Any]:
    """Answers to what every read is asked, and the territories where the form asks for them."""
    fields: dict[str, Any] = {
        "quality": 4,
        "overall": _overall(sum(scores["stress"])),
        "confidence": 75,
    }
    asked = {question["name"]: question["when"] for question in form["fields"]}
    if fields["overall"] in asked["territories"]["in"]:
        fields["territories"] = _territories(scores["stress"])
    return fields


def content_sha256(content: dict[str, Any]) -> str:
    """The digest that a reader signs, made here from what was scored, as the reading page does."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def read_all(person: Person, observer: Observer) -> Iterator[int]:
    """Score and sign every read that is due; yields the number signed so far."""
    token = next((s["next"] for s in person.get("/api/reading/worklist")["studies"] if s["next"]), None)
    signed = 0
    while token:
        answer = _read_step(person, observer, token)
        if not answer["more"]:
            token, signed = answer["next"], signed + 1
            yield signed


def _read_step(person: Person, observer: Observer, token: str) -> Any:
    """Score and sign what is shown now; of two image sets side by side the second is scored."""
    path = f"/api/reading/reads/{token}"
    read = person.get(path)
    last = max(slot["set"] for slot in read["slots"])
    scores = {
        state: observer.scores(person.get_bytes(f"{path}/polar/{last}/{state}"))
        for state in read["form"]["states"]
    }
    fields = _fields(read["form"], scores)
    acts: list[dict[str, Any]] = [
        {"kind": "score", "state": state, "segment": n + 1, "value": value}
        for state, values in scores.items()
        for n, value in enumerate(values)
    ]
    acts += [{"kind": "field", "name": name, "value": value} for name, value in fields.items()]
    first = read["last_seq"] + 1
    events = [
        {"id": str(uuid.uuid4()), "seq": seq, "elapsed_ms": 1000 * seq, "at": "2000-01-01T00:00:00Z", **act}
        for seq, act in enumerate(acts, start=first)
    ]
    person.post(f"{path}/events", {"events": events})
    digest = content_sha256({"fields": fields, "form": read["form"]["version"], "scores": scores})
    body = {
        "password": person.password,
        "meaning": "authored",
        "content_sha256": digest,
        "last_seq": first + len(acts) - 1,
        "step": read["step"]["number"],
    }
    return person.post(f"{path}/signature", body)
