"""What a translation is: what goes in, where the organ is put, which network, how it is trained, when it is good.

One file of `tasks/` declares one Task; everything else here works on any of them. No torch here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.dicom.read import Header
from inference.volume import Volume, Voxels

Line = NDArray[np.float32]
ELSEWHERE, NEAR, ABNORMAL = 0, 1, 2  # regions of a pair, by how much an error there matters


class NotTranslatable(ValueError):
    """No answer for this image. One sentence: what is wrong with it and what to give instead."""


class NotMeant(NotTranslatable):
    """The task was not made for this kind of image, whatever it shows."""


@dataclass(frozen=True, eq=False)
class Placed:
    """An image as the network of its task sees it.

    image: on the grid of the task, in the units of the source; its affine leads back into the patient.
    scale: the activity that the network calls 1.
    coordinates: where the voxels lie in the organ, along k, j and i; the networks of a task see the first few.
    """

    image: Volume
    scale: float
    coordinates: tuple[Line, Line, Line]


@dataclass(frozen=True, eq=False)
class Pair:
    """One example: an image, what it should become, and where that matters.

    target: float32 [k, j, i] on the grid of `placed`, in units of the network (1 is placed.scale of the source).
    region: uint8 [k, j, i] of ELSEWHERE, NEAR, ABNORMAL.
    """

    patient: str
    placed: Placed
    target: Voxels
    region: NDArray[np.uint8]


@dataclass(frozen=True)
class LeftOut:
    """A patient of a cohort whom the task refuses, and why, in one sentence."""

    patient: str
    reason: str


@dataclass(frozen=True)
class NetworkShape:
    """coordinates: how many of Placed.coordinates the network sees. channels: of its three levels.

    offset_head: beside a factor for each pixel, a term that is added. It can make activity where there was none.
    keeps: what is broader than so many pixels (FWHM of a Gaussian in the plane) stays as it was; 0 keeps nothing.
    """

    coordinates: int = 1
    channels: tuple[int, int, int] = (32, 64, 96)
    offset_head: bool = True
    keeps: float = 0.0


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; `dataclasses.replace` makes another recipe.

    batch: slices. warm_up: share of the steps in which the learning rate rises; then it falls as a cosine to 0.
    elsewhere, near, abnormal: how much an error counts in the regions of a pair.
    oversampling: how much likelier a slice with abnormal voxels is drawn.
    tau, tau_abnormal: quantile that is learned (pinball loss), and that in abnormal voxels: 0.5 is the median; below
    it, too high costs more than too low.
    gradient: weight of errors of in-plane differences.
    rotation, zoom, shift: largest random change in the plane of the slice; radians, share, pixels.
    averaging: decay a step of the average of weights that is kept; 0 keeps the last weights.
    side: pixels of the middle of a slice that are learned from; a multiple of 8.
    """

    batch: int = 16
    learning_rate: float = 2e-3
    weight_decay: float = 1e-3
    warm_up: float = 0.03
    elsewhere: float = 0.25
    near: float = 2.25
    abnormal: float = 6.25
    oversampling: float = 2.0
    tau: float = 0.5
    tau_abnormal: float = 0.5
    gradient: float = 0.5
    rotation: float = 0.10
    zoom: float = 0.06
    shift: float = 3.0
    averaging: float = 0.0
    side: int = 48


@dataclass(frozen=True)
class Acceptance:
    """A figure that a model of the task should reach, between low and high; says: the same in words."""

    figure: str
    says: str
    low: float = float("-inf")
    high: float = float("inf")


@dataclass(frozen=True, eq=False)
class Measurement:
    """How well a model did on the patients of one cohort.

    figures: numbers by name, those of Task.acceptance among them. report: all that was measured, ready for JSON.
    text: the same as Markdown, with what can harm a patient first. limits: sentences that follow from the figures.
    """

    figures: dict[str, float]
    report: dict[str, Any]
    text: str
    limits: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Task:
    """One kind of translation.

    version: changes when a trained network no longer fits what `place` gives it.
    inputs, makes: words for the card. label: what series call the output, e.g. "vPET".
    refuse: why an image is none that the task was made for, or None; the header is None where there is no file.
    place: raises NotTranslatable. placing: version of what `place` rests on elsewhere, such as the finder of the organ:
    another one gives another image, though the networks still fit.
    pairs: the examples of a simulated cohort in the order of its patients, or why a patient is left out; raises
    Unreadable, ValueError.
    measure: compares what a translation makes of the patients of some cohorts, whom the model never saw, with their
    targets and with the simulated truth.
    calibrate: the contrast exponent that validation patients ask for, from their cohorts and from a function that
    gives, for a source, what is made of it with any exponent; None where the scale is absolute.
    limits: what every model of the task cannot do, one sentence each.
    """

    name: str
    title: str
    version: int
    organ: str
    inputs: tuple[str, ...]
    makes: str
    refuse: Callable[[Header | None, Volume], str | None]
    place: Callable[[Volume], Placed]
    network: NetworkShape
    recipe: Recipe
    pairs: Callable[[Path], Iterator[Pair | LeftOut]]
    measure: Callable[[Sequence[Path], Callable[[Volume], Volume]], Measurement]
    calibrate: Callable[[Sequence[Path], Callable[[Volume], Callable[[float], Volume]]], float] | None = None
    placing: int = 0
    label: str = "AI"
    limits: tuple[str, ...] = ()
    acceptance: tuple[Acceptance, ...] = ()
