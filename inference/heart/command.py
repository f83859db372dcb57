"""`python -m inference quantify FILES…`: 17 segment values of short-axis studies, and what to doubt."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from inference.dicom.read import Header, Unreadable, read_header, read_volume
from inference.heart.neutral import neutral_volume
from inference.heart.polar import polar_map
from inference.heart.segments import SEGMENT_NAMES, segment_values
from inference.heart.ventricle import VentricleNotFound, find_left_ventricle


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "quantify", help="17 segment values of short-axis SPECT or PET studies (NM or PT files, or folders)"
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints one result a study; 1 if any file could not be used."""
    refused = False
    for paths, header in _studies(_expanded(arguments.files)):
        name = str(paths[0] if len(paths) == 1 else paths[0].parent)
        try:
            if isinstance(header, Unreadable):
                raise header
            result = quantify([path.read_bytes() for path in paths])
        except (Unreadable, VentricleNotFound) as reason:
            print(f"{name}: {reason}", file=sys.stderr)
            refused = True
            continue
        print(
            json.dumps({"file": name, **result}, ensure_ascii=False)
            if arguments.json
            else _table(name, result)
        )
    return 1 if refused else 0


def quantify(files: Sequence[bytes]) -> dict[str, Any]:
    """State, modality, 17 values in % of maximum, size of the ventricle and flags of one study."""
    header = read_header(files[0])
    volume = read_volume(files)
    lv = find_left_ventricle(volume)
    values = segment_values(polar_map(neutral_volume(volume, lv)))
    return {
        "modality": header.modality,
        "state": header.state,
        "state_source": header.state_source,
        "ai_generated": header.ai_generated,
        "segments": [round(float(v), 1) for v in values],
        "length_mm": round(lv.length_mm, 1),
        "radius_mm": round(lv.radius_mm, 1),
        "flags": [*volume.flags, *lv.flags],
    }


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
    lines += [
        f"  {n:2d} {label:22s} {value:6.1f} %"
        for n, (label, value) in enumerate(zip(SEGMENT_NAMES, result["segments"], strict=True), 1)
    ]
    lines.append(f"  length {result['length_mm']} mm, radius {result['radius_mm']} mm")
    lines.append(f"  flags: {', '.join(result['flags']) or 'none'}")
    return "\n".join(lines)
