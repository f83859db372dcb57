"""`python -m inference evaluate finder`: is the left ventricle found where it is, or at least doubted where not?

A ventricle is misplaced, which is the finder's failure, if any of these holds:

- its axis at mid height is more than 8 mm from the true one: two voxels, and most of the 10 mm of the wall, within
  which the sampler looks for it on either side;
- its apex is more than 10 mm off along the axis: the thickness of the wall, so that the cap is not the cap;
- its base is more than 15 mm off: more than half of the basal third of a usual ventricle.

These limits were set before anything was measured; within half of each it is well placed, which is what the finder's
confidence predicts. Told apart from them: its values are off if any of the 17 differs by more than 10 points from those
of the same image sampled on the true frame, half of the 20 points between two scores of the guideline's thresholds.
Half of the limits, and that values do not count as place, were decided on development hearts (seed 11).

A misplaced ventricle without a flag is silent, the failure that matters; a right one with a flag is a false alarm,
which costs a person a look.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

import inference.heart
from inference.asked import not_negative
from inference.evaluation.writing import NotAReport, csv_text, json_text, rounded, write_report
from inference.heart.confidence import CONSTANTS
from inference.heart.neutral import neutral_volume
from inference.heart.polar import polar_map
from inference.heart.sampling import TRACING_VERSION
from inference.heart.segments import segment_values
from inference.heart.ventricle import LeftVentricle, VentricleNotFound, find_left_ventricle
from inference.objects import digest_of

AXIS_MM, APEX_MM, BASE_MM, POINTS = 8.0, 10.0, 15.0, 10.0
_WELL = 0.5  # of the limits
_COLUMNS = (
    "person",
    "state",
    "defect",
    "organ",
    "activity",
    "off_centre_mm",
    "outcome",
    "well_placed",
    "confidence",
    "axis_mm",
    "apex_mm",
    "base_mm",
    "points",
    "values_off",
    "segment",
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("finder", help="simulated hearts: is the ventricle found, or else doubted")
    parser.add_argument("--hearts", type=int, required=True, help="an even number: two studies a person")
    parser.add_argument("--seed", type=not_negative, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder of the report")
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="FOLDER",
        help="keep measured hearts there, so that a stopped run goes on",
    )
    parser.add_argument("--jobs", type=int, help="processes; default: every core")
    parser.add_argument(
        "--calibrate", action="store_true", help="also fit the constants of confidence to these hearts"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Hearts kept by another version of the simulator or of the finder are refused, never used."""
    from inference.cohort.plan import VERSION  # noqa: PLC0415
    from inference.cohort.pool import DifferentCohort, claim, cores, simulated  # noqa: PLC0415
    from inference.evaluation.finder_report import as_markdown, confidence_figure, summary  # noqa: PLC0415

    started = time.process_time()
    people, out = arguments.hearts // 2, arguments.out
    jobs = cores() if arguments.jobs is None else arguments.jobs
    if people < 1 or arguments.hearts % 2 or jobs < 1:
        print("--hearts must be even and at least 2, --jobs at least 1", file=sys.stderr)
        return 2
    try:
        with TemporaryDirectory() if arguments.keep is None else nullcontext(arguments.keep) as folder:
            kept = Path(folder)
            claim(kept, {"finder": code_digest(), "seed": arguments.seed, "version": VERSION})
            make = partial(measure_person, seed=arguments.seed, folder=kept)
            todo = simulated(
                range(people), make=make, there=lambda index: _file(kept, index).is_file(), jobs=jobs
            )
            for number, _ in enumerate(todo, start=1):
                print(f"{number}/{people}", flush=True)
            hearts = [heart for index in range(people) for heart in _read(kept, index)]
        data = rounded(
            {"simulated": True, "tracing": TRACING_VERSION, "seed": arguments.seed, **summary(hearts)}
        )
        tables = {"hearts.csv": csv_text(_COLUMNS, [[heart[name] for name in _COLUMNS] for heart in hearts])}
        if arguments.calibrate:
            from inference.evaluation.finder_calibration import calibrated  # noqa: PLC0415

            tables["confidence.json"] = json_text(calibrated(hearts, seed=arguments.seed))
        write_report(
            out,
            name="finder",
            data=data,
            text=as_markdown(data),
            tables=tables,
            figures={"confidence.svg": confidence_figure(data)},
            started=started,
        )
    except (DifferentCohort, NotAReport) as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        goes_on = "" if arguments.keep is None else "; the same command goes on from here"
        print(f"stopped{goes_on}", file=sys.stderr)
        return 130
    print(out / "report.md")
    return 0


