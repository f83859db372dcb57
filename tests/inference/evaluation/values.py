"""Segment values of imagined patients whose answers can be worked out by hand."""

from __future__ import annotations

import numpy as np

from inference.evaluation.analysis import HeartSet
from inference.evaluation.images import Values
from inference.evaluation.segments import Measured


def people(count: int, *, seed: int = 1, spread: float = 2.0) -> Values:
    """[patient, state, segment] around 85 %, with noise of its own for each value."""
    return np.random.default_rng(seed).normal(85, spread, (count, 2, 17))


def with_inferior_defects(values: Values, patients: int, *, depth: float = 30.0) -> Values:
    """The first `patients` have it in segments 4, 10, 15 at stress."""
    changed = values.copy()
    changed[:patients, 0, [3, 9, 14]] -= depth
    return changed


def measured(
    *, count: int = 12, diseased: int = 4, spect: Values | None = None, model: Values | None = None
) -> Measured:
    """PET shows the truth; SPECT and CTAC only if given, or PET's values with noise."""
    pet = with_inferior_defects(people(count), diseased)
    noise = people(count, seed=2) - 85
    return Measured(
        patients=tuple(f"{n:03d}" for n in range(count)),
        sex=tuple("FM"[n % 2] for n in range(count)),
        territories=tuple(("RCA",) if n < diseased else () for n in range(count)),
        images={
            "spect": pet + 2 * noise if spect is None else spect,
            "ctac": pet + noise,
            "pet": pet,
            "virtual_pet": pet + noise / 2 if model is None else model,
        },
        truth=pet.copy(),
        doubted={"spect": 1, "ctac": 0, "pet": 0, "virtual_pet": 0},
        left_out={},
    )


def heart_set(one: Measured) -> HeartSet:
    """With three members around the virtual PET, and likeness that says nothing."""
    members = {
        f"virtual_pet#{n}": one.images["virtual_pet"] + people(len(one.patients), seed=10 + n) - 85
        for n in (1, 2, 3)
    }
    like = [{"nmae": 3.0, "psnr": 26.0, "ssim": 0.95} for _ in one.patients]
    return HeartSet(one, {"virtual_pet": members}, {"spect": like, "ctac": like, "virtual_pet": like})
