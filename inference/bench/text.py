"""The reports of `bench` for people: Markdown, every number from the report itself."""

from __future__ import annotations

from typing import Any

_NAMES = {
    "eager": "PyTorch, as trained",
    "prepared": "PyTorch, prepared (default)",
    "onnxruntime": "ONNX Runtime",
    "openvino": "OpenVINO",
}


def inference_text(report: dict[str, Any]) -> str:
    """Tables of a report of inference.measure."""
    machine, model, network = report["machine"], report["model"], report["network"]
    versions = ", ".join(
        f"{name} {machine[name] or 'not installed'}" for name in ("torch", "onnxruntime", "openvino")
    )
    lines = [
        "# How fast the models answer",
        "",
        f"{machine['processor']}, {_count(machine['cores'], 'core')}, {' '.join(machine['instructions'])}; {versions}.",
        f"Model {model['name']} {model['version']} ({model['digest'][:12]}…), {_count(model['members'], 'member')}, "
        f"float32. One member on one simulated study, input {' x '.join(map(str, network['input']))}: "
        f"{network['gflop']:.2f} GFLOP (counted from layer shapes); "
        f"it changes its input by up to {network['changes_input_by']:.2f} of normal activity.",
        "Shortest times; every round ran all rows one after the other.",
    ]
    for at in report["threads"]:
        lines += ["", *_at(at, members=model["members"])]
    return "\n".join(
        [*lines, "", f"Peak memory of one prediction: {report['peak_mib']} MiB.", *_ends(report)]
    )


def worker_text(report: dict[str, Any]) -> str:
    """One sentence on a report of worker.serve."""
    return (
        f"{report['studies']} simulated studies, {report['seconds_per_study']:.2f} s each; peak memory "
        f"{report['peak_mib_early']} MiB after {report['early']}, {report['peak_mib']} MiB after all: "
        f"{report['growth']:.3f} times."
    )


def _at(at: dict[str, Any], *, members: int) -> list[str]:
    product = at["matrix_product"]
    size = f"{product['size']} x {product['size']}"
    shape = " x ".join(map(str, product["like_heaviest_layer"]))
    lines = [
        f"## {_count(at['threads'], 'thread')}",
        "",
        f"Matrix product {size}: {product['gflops']:.1f} GFLOPS; one shaped like the heaviest layer ({shape}): "
        f"{product['like_heaviest_layer_gflops']:.1f} GFLOPS. {at['rounds']} rounds.",
        "",
        "| one member, one volume | ms | GFLOPS | share of matrix product | difference from PyTorch as trained |",
        "|---|---|---|---|---|",
    ]
    for name, row in at["member"].items():
        lines.append(_row(_NAMES[name], row) + f" {row['difference_from_eager']:.0e} |")
    middle = at["middle"]
    lines.append(
        _row(f"prepared, only the middle {middle['pixels']} x {middle['pixels']}", middle)
        + " smaller volume |"
    )
    lines += ["", *at["not_run"].values()]
    whole = at["whole"]
    lines.append(
        f"Whole prediction, {_count(members, 'member')} and the ventricle found and put in its frame: "
        f"{whole['ms']:.0f} ms, of which {whole['placing_ms']:.0f} ms find and place it."
    )
    return lines


def _row(name: str, row: dict[str, Any]) -> str:
    return f"| {name} | {row['ms']:.1f} | {row['gflops']:.1f} | {row['share_of_matrix_product']:.0%} |"


def _ends(report: dict[str, Any]) -> list[str]:
    gpu, aims = report["gpu"], report["aims"]
    ms, share = aims["ms"], aims["share_of_matrix_product"]
    return [
        "GPU: none at hand."
        if gpu is None
        else f"GPU {gpu['device']}: {gpu['volumes_per_second']:.0f} volumes a second, "
        f"{gpu['share_of_matrix_product']:.0%} of its own matrix product ({gpu['matrix_product_gflops']:.0f} GFLOPS).",
        f"Aim of {ms['at_most']:.0f} ms a volume on one thread: {ms['reached']:.1f} ms, {_met(ms['met'])}. Aim of "
        f"{share['at_least']:.0%} of the matrix product: {share['reached']:.0%}, {_met(share['met'])}.",
    ]


def _met(met: bool) -> str:
    return "met" if met else "not met"


def _count(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"
