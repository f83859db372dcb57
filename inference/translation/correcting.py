"""Chang's correction of one stored object: the same input gives the same named output."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import torch

from inference.brain.contour import THRESHOLD
from inference.correct.command import Refused, correct_by_guess
from inference.correct.method import CHANG, MU_PER_MM
from inference.dicom.read import Unreadable
from inference.dicom.write import to_bytes
from inference.objects import ObjectStore, digest_of
from inference.translation.job import JobFailed, input_of


def correct_object(
    store: ObjectStore, *, input_keys: Sequence[str], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Corrects a stored NM file of a head and stores the result; returns a manifest as `translate_object` does.

    Raises JobFailed.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    data = input_of(store, input_keys, settings)
    asked = {"input": list(input_keys), "method": CHANG.digest, "settings": dict(settings)}
    name = digest_of(json.dumps(asked, sort_keys=True, separators=(",", ":")).encode())
    try:
        made = to_bytes(correct_by_guess(data, mu_per_mm=MU_PER_MM, threshold=THRESHOLD))
    except Unreadable as error:
        raise JobFailed(error.code, error.message) from error
    except Refused as error:
        raise JobFailed("not_translatable", str(error)) from error
    return {
        "output_name": name,
        "output_key": store.put_named(name, made),
        "uncertainty_key": "",
        "input_keys": list(input_keys),
        "model": asdict(CHANG),
        "settings": dict(settings),
        "flags": [],
        "device": "cpu",
        "torch": torch.__version__,
        "seconds": round(time.perf_counter() - clock, 3),
        "started_at": started.isoformat(timespec="milliseconds"),
    }
