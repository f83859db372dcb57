"""Chang's correction as the worker carries it out: a name, a version and a digest, as a model has. No torch here."""

from __future__ import annotations

import json

from inference.brain.contour import THRESHOLD
from inference.model import ModelIdentity
from inference.objects import digest_of

# Why an image is not corrected.
NOT_SQUARE = "Chang's correction needs square slices of square voxels."
NOT_A_FULL_TURN = "Chang's factors are for views over 360 degrees; this image is from {found}."
# 99mTc in a head with scatter left in, as is usual; broad-beam soft tissue.
MU_PER_MM = 0.012
# Raise it when the same file no longer becomes the same one.
_VERSION = "1"
CHANG = ModelIdentity(
    name="chang",
    version=_VERSION,
    digest=digest_of(
        json.dumps(
            {
                "method": "chang",
                "order": 0,
                "version": _VERSION,
                "mu_per_mm": MU_PER_MM,
                "threshold": THRESHOLD,
            },
            sort_keys=True,
        ).encode()
    ),
)
