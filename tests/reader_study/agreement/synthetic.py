"""A lock's snapshot with known properties, made without the other rooms.

Each heart has a true state: most segments normal, one territory with a defect in about half of the patients
(worse at stress than at rest). PET shows the truth; SPECT lowers the inferior wall (attenuation); virtual PET
restores it, and now and then fills in a real inferior defect. Readers score the uptake by fixed thresholds,
with their own threshold shift and noise. Everything follows from the seed.
"""

from typing import Any
from uuid import UUID

import numpy as np

from reader_study.studies.protocol import digest
from reader_study.studies.templates import kawakubo_replica

INFERIOR = np.array([4, 10, 15]) - 1
TERRITORY = {
    "LAD": np.array([1, 2, 7, 8, 13, 14, 17]) - 1,
    "RCA": np.array([3, 4, 9, 10, 15]) - 1,
    "LCX": np.array([5, 6, 11, 12, 16]) - 1,
}
THRESHOLDS = np.array([70.0, 50.0, 30.0, 10.0])
NORMAL = 82.0


def snapshot(
    *,
    patients: int = 12,
    readers: int = 3,
    seed: int = 1,
    simulated: bool = True,
    missing: float = 0.0,
    title: str = "Virtual PET from SPECT: a replica with simulated patients",
) -> dict[str, Any]:
    """The plain dict that agreement.snapshot would store. missing: share of scores turned into "NE"."""
    generator = np.random.default_rng(seed)
    document = kawakubo_replica(title=title, reader_title="Reading study", simulated=simulated).as_document()
    arms = document["arms"]
    cases = [
        {"id": _uuid(generator), "subject": f"{'AB'[n % 2]}-{n // 2 + 1:04d}", "site": "AB"[n % 2]}
        for n in range(patients)
    ]
    cases.sort(key=lambda case: (case["site"], case["subject"]))
    people = [
        {"id": _uuid(generator), "code": f"R{n + 1}", "name": f"Reader {n + 1}"} for n in range(readers)
    ]
    uptake = {case["id"]: _uptake(generator) for case in cases}
    entries, reads = [], []
    for reader, person in enumerate(people):
        shift, order = generator.normal(0, 1.5), generator.permutation(len(cases) * len(arms))
        for place, position in zip(order, range(1, len(order) + 1), strict=True):
            case, arm = cases[place // len(arms)], arms[place % len(arms)]
            token = _uuid(generator)
            entries.append(
                {
                    "token": token, "reader": person["id"], "session": 1, "position": position,
                    "case": case["id"], "arm": arm["code"], "repetition": 0,
                }
            )  # fmt: skip
            shown = uptake[case["id"]][arm["image_set"]]
            scores = {
                state: _scores(shown[state] + shift + generator.normal(0, 2.5, 17), generator, missing)
                for state in ("stress", "rest")
            }
            reads.append(_read(token, scores, person, reader))
    return {
        "schema": "reader-study/lock/1",
        "simulated": simulated,
        "study": {"id": _uuid(generator), "title": title},
        "lock": {
            "reason": "All reads are signed",
            "locked_at": "2026-11-21T09:30:00Z",
            "locked_by": "Hanako Investigator",
        },
        "journal": {"number": 321, "digest": "c" * 64},
        "protocol": {"version": 1, "sha256": digest(document), "document": document},
        "allocation": {"digest": "a" * 64, "algorithm": "williams-mixed-1", "entries": entries},
        "sites": [
            {"code": "A", "name": "First University Hospital"},
            {"code": "B", "name": "Second Hospital"},
        ],
        "readers": people,
        "cases": cases,
        "withheld": [
            {"subject": "A-0099", "site": "A", "reason": "PET rest was rejected: cut off at the base"}
        ],
        "reads": reads,
        "missing_reads": None,
        "values": [
            {
                "case": case["id"],
                "image_set": image_set,
                "state": state,
                "segments": [float(v) for v in values],
            }
            for case in cases
            for image_set, states in uptake[case["id"]].items()
            for state, values in states.items()
        ],
        "models": [{"name": "heart-spect-to-pet", "version": "1.0.0", "digest": "b" * 64}],
    }


def without_last_reads(lock: dict[str, Any], number: int) -> dict[str, Any]:
    """The lock as it is when the last reads were never signed and the investigator says why."""
    entries = lock["allocation"]["entries"][-number:]
    gone = {entry["token"] for entry in entries}
    names = ("token", "reader", "session", "position")
    return {
        **lock,
        "reads": [read for read in lock["reads"] if read["token"] not in gone],
        "missing_reads": {
            "reason": "R3 has left",
            "reads": [{name: entry[name] for name in names} for entry in entries],
        },
    }


def _uuid(generator: np.random.Generator) -> str:
    return str(UUID(bytes=generator.bytes(16), version=4))


def _uptake(generator: np.random.Generator) -> dict[str, dict[str, np.ndarray]]:
    truth = {"stress": generator.normal(NORMAL, 3, 17), "rest": generator.normal(NORMAL, 3, 17)}
    inferior_defect = False
    if generator.random() < 0.6:
        name = generator.choice(list(TERRITORY))
        depth = generator.uniform(15, 55)
        truth["stress"][TERRITORY[name]] -= depth
        truth["rest"][TERRITORY[name]] -= depth * generator.choice([0.2, 0.9])
        inferior_defect = name == "RCA"
    spect = {state: values + generator.normal(0, 3, 17) for state, values in truth.items()}
    virtual = {state: values + generator.normal(0, 2, 17) for state, values in truth.items()}
    for state in truth:
        spect[state][INFERIOR] -= generator.uniform(6, 16)
        if inferior_defect and generator.random() < 0.4:
            virtual[state][INFERIOR] += 12  # filled in
    return {
        name: {state: np.round(np.clip(values, 3, 100), 2) for state, values in shown.items()}
        for name, shown in {"spect": spect, "virtual_pet": virtual, "pet": truth}.items()
    }


def _scores(seen: np.ndarray, generator: np.random.Generator, missing: float) -> list[int | str]:
    scores = (seen[:, None] < THRESHOLDS).sum(axis=1)
    gone = generator.random(17) < missing
    return ["NE" if lost else int(score) for lost, score in zip(gone, scores, strict=True)]


def _read(token: str, scores: dict[str, Any], person: dict[str, str], reader: int) -> dict[str, Any]:
    return {
        "token": token,
        "version": 1,
        "in_force": True,
        "form_version": 1,
        "scores": scores,
        "fields": {"quality": 4, "overall": "equivocal", "confidence": 3},
        "content_sha256": token.replace("-", "") * 2,
        "first_shown_at": f"2026-11-20T0{reader}:00:00Z",
        "signature": {
            "id": token, "name": person["name"], "meaning": "authored", "at": f"2026-11-20T0{reader}:01:30Z",
        },
        "seconds": 61.5,
    }  # fmt: skip