def code_digest() -> str:
    """Stands for everything but the simulator's version that decides what is measured in a simulated heart."""
    heart, here = Path(inference.heart.__file__).parent, Path(__file__).parent
    files = [*sorted(heart.glob("*.py")), CONSTANTS, here / "finder.py", here / "finder_cases.py"]
    return digest_of(b"".join(path.read_bytes() for path in files))


def measure_person(index: int, *, seed: int, folder: Path) -> float:
    """Simulates both studies of a person, looks for their ventricles and writes what was found; returns seconds."""
    from inference.cohort.pool import write_json  # noqa: PLC0415
    from inference.evaluation.finder_cases import simulate, subject  # noqa: PLC0415

    started = time.monotonic()
    person = subject(seed=seed, index=index)
    hearts = []
    for state, heart in simulate(person, seed=seed, index=index).items():
        described = {"person": index, "state": state, **person.as_json(state)}
        try:
            found = find_left_ventricle(heart.volume)
        except VentricleNotFound:
            hearts.append({**described, **REFUSED})
            continue
        true = at(found, heart.apex_mm, heart.base_mm, heart.radius_mm)
        values = [segment_values(polar_map(neutral_volume(heart.volume, one))) for one in (found, true)]
        hearts.append({**described, **judged(found, true, values[0] - values[1])})
    write_json(_file(folder, index), hearts)
    return time.monotonic() - started


def at(
    found: LeftVentricle, apex_mm: NDArray[np.float64], base_mm: NDArray[np.float64], radius_mm: float
) -> LeftVentricle:
    """The same ventricle placed by someone else."""
    length = float(np.linalg.norm(base_mm - apex_mm))
    return replace(found, apex_mm=apex_mm, base_mm=base_mm, radius_mm=radius_mm, length_mm=length)


# Said loudly: no values, no picture.
REFUSED: dict[str, Any] = {
    "outcome": "wrong and flagged",
    "well_placed": False,
    "confidence": 0.0,
    "flags": ["not_found"],
    "evidence": None,
    "axis_mm": "",
    "apex_mm": "",
    "base_mm": "",
    "points": "",
    "values_off": True,
    "only_segment_17": False,
    "segment": "",
}


def judged(found: LeftVentricle, true: LeftVentricle, errors: NDArray[np.float64]) -> dict[str, Any]:
    """Errors and outcome of one heart; apex and base are positive towards the base. errors: of the 17 values."""
    along = (found.base_mm - found.apex_mm) / found.length_mm
    middle = (true.apex_mm + true.base_mm) / 2 - found.apex_mm
    axis = float(np.linalg.norm(middle - (middle @ along) * along))
    truly_along = (true.base_mm - true.apex_mm) / true.length_mm
    apex = float((found.apex_mm - true.apex_mm) @ truly_along)
    base = float((found.base_mm - true.base_mm) @ truly_along)
    points = float(np.abs(errors).max())
    worst = max(axis / AXIS_MM, abs(apex) / APEX_MM, abs(base) / BASE_MM)
    return {
        "outcome": outcome(wrong=worst > 1, flags=found.flags),
        "well_placed": worst <= _WELL,
        "confidence": round(found.confidence, 4),
        "flags": list(found.flags),
        "evidence": [float(value) for value in found.evidence.as_row()],
        "axis_mm": round(axis, 2),
        "apex_mm": round(apex, 2),
        "base_mm": round(base, 2),
        "points": round(points, 2),
        "values_off": points > POINTS,
        "only_segment_17": bool(np.abs(errors[:16]).max() <= POINTS),
        "segment": int(np.abs(errors).argmax()) + 1,
    }


def outcome(*, wrong: bool, flags: Sequence[str]) -> str:
    if wrong:
        return "wrong and flagged" if flags else "wrong and silent"
    return "right but flagged" if flags else "right"


def _file(folder: Path, index: int) -> Path:
    return folder / f"{index:05d}.json"


def _read(folder: Path, index: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_file(folder, index).read_text(encoding="utf-8"))
    return found
