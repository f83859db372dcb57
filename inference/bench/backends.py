"""The same trained network, run in several ways."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, cast

import torch
from torch import Tensor, nn

from inference.translation.prepared import prepared

Run = Callable[[Tensor], Tensor]


class NotInstalled(RuntimeError):
    """A back end that this machine lacks. One sentence: which, and how to get it."""


def eager(network: nn.Module, exported: Callable[[], bytes], *, threads: int) -> Run:
    """The network as it was trained."""
    return torch.inference_mode()(network.eval())


def ready(network: nn.Module, exported: Callable[[], bytes], *, threads: int) -> Run:
    """The network as the worker runs it."""
    return torch.inference_mode()(prepared(network))


def onnx_runtime(network: nn.Module, exported: Callable[[], bytes], *, threads: int) -> Run:
    """ONNX Runtime on the CPU. Raises NotInstalled."""
    _need("onnxruntime", "ONNX Runtime")
    import onnxruntime  # noqa: PLC0415 optional

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that go on spinning after an answer would slow down whoever is timed next.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(exported(), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda given: torch.from_numpy(session.run(None, {name: given.numpy()})[0])


def openvino(network: nn.Module, exported: Callable[[], bytes], *, threads: int) -> Run:
    """OpenVINO on the CPU, float32. Raises NotInstalled."""
    _need("openvino", "OpenVINO")
    from openvino import Core  # noqa: PLC0415 optional

    core = Core()
    settings: dict[str, Any] = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": threads,
    }
    compiled = core.compile_model(core.read_model(model=exported()), "CPU", settings)
    return lambda given: torch.from_numpy(compiled([given.numpy()])[0].copy())


# Each takes the network, a function that gives it as ONNX, and the number of threads that it may use.
BACKENDS: dict[str, Callable[..., Run]] = {
    "eager": eager,
    "prepared": ready,
    "onnxruntime": onnx_runtime,
    "openvino": openvino,
}


def as_onnx(network: nn.Module, seen: Tensor) -> bytes:
    """The network as an ONNX model for inputs of the shape of `seen`. Raises NotInstalled."""
    _need("onnxscript", "onnxscript")
    # The exporter warns of its own parts; nothing that the reader of a table can act on.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(network.eval(), (seen,), dynamo=True, verbose=False)
    return bytes(cast(torch.onnx.ONNXProgram, program).model_proto.SerializeToString())


def _need(package: str, name: str) -> None:
    if find_spec(package) is None:
        raise NotInstalled(f"{name} is not installed: pip install {package}")
