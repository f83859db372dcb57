"""Rehearsal: the power of an endpoint, by simulation. Pure: numpy and scipy, no Django.

What is simulated, in units of the score:

- **Truth.** A case is abnormal with probability ``prevalence``; then each segment is abnormal with probability
  ``extent``, and as severe as ``severity`` with a normal spread ``severity_spread``; otherwise the segment is 0.
- **A reader's read** of a reading (an arm, or a step of one): truth, plus the reader's bias, plus, in the
  attenuated segments, the bias of the reading times how strongly this case attenuates (mean 1, standard deviation
  1/2, not below 0), plus how this reader sees this segment in every reading, plus the noise of the reading. The score
  is the nearest whole number from 0 to the highest score.
- **Standard of reference.** Each reader's own read of the reference arm, or the median of all.

**Test.** For each case and reader both readings are held against the reference (agreement in %, or Cohen's kappa
with linear weights over segments), or the sums of the two are compared. The difference is averaged over readers; its
interval is the jackknife over cases with Student's t. Cases are a sample, readers are taken as these readers, as the
report takes them. The endpoint is met if the interval of confidence ``1 - alpha`` lies where the test wants it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

FloatArray = npt.NDArray[np.float64]
Scores = npt.NDArray[np.int8]
# About two seconds of one core, however large the study is.
DRAWS = 20_000_000
MOST_REPLICATES = 1000
BETTER_IF_HIGHER = ("segment_agreement", "weighted_kappa")
READ_BY_NOBODY = "voxel_uptake"


@dataclass(frozen=True)
class Target:
    """An endpoint as the charter says it (charter_endpoints.Endpoint); superiority has the margin 0."""

    measure: str
    compare: tuple[str, str]
    test: str
    against: str | None
    margin: float
    alpha: float


@dataclass(frozen=True)
class Model:
    """See above. bias, noise: of each reading. readers_per_case: None where all read each case."""

    segments: int
    attenuated: tuple[int, ...]
    highest: int
    prevalence: float
    extent: float
    severity: float
    severity_spread: float
    reader_bias: float
    reader_segment: float
    bias: Mapping[str, float]
    noise: Mapping[str, float]
    panel: bool = False
    readers_per_case: int | None = None
    uptake_difference: float = 0.0
    uptake_spread: float = 1.0


@dataclass(frozen=True)
class Power:
    """
    power
        Share of the simulated studies that met the endpoint; interval: Wilson, 95 %, of the simulation alone.
    reversed
        Of superiority: share in which the other arm was significantly better.
    effect, half_width
        Mean difference, and mean half width of its interval, in units of the measure.
    """

    power: float
    error: float
    interval: tuple[float, float]
    reversed: float | None
    effect: float
    half_width: float
    replicates: int


def replicates_within_reach(*, cases: int, readers: int, segments: int, endpoints: int) -> int:
    """How many studies can be simulated for each of the endpoints while somebody waits."""
    return max(
        2, 10 // endpoints, min(MOST_REPLICATES, DRAWS // (cases * readers * segments * 4 * endpoints))
    )


def power(target: Target, model: Model, *, cases: int, readers: int, seed: int, replicates: int) -> Power:
    """Met or not in each of the simulated studies; the same seed gives the same answer."""
    random = np.random.default_rng(seed)
    differences = np.empty(replicates)
    halves = np.empty(replicates)
    for replicate in range(replicates):
        if target.measure == READ_BY_NOBODY:
            spread = random.normal(model.uptake_difference, model.uptake_spread, cases)
            estimate, jackknifed = float(spread.mean()), _without_each(spread)
        else:
            estimate, jackknifed = _study(target, model, cases=cases, readers=readers, random=random)
        error = math.sqrt((cases - 1) / cases * float(((jackknifed - jackknifed.mean()) ** 2).sum()))
        differences[replicate] = estimate
        halves[replicate] = float(stats.t.ppf(1 - target.alpha / 2, cases - 1)) * error
    met, opposite = _met(target, differences - halves, differences + halves)
    share = float(met.mean())
    bounds = stats.binomtest(int(met.sum()), replicates).proportion_ci(method="wilson")
    return Power(
        power=share,
        error=math.sqrt(share * (1 - share) / replicates),
        interval=(float(bounds.low), float(bounds.high)),
        reversed=None if opposite is None else float(opposite.mean()),
        effect=float(differences.mean()),
        half_width=float(halves.mean()),
        replicates=replicates,
    )


def _readings(target: Target) -> tuple[str, ...]:
    return target.compare if target.against is None else (*target.compare, target.against)


def _met(
    target: Target, low: FloatArray, high: FloatArray
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_] | None]:
    """In which studies the endpoint is met, and of superiority in which the opposite is shown.

    Of the measures of agreement more is better; of a distance from a third arm less is; of a plain difference of
    two arms superiority wants any difference, and non-inferiority one that is not above the margin.
    """
    if target.test == "equivalence":
        return (low > -target.margin) & (high < target.margin), None
    if target.measure in BETTER_IF_HIGHER:
        better, worse = low, high
    else:
        better, worse = -high, -low
    if target.test == "noninferiority":
        return better > -target.margin, None
    if target.measure not in BETTER_IF_HIGHER and target.against is None:
        return (low > 0) | (high < 0), None
    return better > 0, worse < 0


def _study(
    target: Target, model: Model, *, cases: int, readers: int, random: np.random.Generator
) -> tuple[float, FloatArray]:
    """The difference in one simulated study, and the difference without each of its cases."""
    scores = _scores(_readings(target), model, cases=cases, readers=readers, random=random)
    read = _who_reads(model, cases=cases, readers=readers, random=random)
    tested, other = target.compare
    reference = scores[target.against or other]
    if target.against is not None and model.panel:
        whose = np.where(read.T[:, :, None], reference, np.nan)
        reference = np.broadcast_to(np.nanmedian(whose, axis=0).round().astype(np.int8), reference.shape)
    if target.measure == "weighted_kappa":
        values = [_kappas(scores[arm], reference, read, model.highest) for arm in (tested, other)]
        difference = (values[0] - values[1]).mean(axis=1)
        return float(difference[0]), difference[1:]
    if target.measure == "segment_agreement":
        per_case = [100 * (scores[arm] == reference).mean(axis=2) for arm in (tested, other)]
    else:
        sums = [scores[arm].sum(axis=2, dtype=np.float64) for arm in (tested, other)]
        standard = reference.sum(axis=2, dtype=np.float64)
        per_case = sums if target.against is None else [abs(each - standard) for each in sums]
    return _mean_over_readers((per_case[0] - per_case[1]).T, read)


def _scores(
    readings: tuple[str, ...], model: Model, *, cases: int, readers: int, random: np.random.Generator
) -> dict[str, Scores]:
    """reading -> scores (reader, case, segment)."""
    here = (cases, model.segments)
    abnormal = (random.random((cases, 1)) < model.prevalence) & (random.random(here) < model.extent)
    truth = abnormal * (model.severity + model.severity_spread * random.standard_normal(here))
    attenuation = np.zeros(here)
    attenuation[:, [segment - 1 for segment in model.attenuated]] = np.maximum(
        1 + 0.5 * random.standard_normal((cases, 1)), 0
    )
    everywhere = (readers, *here)
    seen = truth + model.reader_bias * random.standard_normal((readers, 1, 1))
    own = np.float32(model.reader_segment) * random.standard_normal(everywhere, dtype=np.float32)
    own += seen.astype(np.float32)
    scores = {}
    for reading in readings:
        latent = np.float32(model.noise[reading]) * random.standard_normal(everywhere, dtype=np.float32)
        latent += own
        latent += (model.bias[reading] * attenuation).astype(np.float32)
        scores[reading] = np.clip(np.rint(latent), 0, model.highest).astype(np.int8)
    return scores


def _who_reads(
    model: Model, *, cases: int, readers: int, random: np.random.Generator
) -> npt.NDArray[np.bool_]:
    """(case, reader); each case by as many readers as the design says, who take turns."""
    each = model.readers_per_case or readers
    ring = random.permutation(readers)
    read = np.zeros((cases, readers), dtype=bool)
    places = (np.arange(cases)[:, None] * each + np.arange(each)) % readers
    read[np.arange(cases)[:, None], ring[places]] = True
    return read


def _without_each(values: FloatArray) -> FloatArray:
    return (values.sum() - values) / (len(values) - 1)


def _mean_over_readers(values: FloatArray, read: npt.NDArray[np.bool_]) -> tuple[float, FloatArray]:
    """values, read: (case, reader). Mean over cases of each reader, then over readers; and without each case."""
    held = np.where(read, values, 0)
    total, count = held.sum(axis=0), read.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        without = (total - held) / (count - read)
        return float(np.nanmean(total / count)), np.nanmean(without, axis=1)


def _kappas(scores: Scores, reference: Scores, read: npt.NDArray[np.bool_], highest: int) -> FloatArray:
    """Kappa with linear weights over segments: (all cases, then without each case; reader)."""
    categories = np.arange(highest + 1, dtype=np.int8)
    mask = read.T[:, :, None]
    here = (scores[..., None] == categories).sum(axis=2) * mask  # (reader, case, category)
    there = (reference[..., None] == categories).sum(axis=2) * mask
    apart = abs(scores - reference).sum(axis=2, dtype=np.float64) * read.T
    segments = read.T * scores.shape[2]
    distance = np.asarray(abs(categories[:, None] - categories), dtype=np.float64)

    def left(sums: FloatArray) -> FloatArray:
        whole = sums.sum(axis=1, keepdims=True, dtype=np.float64)
        return np.concatenate([whole, whole - sums], axis=1)

    by_chance = ((left(here) @ distance) * left(there)).sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        kappas: FloatArray = (1 - left(apart) * left(segments) / by_chance).T
    return np.nan_to_num(kappas, nan=1.0)
