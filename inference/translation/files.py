"""From the file of an image to the files of what a model makes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

from pydicom import dcmread

from inference.dicom.derived import derived_nm
from inference.dicom.read import read_header, read_volume
from inference.dicom.write import to_bytes
from inference.objects import digest_of
from inference.translation import refusals
from inference.translation.predict import Model, translate
from inference.translation.task import NotMeant

# Raise it when the same answers of the same networks no longer become the same file: a name stands for its bytes.
WRITTEN = 1


@dataclass(frozen=True)
class Translated:
    """DICOM files (NM) of the image and of its uncertainty, which a model of one member does not know: None."""

    image: bytes
    uncertainty: bytes | None
    flags: tuple[str, ...]


def translated(model: Model, data: bytes, *, name: str) -> Translated:
    """What the model makes of one NM file. name: of the output, see output_name; the UIDs follow from it.

    Raises Unreadable, NotTranslatable.
    """
    header = read_header(data)
    refusal = refusals.of_the_file(header)  # before the pixels: a gated file cannot even be read as a volume
    if refusal is not None:
        raise NotMeant(refusal)
    made = translate(model, read_volume([data]), header)
    derived = partial(
        derived_nm,
        source=dcmread(BytesIO(data)),
        model=model.identity,
        name=name,
        title=model.task.label,
    )
    alone = len(model.members) == 1
    return Translated(
        image=to_bytes(derived(made.image)),
        uncertainty=None if alone else to_bytes(derived(made.uncertainty, role="uncertainty")),
        flags=made.flags,
    )


def output_name(*, input_keys: Sequence[str], model: Model, settings: Mapping[str, Any]) -> str:
    """64 hex digits that stand for all that decides the output: input, model, settings, and what the code does."""
    asked = {
        "input": list(input_keys),
        "model": model.identity.digest,
        "task": [model.task.name, model.task.version, model.task.placing],
        "written": WRITTEN,
        "settings": dict(settings),
    }
    return digest_of(json.dumps(asked, sort_keys=True, separators=(",", ":")).encode())
