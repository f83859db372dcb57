"""One translation of one stored object: the same input, model and settings give the same named output."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import torch

from inference.dicom.read import Unreadable
from inference.objects import ObjectCorrupt, ObjectMissing, ObjectStore, digest_of
from inference.translation.bundle import BundleProblem
from inference.translation.files import output_name, translated
from inference.translation.task import NotTranslatable
from inference.translation.weights import installed_model


class JobFailed(RuntimeError):
    """This job has no result. code: a stable word for programs; message: one sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def translate_object(
    store: ObjectStore, *, input_keys: Sequence[str], model_digest: str, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Makes the virtual PET of a stored NM file and stores it under the hash of all that decides it: see output_name.

    Returns the manifest: everything that is needed to make the same object again, and how long it took. Time is
    in the manifest only: no clock reaches the object. Raises JobFailed.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    data = input_of(store, input_keys, settings)
    try:
        model = installed_model(model_digest)
        name = output_name(input_keys=input_keys, model=model, settings=settings)
        made = translated(model, data, name=name)
    except Unreadable as error:
        raise JobFailed(error.code, error.message) from error
    except NotTranslatable as error:
        raise JobFailed("not_translatable", str(error)) from error
    except BundleProblem as error:
        raise JobFailed("model", str(error)) from error
    return {
        "output_name": name,
        "output_key": store.put_named(name, made.image),
        "uncertainty_key": "" if made.uncertainty is None else _kept_beside(store, name, made.uncertainty),
        "input_keys": list(input_keys),
        "model": asdict(model.identity),
        "task": {"name": model.task.name, "version": model.task.version, "placing": model.task.placing},
        "settings": dict(settings),
        "members": len(model.members),
        "flags": list(made.flags),
        "device": str(next(model.members[0].parameters()).device),
        "torch": torch.__version__,
        "seconds": round(time.perf_counter() - clock, 3),
        "started_at": started.isoformat(timespec="milliseconds"),
    }


def _kept_beside(store: ObjectStore, name: str, uncertainty: bytes) -> str:
    """Under a name of its own: when a task runs twice, the uncertainty is that of the image that came first."""
    return store.put_named(digest_of(f"uncertainty of {name}".encode()), uncertainty)


def input_of(store: ObjectStore, input_keys: Sequence[str], settings: Mapping[str, Any]) -> bytes:
    """The one file of a job that has no settings. Raises JobFailed."""
    if settings:
        raise JobFailed("settings", "This model has no settings.")
    if len(input_keys) != 1:
        raise JobFailed("input", f"One NM file is translated at a time, not {len(input_keys)}.")
    try:
        return store.get(input_keys[0])
    except ObjectMissing as error:
        raise JobFailed("input_missing", "The input image is not in the object store.") from error
    except (ObjectCorrupt, ValueError) as error:
        raise JobFailed("input_corrupt", "The stored input image is damaged.") from error
