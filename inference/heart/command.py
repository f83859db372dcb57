"""`python -m inference quantify FILES…`: 17 values and scores of short-axis studies, and what to doubt."""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from inference.asked import Given, files_of, in_words, passed_over
from inference.dicom.read import Header, Unreadable, read_header, read_volume
from inference.heart.neutral import neutral_volume
from inference.heart.polar import in_per_cent, wall_of
from inference.heart.scores import NAMED, BadThresholds, Thresholds, difference, summed, thresholds_of
from inference.heart.segments import SEGMENT_NAMES, segment_values
from inference.heart.ventricle import VentricleNotFound, find_left_ventricle
from inference.volume import Kind

# What a file of another kind is refused with; what else is wrong with an image is a failure wherever it lay.
_OTHER_KINDS = {
    "not_dicom",
    "sop_class",
    "not_reconstructed",
    "gated",
    "transmission",
    "uncertainty",
    "not_short_axis",
    "transaxial",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "quantify",
        description="Values are per cent of the left ventricle's own maximum (the 99th percentile of its polar map). "
        "Scores run from 0 (normal) to 4 (no uptake); SSS, SRS and SDS are their sums at stress, at rest and of the "
        "difference, 68 at most. Stress is compared with rest of the same patient and the same kind of image. What "
        "lies in a folder and is no short-axis image of a heart (notes, projections, gated images, uncertainty) is "
        "passed over and counted; a file that is named itself must be of use. Ends with 1 if one could not be "
        "quantified.",
    )
    parser.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="short-axis NM files, PT slices of one series, or folders with them",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of tables")
    parser.add_argument(
        "--thresholds",
        default="guideline",
        metavar="NAME|FILE",
        help=f"cutoffs of the scores in per cent: {', '.join(NAMED)}, or a TOML file with name, version and cutoffs; "
        "default: guideline",
    )
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class _Study:
    """One NM file or the files of one PT series; header: why not, for what is no DICOM file."""

    files: tuple[Given, ...]
    header: Header | Unreadable

    @property
    def name(self) -> str:
        first = self.files[0].path
        return str(first if len(self.files) == 1 else first.parent)

    @property
    def asked_for(self) -> bool:
        """Whether one of the files was named itself."""
        return any(given.below is None for given in self.files)


@dataclass(frozen=True)
class _Quantified:
    name: str
    header: Header
    result: dict[str, Any]


def run(arguments: argparse.Namespace) -> int:
    """Prints one result a study, then one for each pair of stress and rest; 1 if nothing was, or any could not be."""
    try:
        thresholds = thresholds_of(arguments.thresholds)
    except BadThresholds as reason:
        print(reason, file=sys.stderr)
        return 2
    refused = False
    quantified = []
    others: dict[str, list[Path]] = defaultdict(list)
    for study in _studies(files_of(arguments.files)):
        try:
            if isinstance(study.header, Unreadable):
                raise study.header
            result = quantify([given.path.read_bytes() for given in study.files], thresholds=thresholds)
        except (Unreadable, VentricleNotFound, OSError) as reason:
            if isinstance(reason, Unreadable) and reason.code in _OTHER_KINDS and not study.asked_for:
                others[reason.message].extend(given.path for given in study.files)
                continue
            words = in_words(reason) if isinstance(reason, OSError) else f"{study.name}: {reason}"
            print(words, file=sys.stderr)
            refused = True
            continue
        quantified.append(_Quantified(study.name, study.header, result))
        print(_json({"file": study.name, **result}) if arguments.json else _table(study.name, result))
    for stress, rest in _pairs(quantified):
        pair = compare(stress.result, rest.result)
        files = {"stress": stress.name, "rest": rest.name}
        print(_json({**files, **pair}) if arguments.json else _comparison(files, pair))
    if others:
        print(passed_over(others), file=sys.stderr)
    if not quantified and not refused:
        print(
            "Nothing that could be quantified: give short-axis images of hearts, NM or PT.", file=sys.stderr
        )
    return 1 if refused or not quantified else 0


def quantify(files: Sequence[bytes], *, thresholds: Thresholds = NAMED["guideline"]) -> dict[str, Any]:
    """State, modality, 17 values in % of maximum and their scores, size of the ventricle, confidence and flags.

    contour_mm [24, 72]: from where a ray begins to the middle of the wall. Raises Unreadable, VentricleNotFound.
    """
    header = read_header(files[0])
    if header.uncertainty:
        raise Unreadable("uncertainty", "This is the uncertainty of an image; give the image beside it.")
    volume = read_volume(files)
    if volume.kind is not Kind.SHORT_AXIS:
        raise Unreadable("transaxial", "This image is transaxial; give the short-axis image made from it.")
    lv = find_left_ventricle(volume)
    wall = wall_of(neutral_volume(volume, lv))
    values = segment_values(in_per_cent(wall.activity))
    scores = thresholds.scores(values)
    sums = summed(scores)
    return {
        "modality": header.modality,
        "state": header.state,
        "state_source": header.state_source,
        "ai_generated": header.ai_generated,
        "attenuation_corrected": header.attenuation_corrected,
        "corrected": list(header.corrected),
        "segments": [round(float(v), 1) for v in values],
        "thresholds": {"name": thresholds.name, "version": thresholds.version},
        "scores": scores.tolist(),
        "summed": sums.total,
        "summed_percent": round(sums.percent, 1),
        "territories": sums.territories,
        "length_mm": round(lv.length_mm, 1),
        "radius_mm": round(lv.radius_mm, 1),
        "confidence": round(lv.confidence, 3),
        "flags": [*volume.flags, *lv.flags],
        "contour_mm": wall.distance_mm.astype(float).round(1).tolist(),
    }


