"""Patients of a cohort made side by side, one process a core, and a directory that holds one cohort only."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TypeVar

import torch

from inference.asked import Foreign, require_own

_MANIFEST = ".cohort.json"
T = TypeVar("T")


class DifferentCohort(Exception):
    """The directory holds patients of another order or another version of the simulator, or no cohort at all."""


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def simulated(
    members: Sequence[T], *, make: Callable[[T], float], there: Callable[[T], bool], jobs: int
) -> Iterator[tuple[T, float | None]]:
    """Yield each member once its folder is there, with the seconds it took (None: it was there).

    make: picklable; makes one member's folder and returns the seconds. there: whether it exists.
    """
    waiting = []
    for one in members:
        if there(one):
            yield one, None
        else:
            waiting.append(one)
    if not waiting:
        return
    # Patients run in parallel, not matrix products: spinning OpenMP threads would cost fifty times the work.
    os.environ.update(OMP_NUM_THREADS="1", KMP_BLOCKTIME="0")
    with ProcessPoolExecutor(
        max_workers=min(jobs, len(waiting)),
        mp_context=get_context("spawn"),
        initializer=_start_worker,
    ) as pool:
        running = {pool.submit(make, one): one for one in waiting}
        try:
            for done in as_completed(running):
                yield running[done], done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def claim(out: Path, manifest: Mapping[str, object]) -> None:
    """Marks the directory as this cohort's. Raises DifferentCohort if it holds anything else."""
    path = out / _MANIFEST
    try:
        require_own(out, made="a simulated cohort", own=lambda _: path.exists())
        there = json.loads(path.read_text(encoding="utf-8")) if path.exists() else manifest
    except Foreign as problem:
        raise DifferentCohort(str(problem)) from problem
    except ValueError as problem:
        raise DifferentCohort(f"{path} cannot be understood: name another folder than {out}") from problem
    if there != manifest:
        raise DifferentCohort(f"{out} holds another cohort ({json.dumps(there)}): name another folder")
    out.mkdir(parents=True, exist_ok=True)
    write_json(path, manifest)


def write_json(path: Path, content: object) -> None:
    """All of it or nothing: a file that exists is whole."""
    partial = path.with_name(path.name + ".partial")
    partial.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def _start_worker() -> None:
    torch.set_num_threads(1)
    # Ctrl-C reaches the whole group. A worker may die at any moment: no folder is ever half a patient.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    """A killed parent cannot stop its workers, and they would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
