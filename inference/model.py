"""Which model made an image: the name that bundles, jobs and DICOM headers share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ModelIdentity:
    """Names one set of weights. digest: SHA-256 of model.safetensors, 64 hex digits."""

    name: str
    version: str
    digest: str
