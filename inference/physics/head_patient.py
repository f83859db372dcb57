"""One simulated head as plain numbers: from these few hundred bytes of JSON every image of it follows.

Pairs are (left, right). Places are LPS millimetres in the template's own frame (`head_shape`).
"""

import math
from dataclasses import asdict, dataclass
from typing import Literal, get_args

import numpy as np

from inference.physics.patient import Sex, Triple

Tracer = Literal["perfusion", "dat"]
Pair = tuple[float, float]
Four = tuple[float, float, float, float]
LesionKind = Literal["territorial", "focal"]

TRACERS: tuple[Tracer, ...] = get_args(Tracer)
# How far one scanner's factors differ from head to head (sd): drift of a CT between its daily checks, which allow
# water 0.4 to 0.7 % of error, and noise of a scatter estimate that was smoothed over a whole head.
CT_DRIFT, SCATTER_DRIFT = 0.003, 0.01
# Where a stroke lies: middle, middle posterior, anterior and posterior cerebral artery, seen from the left.
_TERRITORIES: tuple[tuple[Triple, Triple], ...] = (
    ((48.0, -22.0, 18.0), (30.0, 36.0, 34.0)),
    ((50.0, 24.0, 14.0), (30.0, 34.0, 34.0)),
    ((16.0, -52.0, 34.0), (20.0, 40.0, 34.0)),
    ((24.0, 66.0, 4.0), (26.0, 28.0, 30.0)),
)


@dataclass(frozen=True)
class Skull:
    """Bone of `attenuation` (1/mm) and `thickness_mm`, skin outside it, air inside it."""

    thickness_mm: float
    attenuation: float
    scalp_mm: float
    mastoid_attenuation: float
    sinus_size: float


@dataclass(frozen=True)
class Shape:
    """`size` stretches the template along its axes; `folds` are the phases of the cortex' waves, (left, right)."""

    size: Triple
    cortex_mm: float
    fold_depth: float
    folds: tuple[Triple, Triple]
    ventricle_size: float
    nuclei_shift_mm: Triple


@dataclass(frozen=True)
class Uptake:
    """Relative to normal grey matter; `putamen_tail` relative to the putamen's head; `lobes` as in `LOBES`."""

    white: float
    fluid: float
    scalp: float
    glands: float
    cerebellum: Pair
    thalamus: Pair
    caudate: Pair
    putamen: Pair
    putamen_tail: Pair
    lobes: tuple[Four, Four]


@dataclass(frozen=True)
class BrainLesion:
    """An ellipsoid that has lost the fraction `loss` of its uptake; all of one person's are on one side."""

    kind: LesionKind
    centre_mm: Triple
    radii_mm: Triple
    loss: float


@dataclass(frozen=True)
class Pose:
    """Nod, tilt and turn (about +x, +y, +z, in degrees) and place of the head in the scanner."""

    turn_deg: Triple
    shift_mm: Triple


@dataclass(frozen=True)
class Calibration:
    """What one scanner does wrong to every head: factors of the attenuation that its CT states, and of its estimate
    of scatter."""

    ct: float = 1.0
    scatter: float = 1.0


@dataclass(frozen=True)
class HeadScan:
    """`counts` expected in all views. The CT was made of the head after it had moved by `ct_moved`;
    its attenuation is wrong by the factor `ct_scale`, the scatter estimate by `scatter_scale`: the scanner's
    calibration, and a little that differs from head to head."""

    counts: float
    ct_moved: Pose
    ct_scale: float
    scatter_scale: float