def compare(stress: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """SSS, SRS and SDS of two results of `quantify` with the same thresholds."""
    found = difference(np.array(stress["scores"]), np.array(rest["scores"]))
    return {
        "thresholds": stress["thresholds"],
        "ai_generated": stress["ai_generated"],
        "SSS": stress["summed"],
        "SRS": rest["summed"],
        "SDS": found.summed.total,
        "SDS_without_segments_worse_at_rest": found.positive_total,
        "segments_worse_at_rest": list(found.reversed_segments),
        "difference": list(found.scores),
        "territories": found.summed.territories,
    }


def _pairs(quantified: Sequence[_Quantified]) -> Iterator[tuple[_Quantified, _Quantified]]:
    """Stress and rest of one patient, of one kind of image; said and left out where it is not clear which."""
    kinds: dict[tuple[object, ...], dict[str | None, list[_Quantified]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for one in quantified:
        header = one.header
        kind = (
            header.patient_id,
            header.modality,
            header.ai_generated,
            header.attenuation_corrected,
            header.corrected,
        )
        kinds[kind][header.state].append(one)
    for states in kinds.values():
        stress, rest = states["stress"], states["rest"]
        if len(stress) == len(rest) == 1:
            yield stress[0], rest[0]
        elif stress and rest:
            names = ", ".join(one.name for one in (*stress, *rest))
            print(
                f"no difference score: more than one stress or rest of a kind among {names}", file=sys.stderr
            )


def _json(result: dict[str, Any]) -> str:
    return json.dumps(result, ensure_ascii=False)


def _studies(files: Iterator[Given]) -> Iterator[_Study]:
    """NM files one by one, then PT files by series."""
    series: dict[str, list[Given]] = defaultdict(list)
    headers: dict[str, Header] = {}
    for given in files:
        try:
            header = read_header(given.path.read_bytes())
        except Unreadable as reason:
            yield _Study((given,), reason)
        except OSError as problem:
            yield _Study((given,), Unreadable("missing", (problem.strerror or str(problem)).lower()))
        else:
            if header.modality == "PT":
                series[header.series_uid].append(given)
                headers.setdefault(header.series_uid, header)
            else:
                yield _Study((given,), header)
    for uid, slices in series.items():
        yield _Study(tuple(slices), headers[uid])


def _table(name: str, result: dict[str, Any]) -> str:
    lines = [f"{name}: {result['modality']} {result['state'] or 'state unknown'}, {_kind(result)}"]
    values = zip(SEGMENT_NAMES, result["segments"], result["scores"], strict=True)
    lines += [
        f"  {n:2d} {label:22s} {value:6.1f} %  score {score}"
        for n, (label, value, score) in enumerate(values, 1)
    ]
    lines += [
        f"  summed score {result['summed']} ({result['summed_percent']} % of the worst), "
        f"{_territories(result)}; {_named(result)}",
        f"  length {result['length_mm']} mm, radius {result['radius_mm']} mm",
        f"  confidence in the position {result['confidence']:.2f}, flags: {', '.join(result['flags']) or 'none'}",
    ]
    return "\n".join(lines)


def _kind(result: dict[str, Any]) -> str:
    if result["ai_generated"]:
        return "made by AI, research use only"
    if result["modality"] == "PT":
        return "as scanned"
    if not result["attenuation_corrected"]:
        return "not corrected for attenuation"
    return f"corrected ({', '.join(result['corrected']) or 'attenuation'})"


def _comparison(files: dict[str, str], pair: dict[str, Any]) -> str:
    made = ", both made by AI" if pair["ai_generated"] else ""
    lines = [
        f"stress {files['stress']}, rest {files['rest']}{made}: "
        f"SSS {pair['SSS']}, SRS {pair['SRS']}, SDS {pair['SDS']} "
        f"({_territories(pair)}); {_named(pair)}"
    ]
    worse = pair["segments_worse_at_rest"]
    if worse:
        lines.append(
            f"  worse at rest, please confirm: segments {', '.join(map(str, worse))}; "
            f"SDS without them {pair['SDS_without_segments_worse_at_rest']}"
        )
    return "\n".join(lines)


def _territories(result: dict[str, Any]) -> str:
    return ", ".join(f"{name} {total}" for name, total in result["territories"].items())


def _named(result: dict[str, Any]) -> str:
    thresholds = result["thresholds"]
    return f"automatic scores by {thresholds['name']}, version {thresholds['version']}"
