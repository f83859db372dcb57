"""A report as a folder: report.md for people, JSON and CSV for programs, SVG figures. No clock is in them.

The same input gives the same bytes; when it was made and how long that took stands apart, in timing.json.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

REPORT = "report.md"
TIMING = "timing.json"
_DECIMALS = 4


class NotAReport(ValueError):
    """The folder holds something else, which is not overwritten."""


def write_report(
    out: Path,
    *,
    name: str,
    data: Mapping[str, Any],
    text: str,
    tables: Mapping[str, str],
    figures: Mapping[str, bytes],
    started: float,
) -> None:
    """Replaces the report in `out` by NAME.json, report.md, `tables` and `figures` (by file name), all or none.

    data: as `rounded` gave it, so that the text is made from the very numbers of the file. started: time.process_time()
    when the work began; processes that were started for it are counted too. Raises NotAReport for a folder with files
    but without a report.
    """
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / REPORT).is_file())):
        raise NotAReport(f"{out} holds something that is not a report: name another folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    (partial / f"{name}.json").write_text(json_text(data), encoding="utf-8")
    (partial / REPORT).write_text(text, encoding="utf-8")
    for file, content in tables.items():
        (partial / file).write_text(content, encoding="utf-8")
    for file, picture in figures.items():
        (partial / file).write_bytes(picture)
    spent = os.times()
    seconds = time.process_time() - started + spent.children_user + spent.children_system
    timing = {
        "finished": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor_seconds": round(seconds, 1),
    }
    (partial / TIMING).write_text(json_text(timing), encoding="utf-8")
    shutil.rmtree(out, ignore_errors=True)
    partial.rename(out)


def rounded(value: Any) -> Any:
    """Numbers to four decimals, tuples as lists: what JSON gives back when it is read."""
    if isinstance(value, float):
        return round(value, _DECIMALS) + 0.0  # no -0.0
    if isinstance(value, Mapping):
        return {str(key): rounded(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(one) for one in value]
    return value


def json_text(data: Any) -> str:
    """Keys stay in the order of the report, which the data give and no clock or hash changes."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def csv_text(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Values without commas or quotes, one row a line."""
    return "".join(",".join(str(cell) for cell in row) + "\n" for row in (heads, *rows))
