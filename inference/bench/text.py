"""The reports of `bench` for people: Markdown, every number from the report itself."""

from __future__ import annotations

from typing import Any

_CALM = 0.3  # processes that want a core
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
        f"Shortest times; every round ran all rows one after the other. {_shared(machine)}",
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
    member, whole, share = aims["member_ms"], aims["whole_ms"], aims["share_of_matrix_product"]
    return [
        "GPU: none at hand."
        if gpu is None
        else f"GPU {gpu['device']}: {gpu['volumes_per_second']:.0f} volumes a second, "
        f"{gpu['share_of_matrix_product']:.0%} of its own matrix product ({gpu['matrix_product_gflops']:.0f} GFLOPS).",
        f"Aim of {member['at_most']:.0f} ms a volume on one thread: one network alone {member['reached']:.1f} ms, "
        f"{_met(member['met'])}; the whole prediction ({_count(report['model']['members'], 'member')}, and the "
        f"ventricle found) {whole['reached']:.0f} ms, {_met(whole['met'])}. Aim of {share['at_least']:.0%} of the "
        f"matrix product, one network: {share['reached']:.0%}, {_met(share['met'])}.",
    ]


def _shared(machine: dict[str, Any]) -> str:
    busy = machine["load_before"]
    if busy is None:
        return "Whether other work shared the machine is not known."
    if busy < _CALM:
        return f"Hardly anything else ran (load {busy} before the run)."
    return (
        f"Other work shared the machine (load {busy} on {_count(machine['cores'], 'core')} before the run): a calm one "
        "is faster."
    )


def _met(met: bool) -> str:
    return "met" if met else "not met"


def _count(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"