@dataclass(frozen=True)
class HeadPatient:
    sex: Sex
    tracer: Tracer
    skull: Skull
    shape: Shape
    pose: Pose
    uptake: Uptake
    lesions: tuple[BrainLesion, ...]
    scan: HeadScan

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def mean_head(tracer: Tracer) -> HeadPatient:
    """The template: every quantity at the middle of what `sample_head` draws, both sides alike, healthy."""
    dat = tracer == "dat"
    return HeadPatient(
        sex="F",
        tracer=tracer,
        skull=Skull(6.5, 0.0225, 5.5, 0.010, 1.0),
        shape=Shape((1.0, 1.0, 1.0), 10.0, 0.3, ((0.0, 2.0, 4.0),) * 2, 1.0, (0.0, 0.0, 0.0)),
        pose=Pose((0.0, 0.0, 0.0), (0.0, 0.0, -8.0)),
        uptake=Uptake(
            white=0.8 if dat else 0.3,
            fluid=0.05,
            scalp=0.3 if dat else 0.12,
            glands=1.2 if dat else 0.5,
            cerebellum=(0.95, 0.95) if dat else (1.02, 1.02),
            thalamus=(1.3, 1.3) if dat else (1.0, 1.0),
            caudate=(6.0, 6.0) if dat else (1.0, 1.0),
            putamen=(6.0, 6.0) if dat else (1.05, 1.05),
            putamen_tail=(1.0, 1.0),
            lobes=((1.0, 1.0, 1.0, 1.0),) * 2,
        ),
        lesions=(),
        scan=HeadScan(3.0e6 if dat else 6.0e6, Pose((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)), 1.0, 1.0),
    )


def sample_head(rng: np.random.Generator, *, tracer: Tracer, calibration: Calibration) -> HeadPatient:
    """Draw a head and how a scanner of this calibration sees it.

    Perfusion: 3 in 5 have lesions. Dopamine transporter: 3 in 5 have lost putamen, unevenly.
    """
    mean = mean_head(tracer)
    sex: Sex = "M" if rng.random() < 0.5 else "F"
    return HeadPatient(
        sex=sex,
        tracer=tracer,
        skull=_sample_skull(rng),
        shape=_sample_shape(rng, sex=sex),
        pose=Pose(
            turn_deg=_triple(rng, (6.0, 3.0, 4.0)),
            shift_mm=_plus(mean.pose.shift_mm, _triple(rng, (5.0, 6.0, 4.0))),
        ),
        uptake=_sample_dat(rng) if tracer == "dat" else _sample_perfusion(rng),
        lesions=() if tracer == "dat" else _sample_lesions(rng),
        scan=HeadScan(
            counts=float(rng.lognormal(math.log(mean.scan.counts), 0.25)),
            ct_moved=Pose(_triple(rng, (1.0, 1.0, 1.0)), _triple(rng, (1.5, 1.5, 1.5))),
            ct_scale=calibration.ct * float(rng.normal(1.0, CT_DRIFT)),
            scatter_scale=calibration.scatter * float(rng.normal(1.0, SCATTER_DRIFT)),
        ),
    )


def _sample_skull(rng: np.random.Generator) -> Skull:
    return Skull(
        thickness_mm=rng.uniform(4.5, 8.5),
        attenuation=rng.uniform(0.0195, 0.0255),
        scalp_mm=rng.uniform(3.5, 7.5),
        mastoid_attenuation=rng.uniform(0.006, 0.014),
        sinus_size=rng.uniform(0.7, 1.3),
    )


def _sample_shape(rng: np.random.Generator, *, sex: Sex) -> Shape:
    whole = (1.02 if sex == "M" else 0.97) * rng.normal(1.0, 0.025)
    wide, long, high = (float(np.clip(whole * rng.normal(1.0, 0.025), 0.88, 1.12)) for _ in range(3))
    # Both hemispheres fold alike but not the same.
    shared = rng.uniform(0, 2 * math.pi, 3)
    left, right = (_as_triple(shared + rng.normal(0, 0.5, 3)) for _ in range(2))
    return Shape(
        size=(wide, long, high),
        cortex_mm=rng.uniform(8.5, 11.5),
        fold_depth=rng.uniform(0.2, 0.4),
        folds=(left, right),
        ventricle_size=float(np.clip(rng.lognormal(0.0, 0.2), 0.7, 1.6)),
        nuclei_shift_mm=_triple(rng, (0.7, 1.2, 1.2)),
    )


