"""The same patients under shift: another camera or body, or a model that never saw their sex."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.evaluation.analysis import joined, summaries
from inference.evaluation.comparisons import error_difference
from inference.evaluation.heart_images import Maker, measured_set
from inference.evaluation.images import VIRTUAL
from inference.evaluation.segments import Measured
from inference.evaluation.statistics import Flags, resampled
from inference.translation.bundle import Bundle, read_bundle
from inference.translation.weights import model_of

COMPARATOR = f"{VIRTUAL}@comparator"
_ALIKE = ("steps", "recipe", "seeds")  # of the training, in which a fair comparator does not differ


@dataclass(frozen=True)
class HeldOut:
    """A model that never saw patients of one sex, to be tried on them, and perhaps one that saw both."""

    name: str
    sex: str
    bundles: tuple[Path, ...]

    def read(self) -> Held:
        """Raises BundleProblem; ValueError for a comparator that differs in more than whom it saw."""
        bundles = [read_bundle(folder) for folder in self.bundles]
        trainings = [bundle.card["training"] for bundle in bundles]
        apart = [what for what in _ALIKE if any(one[what] != trainings[0][what] for one in trainings[1:])]
        if len({_asked_for(one) for one in trainings}) > 1:
            apart.append("patients")
        if apart:
            raise ValueError(
                f"{self.bundles[1].name} differs from {self.bundles[0].name} in more than whom it saw "
                f"({', '.join(apart)}): train both alike."
            )
        return Held(self.name, self.sex, tuple(bundles))


@dataclass(frozen=True, eq=False)
class Held:
    """Of HeldOut, read."""

    name: str
    sex: str
    bundles: tuple[Bundle, ...]

    @property
    def trained(self) -> dict[str, Any]:
        return {
            "sex": self.sex,
            "patients": self.bundles[0].card["training"]["patients"],
            "digests": [bundle.model.digest for bundle in self.bundles],
        }

    def measured(
        self, cohorts: Mapping[str, Path], *, tell: Callable[[str], Callable[[int, int], None]]
    ) -> Measured:
        """All of its sex in the cohorts, in their order."""
        makers = [
            Maker(kind, model_of(bundle))
            for kind, bundle in zip((VIRTUAL, COMPARATOR), self.bundles, strict=False)
        ]
        found = [
            measured_set(
                cohort,
                makers,
                members=False,
                only=("spect", "pet"),
                sex=self.sex,
                tell=tell(f"{self.name} {name}"),
            )
            for name, cohort in cohorts.items()
        ]
        return joined(found).measured


def _asked_for(training: Mapping[str, Any]) -> int:
    """Patients of a training, those included whom the finder refused."""
    return sum(cohort["patients"] + cohort.get("left_out", 0) for cohort in training["cohorts"])


def held_out(text: str) -> HeldOut:
    """Of the command line: NAME=SEX:BUNDLE or NAME=SEX:BUNDLE:COMPARATOR."""
    name, _, model = text.partition("=")
    sex, *folders = model.split(":")
    if not (name and sex in {"F", "M"} and 1 <= len(folders) <= 2 and all(folders)):
        raise argparse.ArgumentTypeError("must be NAME=F:BUNDLE or NAME=M:BUNDLE, or either with :COMPARATOR")
    return HeldOut(name, sex, tuple(Path(folder) for folder in folders))


def beside_unshifted(shifted: Measured, unshifted: Measured) -> dict[str, Any]:
    """Summaries of both; errors are of patients of whom every image could be read in both.

    more_error[kind]: by how much the error grows, against each reference after least squares: from the same image
    unshifted, or where a comparator is, from the comparator's.
    """
    both = set(shifted.patients) & set(unshifted.patients)
    there, here = (one.only([name in both for name in one.patients]) for one in (shifted, unshifted))
    readable = there.complete & here.complete
    return {
        "patients_readable": int(readable.sum()),
        "shifted": summaries(there, readable=readable),
        "unshifted": summaries(here, readable=readable),
        "more_error": _more_error(there, here, readable) if readable.sum() > 1 else {},
        "left_out": shifted.left_out,
        "doubted": shifted.doubted,
    }


def _more_error(there: Measured, here: Measured, readable: Flags) -> dict[str, Any]:
    weights = resampled(int(readable.sum()))
    found: dict[str, Any] = {}
    for name, (reference, before) in {
        "pet": (there.images["pet"], here.images["pet"]),
        "truth": (there.truth, here.truth),
    }.items():
        if reference is None or before is None:
            continue
        for kind, values in there.images.items():
            if COMPARATOR in there.images and kind == VIRTUAL:
                other, its = there.images[COMPARATOR], reference
            elif kind in here.images and kind != "pet":
                other, its = here.images[kind], before
            else:
                continue
            found.setdefault(kind, {})[name] = error_difference(
                (values[readable], reference[readable]),
                (other[readable], its[readable]),
                scaled=True,
                weights=weights,
            )
    return found
