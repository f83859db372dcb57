"""Published figures that simulated hearts are held against, with what is known of each and the room it is given.

A tolerance was written here before the cohort that it judges was looked at. Confidence: "source" was read in the
publication named; "memory" is quoted without the publication at hand and must be verified before it is cited;
"working target" is an assumption of this project for simulation and no publication at all.
"""

from __future__ import annotations

from dataclasses import dataclass

# Kawakubo 2024, Ann Nucl Med 38:199 (abstract): segments where SPECT differs from 13N-ammonia PET, 40 patients.
PAPER_PATIENTS = 40
PAPER_DIFFERS = {"stress": (1, 6, 8, 9, 10), "rest": (1, 2, 6, 8, 9, 11)}
# The same: where SPECT is scored worse than PET, and virtual PET is not. Segment numbers are from memory.
PAPER_OVERSCORED = (4, 10, 15)

WALLS: dict[str, tuple[int, ...]] = {
    "anterior": (1, 7, 13),
    "septal": (2, 3, 8, 9, 14),
    "inferior": (4, 10, 15),
    "lateral": (5, 6, 11, 12, 16),
    "apex": (17,),
}

_TETROFOSMIN = "35 normals (20 F, 15 M), 99mTc-tetrofosmin stress, Gd-153 source (PubMed 8976501)"
_DEEP_AC = "Shanbhag 2023, J Nucl Med 64:472"
_YANG = "Yang 2021, J Nucl Med 62:1645"
_TARGET = "no publication"


@dataclass(frozen=True)
class Anchor:
    """low to high is published; a figure of ours passes up to `tolerance` beyond. says: what is published."""

    low: float
    high: float
    tolerance: float
    says: str
    source: str
    confidence: str

    def holds(self, value: float) -> bool:
        return self.low - self.tolerance <= value <= self.high + self.tolerance

    @property
    def allowed(self) -> tuple[float, float]:
        return self.low - self.tolerance, self.high + self.tolerance


def _wall(low: float, high: float) -> Anchor:
    return Anchor(low, high, 2.0, f"{low:g} to {high:g}", _TARGET, "working target")


# Mean per cent of the maximum in people without disease; None: both sexes alike.
WALL_TARGETS: dict[tuple[str, str | None], dict[str, Anchor]] = {
    ("spect", "M"): dict(
        zip(WALLS, (_wall(82, 90), _wall(75, 83), _wall(66, 76), _wall(88, 97), _wall(82, 90)), strict=True)
    ),
    ("spect", "F"): dict(
        zip(WALLS, (_wall(78, 86), _wall(78, 85), _wall(76, 84), _wall(88, 96), _wall(80, 88)), strict=True)
    ),
    ("ctac", None): dict(
        zip(WALLS, (_wall(84, 92), _wall(82, 90), _wall(85, 93), _wall(88, 95), _wall(76, 86)), strict=True)
    ),
    ("pet", None): dict(
        zip(WALLS, (_wall(86, 94), _wall(85, 93), _wall(86, 94), _wall(78, 90), _wall(78, 88)), strict=True)
    ),
}

SPREAD_SPECT = Anchor(35.8, 35.8, 10.8, "35.8 ± 10.8", _TETROFOSMIN, "source")
SPREAD_CTAC = Anchor(20.9, 20.9, 3.3, "20.9 ± 3.3", _TETROFOSMIN, "source")
RATIO_MEN = Anchor(0.80, 0.80, 0.05, "about 0.80", _TARGET, "working target")
RATIO_WOMEN = Anchor(0.95, 0.95, 0.05, "about 0.95", _TARGET, "working target")
INFERIOR_CALLED_MEN = Anchor(30, 50, 0, "30 to 50 %", _TARGET, "working target")
SD_SPECT = Anchor(5, 8, 1, "5 to 8", _TARGET, "working target")
SD_PET = Anchor(4, 6, 1, "4 to 6", _TARGET, "working target")
LOWEST_STRESS = Anchor(15, 100, 0, "never below 15", _TARGET, "working target")
LOW_RISK = Anchor(60, 75, 5, "60 to 75 % of a referred cohort", _TARGET, "working target")
NORMALCY_SPECT = Anchor(54.6, 54.6, 15, "54.6 %", _DEEP_AC, "source")
NORMALCY_CTAC = Anchor(75.0, 75.0, 15, "75.0 %", _DEEP_AC, "source")
SPECT_LESS_CTAC = Anchor(-6.1, -6.1, 3, "−6.1 ± 8.1", _YANG, "memory")
SPECT_LESS_CTAC_SD = Anchor(8.1, 8.1, 2, "SD 8.1", _YANG, "memory")
PATTERN = Anchor(13, 17, 0, "the segments of the abstract", "Kawakubo 2024, Ann Nucl Med 38:199", "source")
RICH_SEGMENTS, RICH_PATIENTS = 40, 25