def _sample_perfusion(rng: np.random.Generator) -> Uptake:
    nuclei = rng.normal(1.0, 0.06, 3)
    return Uptake(
        white=rng.uniform(0.25, 0.36),
        fluid=rng.uniform(0.03, 0.07),
        scalp=rng.uniform(0.06, 0.18),
        glands=rng.uniform(0.2, 0.9),
        cerebellum=_pair(rng, rng.normal(1.02, 0.06), 0.02),
        thalamus=_pair(rng, nuclei[0], 0.02),
        caudate=_pair(rng, nuclei[1], 0.02),
        putamen=_pair(rng, 1.05 * nuclei[2], 0.02),
        putamen_tail=(1.0, 1.0),
        lobes=_sample_lobes(rng),
    )


def _sample_dat(rng: np.random.Generator) -> Uptake:
    """Striatum 5 to 8 times the background in health; disease starts in the tail of one putamen."""
    healthy = rng.uniform(5.0, 8.0)
    caudate, putamen, tail = np.full(2, healthy), np.full(2, healthy * rng.normal(1.0, 0.04)), np.ones(2)
    if rng.random() < 0.6:
        worse = int(rng.integers(2))
        severity = np.empty(2)
        severity[worse] = rng.uniform(0.35, 1.0)
        severity[1 - worse] = severity[worse] * rng.uniform(0.35, 0.95)
        caudate, putamen, tail = (
            caudate * (1 - 0.35 * severity),
            putamen * (1 - 0.6 * severity),
            tail - 0.5 * severity,
        )
    even = rng.normal(1.0, 0.02, (2, 2))
    return Uptake(
        white=rng.uniform(0.7, 0.9),
        fluid=rng.uniform(0.03, 0.1),
        scalp=rng.uniform(0.15, 0.45),
        glands=rng.uniform(0.6, 2.0),
        cerebellum=_pair(rng, rng.normal(0.95, 0.05), 0.02),
        thalamus=_pair(rng, rng.normal(1.3, 0.1), 0.02),
        caudate=_as_pair(caudate * even[0]),
        putamen=_as_pair(putamen * even[1]),
        putamen_tail=_as_pair(tail),
        lobes=_sample_lobes(rng),
    )


def _sample_lobes(rng: np.random.Generator) -> tuple[Four, Four]:
    shared = rng.normal(1.0, 0.03, 4)
    left, right = (tuple(float(v) for v in shared * rng.normal(1.0, 0.015, 4)) for _ in range(2))
    return (left[0], left[1], left[2], left[3]), (right[0], right[1], right[2], right[3])


def _sample_lesions(rng: np.random.Generator) -> tuple[BrainLesion, ...]:
    count = int(rng.choice(3, p=[0.4, 0.35, 0.25]))
    # One side only: the other is what a lesion is compared with.
    side = 1.0 if rng.random() < 0.5 else -1.0
    return tuple(_sample_lesion(rng, side) for _ in range(count))


def _sample_lesion(rng: np.random.Generator, side: float) -> BrainLesion:
    centre, radii = _TERRITORIES[int(rng.integers(len(_TERRITORIES)))]
    if rng.random() < 0.5:
        place = _plus(centre, _triple(rng, (3.0, 5.0, 5.0)))
        extent = _as_triple(np.array(radii) * rng.uniform(0.65, 1.0))
        kind: LesionKind = "territorial"
    else:
        away = rng.uniform(-0.6, 0.6, 3) * np.array(radii)
        place, extent = _plus(centre, _as_triple(away)), (float(rng.uniform(9, 16)),) * 3
        kind = "focal"
    place = (side * max(place[0], extent[0] * 0.7), place[1], place[2])
    return BrainLesion(kind, place, extent, loss=rng.uniform(0.25, 0.85))


def _pair(rng: np.random.Generator, middle: float, spread: float) -> Pair:
    return _as_pair(middle * rng.normal(1.0, spread, 2))


def _triple(rng: np.random.Generator, spreads: Triple) -> Triple:
    return _as_triple(rng.normal(0.0, spreads))


def _plus(first: Triple, second: Triple) -> Triple:
    return _as_triple(np.add(first, second))


def _as_triple(values: np.ndarray) -> Triple:
    return float(values[0]), float(values[1]), float(values[2])


def _as_pair(values: np.ndarray) -> Pair:
    return float(values[0]), float(values[1])
