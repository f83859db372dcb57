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

from inference.dicom.read import Header, Unreadable, read_header, read_volume
from inference.heart.neutral import neutral_volume
from inference.heart.polar import polar_map
from inference.heart.scores import NAMED, BadThresholds, Thresholds, difference, summed, thresholds_of
from inference.heart.segments import SEGMENT_NAMES, segment_values
from inference.heart.ventricle import VentricleNotFound, find_left_ventricle


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "quantify", help="17 segment values of short-axis SPECT or PET studies (NM or PT files, or folders)"
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of tables")
    parser.add_argument(
        "--thresholds",
        default="guideline",
        metavar="NAME|FILE",
        help=f"cutoffs of the scores: {', '.join(NAMED)}, or a TOML file with name, version and cutoffs",
    )
    parser.set_defaults(run=run)


@dataclass(frozen=True)
class _Quantified:
    name: str
    header: Header
    result: dict[str, Any]


def run(arguments: argparse.Namespace) -> int:
    """Prints one result a study, then one for each pair of stress and rest; 1 if any file could not be used."""
    try:
        thresholds = thresholds_of(arguments.thresholds)
    except BadThresholds as reason:
        print(reason, file=sys.stderr)
        return 2
    refused = False
    quantified = []
    for paths, header in _studies(_expanded(arguments.files)):
        name = str(paths[0] if len(paths) == 1 else paths[0].parent)
        try:
            if isinstance(header, Unreadable):
                raise header
            result = quantify([path.read_bytes() for path in paths], thresholds=thresholds)
        except (Unreadable, VentricleNotFound) as reason:
            print(f"{name}: {reason}", file=sys.stderr)
            refused = True
            continue
        quantified.append(_Quantified(name, header, result))
        print(_json({"file": name, **result}) if arguments.json else _table(name, result))
    for stress, rest in _pairs(quantified):
        pair = compare(stress.result, rest.result)
        files = {"stress": stress.name, "rest": rest.name}
        print(_json({**files, **pair}) if arguments.json else _comparison(files, pair))
    return 1 if refused else 0


def quantify(files: Sequence[bytes], *, thresholds: Thresholds = NAMED["guideline"]) -> dict[str, Any]:
    """State, modality, 17 values in % of maximum and their scores, size of the ventricle, confidence and flags."""
    header = read_header(files[0])
    volume = read_volume(files)
    lv = find_left_ventricle(volume)
    values = segment_values(polar_map(neutral_volume(volume, lv)))
    scores = thresholds.scores(values)
    sums = summed(scores)
    return {
        "modality": header.modality,
        "state": header.state,
        "state_source": header.state_source,
        "ai_generated": header.ai_generated,
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
    }


def compare(stress: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """SSS, SRS and SDS of two results of `quantify` with the same thresholds."""
    found = difference(np.array(stress["scores"]), np.array(rest["scores"]))
    return {
        "thresholds": stress["thresholds"],
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
        kind = (header.patient_id, header.modality, header.ai_generated, header.attenuation_corrected)
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


def _expanded(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file())
        else:
            yield path


def _studies(paths: Iterator[Path]) -> Iterator[tuple[list[Path], Header | Unreadable]]:
    """NM files one by one, PT files by series."""
    series: dict[str, tuple[list[Path], Header]] = {}
    for path in paths:
        try:
            header = read_header(path.read_bytes())
        except Unreadable as reason:
            yield [path], reason
            continue
        if header.modality == "PT":
            series.setdefault(header.series_uid, ([], header))[0].append(path)
        else:
            yield [path], header
    yield from series.values()


def _table(name: str, result: dict[str, Any]) -> str:
    lines = [f"{name}: {result['modality']} {result['state'] or 'state unknown'}"]
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


def _comparison(files: dict[str, str], pair: dict[str, Any]) -> str:
    lines = [
        f"stress {files['stress']}, rest {files['rest']}: SSS {pair['SSS']}, SRS {pair['SRS']}, SDS {pair['SDS']} "
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
