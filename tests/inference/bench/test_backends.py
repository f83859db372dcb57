"""Every back end gives the answer of the trained network, in float32."""

import sys
from functools import cache

import pytest
import torch
from torch import Tensor, nn

from inference.bench.backends import BACKENDS, NotInstalled, as_onnx
from inference.bench.inference import Untrained, change
from inference.translation.network import Network
from inference.translation.predict import input_of, translate
from tests.inference.bench.trained import member, model, seen
from tests.inference.translation.simulated import heart


@cache
def exported() -> bytes:
    return as_onnx(member(), seen())


@pytest.mark.parametrize("name", BACKENDS)
def test_a_back_end_answers_as_the_trained_network_does(name: str) -> None:
    try:
        run = BACKENDS[name](member(), exported, threads=1)
    except NotInstalled as reason:
        pytest.skip(str(reason))
    with torch.inference_mode():
        expected = member()(seen())
    answer = run(seen())
    assert change(member(), seen()) > 0.05  # or they would agree whatever they do
    assert answer.shape == expected.shape and answer.dtype == torch.float32
    assert float((answer - expected).abs().max()) < 1e-4 * float(expected.max())


def test_a_network_that_does_nothing_is_not_timed() -> None:
    with pytest.raises(Untrained):
        change(Network(member().shape).eval(), seen())


def test_a_back_end_that_is_missing_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(NotInstalled, match="OpenVINO is not installed: pip install openvino"):
        BACKENDS["openvino"](member(), exported, threads=1)


def test_on_a_processor_every_number_on_the_way_is_a_float32() -> None:
    """Processors without fast bfloat16 are up to a hundred times slower with it."""
    met: set[torch.dtype] = set()

    def note(layer: nn.Module, given: tuple[Tensor, ...], made: Tensor) -> None:
        met.update(tensor.dtype for tensor in (*given, made, *layer.parameters(), *layer.buffers()))

    hooks = [layer.register_forward_hook(note) for layer in model().members[0].modules()]
    try:
        made = translate(model(), heart(inferior=0.6))
    finally:
        for hook in hooks:
            hook.remove()
    placed = model().task.place(heart(inferior=0.6))
    met.add(input_of(placed, coordinates=member().shape.coordinates).dtype)
    assert met == {torch.float32}
    assert made.image.voxels.dtype == made.uncertainty.voxels.dtype == "float32"
