"""The whole analysis of a lock."""

import hashlib
import json
import platform
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy

from reader_study.agreement.analysis import (
    adjudicated,
    between_readers,
    completeness,
    emergency,
    filled_in,
    sums,
    versus_reference,
)
from reader_study.agreement.analysis.frame import Frame, frame_of
from reader_study.agreement.analysis.numbers import (
    BCA,
    FEW_ABNORMAL,
    FEW_CASES,
    NOT_ESTIMABLE,
    Resampling,
    as_json,
)
from reader_study.agreement.statistics import bootstrap

SCHEMA = "reader-study/agreement/1"
ANALYSIS = "agreement-3"  # raised with every change of a number
REPLICATES = 10_000
SEED_FROM = "SHA-256 of study, protocol and allocation"


def analyse(snapshot: Mapping[str, Any], *, replicates: int = REPLICATES) -> dict[str, Any]:
    """The result of a lock, in plain JSON types with sorted keys: the same snapshot gives the same bytes."""
    digest = digest_of(snapshot)
    seed = seed_of(snapshot)
    frame = frame_of(snapshot)
    weights = bootstrap.case_weights(frame.sites, replicates=replicates, seed=seed)
    resampling = Resampling(weights)
    protocol = snapshot["protocol"]
    adjudication = adjudicated.result_of(snapshot, frame, resampling)
    opened = emergency.sensitivity(snapshot, frame, replicates=replicates, seed=seed)
    result = {
        "schema": SCHEMA,
        "simulated": bool(snapshot["simulated"]),
        "study": snapshot["study"],
        "lock": {**snapshot["lock"], "sha256": digest},
        "design": _design(snapshot, frame),
        "score_differences": versus_reference.score_rows(frame, resampling),
        "score_differences_by_reader": versus_reference.reader_rows(frame),
        "uptake_differences": versus_reference.uptake_rows(frame, resampling),
        "reader_agreement": between_readers.overall_rows(frame, resampling),
        "reader_agreement_by_segment": between_readers.segment_rows(frame, resampling),
        "reader_agreement_by_pair": between_readers.pair_rows(frame, resampling),
        "sums": sums.reliability_rows(frame, resampling),
        "sum_limits": sums.limits_rows(frame),
        "filled_in": filled_in.rows(frame),
        "completeness": completeness.rows(frame),
        "missing_reads": completeness.missing_reads(snapshot),
        **({"adjudication": adjudication} if adjudication else {}),
        "withheld": snapshot["withheld"],
        **({"emergency_unblinded": opened} if opened else {}),
        "provenance": {
            "lock_sha256": digest,
            "protocol_version": protocol["version"],
            "protocol_sha256": protocol["sha256"],
            "allocation_sha256": snapshot["allocation"]["digest"],
            "allocation_algorithm": snapshot["allocation"]["algorithm"],
            "allocation_later_blocks": snapshot["allocation"].get("blocks", [])[1:],
            "journal": snapshot["journal"],
            "models": snapshot["models"],
            "analysis": ANALYSIS,
            "software": {
                "numpy": np.__version__,
                "scipy": scipy.__version__,
                "python": platform.python_version(),
            },
            "bootstrap": {
                "method": BCA,
                "replicates": replicates,
                "seed": str(seed),  # 64 bits: a JSON number would lose the last ones in a browser
                "seed_from": SEED_FROM,
                "few_cases_below": FEW_CASES,
                "few_abnormal_below": FEW_ABNORMAL,
                "not_estimable_below": NOT_ESTIMABLE,
            },
        },
    }
    plain: dict[str, Any] = as_json(result)
    return plain


def seed_of(snapshot: Mapping[str, Any]) -> int:
    """The bootstrap's seed, 64 bits: from what was fixed before the first read, so that whoever locks the data
    cannot choose it with the words of a reason.
    """
    parts = (
        snapshot["study"]["id"],
        # Of the version that the reads were allocated from: locks from before there were amendments have no other.
        snapshot["allocation"].get("protocol_sha256", snapshot["protocol"]["sha256"]),
        snapshot["allocation"]["digest"],
    )
    return int(hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16], 16)


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8, one newline at the end."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def digest_of(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of the canonical snapshot: the lock's name."""
    return hashlib.sha256(canonical(snapshot)).hexdigest()


def _declared(document: Mapping[str, Any]) -> list[str]:
    """What the charter decides and nothing here applies yet: the report must say so."""
    reference = (document.get("reference") or {}).get("rule", "each_reader")
    rule = [f"reference.rule = {reference}"] if reference != "each_reader" else []
    return [*rule, *(endpoint["name"] for endpoint in document.get("endpoints") or [])]


def _design(snapshot: Mapping[str, Any], frame: Frame) -> dict[str, Any]:
    document = snapshot["protocol"]["document"]
    per_site = Counter(frame.sites.tolist())
    return {
        "arms": [
            {
                "code": arm.code,
                "label": arm.label,
                "image_set": arm.image_set,
                "steps": [list(step) for step in arm.steps],
                "reference": index == frame.reference,
            }
            for index, arm in enumerate(frame.arms)
        ],
        "states": list(frame.states),
        "sessions": document["sessions"],
        "washout_days": document["washout_days"],
        "margins": document["margins"],
        "declared": _declared(document),
        "amendments": snapshot.get("amendments", []),
        "n_cases": len(frame.cases),
        "n_reads_due": int(frame.due.sum()),
        "n_reads_signed": int(frame.signed.sum()),
        "n_repeats_due": frame.repeats_due,
        "n_repeats_signed": frame.repeats_signed,
        "n_withheld": len(snapshot["withheld"]),
        "sites": [{**site, "n_cases": per_site.get(site["code"], 0)} for site in snapshot["sites"]],
        "readers": snapshot["readers"],
    }
