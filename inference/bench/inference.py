"""How long a trained model needs for one volume, beside the machine's own matrix product and other back ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from inference.bench.backends import BACKENDS, NotInstalled, Run, as_onnx
from inference.bench.clock import fastest
from inference.bench.layers import SQUARE, Product, factors, products_of
from inference.bench.machine import forget_peak, load, machine, peak_mib
from inference.translation.bundle import Bundle, read_bundle
from inference.translation.network import SLICES
from inference.translation.predict import Model, input_of, translate
from inference.translation.prepared import prepared
from inference.translation.weights import fastest_device, model_of, trained_of
from inference.volume import Volume

AIM_MS, AIM_SHARE = 120.0, 0.80  # on one thread; the share is of one member, prepared
_SIDE = 48  # pixels of the middle, which hold the whole ventricle once its axis is in the middle
_VOLUMES = 16
_LEAST_CHANGE = 0.05


@dataclass(frozen=True, eq=False)
class Subject:
    """What is timed. member: of the model, as trained; seen: what it sees of the study; exported: it as ONNX."""

    model: Model
    study: Volume
    member: nn.Module
    seen: Tensor
    products: list[Product]
    exported: Callable[[], bytes]

    @property
    def gflop(self) -> float:
        """Arithmetic of one member on one volume."""
        return sum(product.operations for product in self.products) / 1e9


class Untrained(RuntimeError):
    """The network returns its input, so that every back end would agree about nothing."""


def measure(bundle: Path, study: Volume, *, seconds: float, threads: Sequence[int]) -> dict[str, Any]:
    """Everything that `bench inference` says; see docs/image-science/inference/ for the meaning of each key.

    study: an uncorrected SPECT volume that the model can translate. seconds: of timing, for each number of
    `threads`, of which the first is 1. Raises BundleProblem, NotTranslatable, Untrained.
    """
    threads_before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _measured(read_bundle(bundle), study, seconds=seconds, threads=threads)
    finally:
        torch.set_num_threads(threads_before)


def _measured(bundle: Bundle, study: Volume, *, seconds: float, threads: Sequence[int]) -> dict[str, Any]:
    busy = load()  # before this run adds to it
    model, member = model_of(bundle), trained_of(bundle).members[0]
    forget_peak()
    translate(model, study)
    peak = peak_mib()  # before other back ends are loaded: what a worker needs
    seen = input_of(model.task.place(study), coordinates=member.shape.coordinates)
    subject = Subject(
        model, study, member, seen, products_of(member, seen), cache(lambda: as_onnx(member, seen))
    )
    changed = change(member, seen)
    at = [_at(subject, threads=number, seconds=seconds) for number in threads]
    reached = at[0]["member"]["prepared"]
    gpu = fastest_device() if torch.cuda.is_available() else None
    return {
        "machine": {**machine(), "load_before": busy},
        "model": {**asdict(model.identity), "members": len(model.members)},
        "network": {"input": list(seen.shape), "gflop": subject.gflop, "changes_input_by": changed},
        "threads": at,
        "peak_mib": round(peak),
        "gpu": None if gpu is None else on_device(member, seen, gpu, seconds=seconds),
        "aims": {
            "member_ms": _at_most(AIM_MS, reached["ms"]),
            "whole_ms": _at_most(AIM_MS, at[0]["whole"]["ms"]),
            "share_of_matrix_product": {
                "at_least": AIM_SHARE,
                "reached": reached["share_of_matrix_product"],
                "met": reached["share_of_matrix_product"] >= AIM_SHARE,
            },
        },
    }


def _at_most(aim: float, reached: float) -> dict[str, Any]:
    return {"at_most": aim, "reached": reached, "met": reached <= aim}


def change(member: nn.Module, seen: Tensor) -> float:
    """Largest difference between a network's answer and the slice that it was to change. Raises Untrained."""
    with torch.inference_mode():
        most = float((member(seen) - seen[:, SLICES // 2]).abs().max())
    if most < _LEAST_CHANGE:
        raise Untrained("The network of this bundle does not change its input: it was never trained.")
    return most


def on_device(
    member: nn.Module, seen: Tensor, device: torch.device, *, seconds: float, volumes: int = _VOLUMES
) -> dict[str, Any]:
    """Volumes a second of one prepared member on `device`, float32, and the share of its own matrix product.

    volumes: how many are given at once; one would leave most of a GPU idle.
    """
    operations = volumes * sum(product.operations for product in products_of(member, seen))
    many = seen.to(device).repeat(volumes, 1, 1, 1).contiguous(memory_format=torch.channels_last)
    run = prepared(member).to(device)
    left, right = factors(SQUARE, device)

    def finished(work: Callable[[], object]) -> None:
        with torch.inference_mode():
            work()
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    best, rounds = fastest(
        {
            "matrix_product": partial(finished, lambda: left @ right),
            "network": partial(finished, lambda: run(many)),
        },
        seconds=seconds,
    )
    peak = SQUARE.operations / best["matrix_product"]
    return {
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else str(device),
        "rounds": rounds,
        "volumes_per_second": round(volumes / best["network"], 1),
        "matrix_product_gflops": round(peak / 1e9, 1),
        "share_of_matrix_product": round(operations / best["network"] / peak, 3),
    }


def _at(subject: Subject, *, threads: int, seconds: float) -> dict[str, Any]:
    """All works at one number of threads, in the same rounds."""
    torch.set_num_threads(threads)
    seen = subject.seen
    runs, not_run = _runs(subject, threads)
    edge = (seen.shape[-1] - _SIDE) // 2
    middle = seen[:, :, edge:-edge, edge:-edge].contiguous()
    heaviest = max(subject.products, key=lambda product: product.operations)
    square, alike = (factors(product, torch.device("cpu")) for product in (SQUARE, heaviest))
    best, rounds = fastest(
        {
            "square": lambda: square[0] @ square[1],
            "alike": lambda: alike[0] @ alike[1],
            **{name: partial(run, seen) for name, run in runs.items()},
            "middle": lambda: runs["prepared"](middle),
            "placing": lambda: subject.model.task.place(subject.study),
            "whole": lambda: translate(subject.model, subject.study),
        },
        seconds=seconds,
    )
    peak = SQUARE.operations / best["square"] / 1e9
    expected = runs["eager"](seen)

    def row(name: str, *, gflop: float) -> dict[str, Any]:
        return {
            "ms": _ms(best[name]),
            "gflops": round(gflop / best[name], 1),
            "share_of_matrix_product": round(gflop / best[name] / peak, 3),
        }

    def difference(run: Run) -> float:
        return float((run(seen) - expected).abs().max() / expected.max())

    return {
        "threads": threads,
        "rounds": rounds,
        "matrix_product": {
            "size": SQUARE.rows,
            "gflops": round(peak, 1),
            "like_heaviest_layer": [heaviest.rows, heaviest.inner, heaviest.columns],
            "like_heaviest_layer_gflops": round(heaviest.operations / best["alike"] / 1e9, 1),
        },
        "member": {
            name: {**row(name, gflop=subject.gflop), "difference_from_eager": difference(run)}
            for name, run in runs.items()
        },
        "not_run": not_run,
        "middle": {"pixels": _SIDE, **row("middle", gflop=subject.gflop * middle.numel() / seen.numel())},
        "whole": {"ms": _ms(best["whole"]), "placing_ms": _ms(best["placing"])},
    }


def _runs(subject: Subject, threads: int) -> tuple[dict[str, Run], dict[str, str]]:
    """Back ends that are installed, and a sentence for each that is not."""
    runs: dict[str, Run] = {}
    absent: dict[str, str] = {}
    for name, made in BACKENDS.items():
        try:
            runs[name] = made(subject.member, subject.exported, threads=threads)
        except NotInstalled as reason:
            absent[name] = str(reason)
    return runs, absent


def _ms(seconds: float) -> float:
    return round(1e3 * seconds, 1)
