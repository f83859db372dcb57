"""The shipped heart model on a heart: trained weights, because untrained ones agree about nothing."""

from functools import cache

from torch import Tensor

from inference.translation.bundle import SHIPPED, read_bundle
from inference.translation.network import Network
from inference.translation.predict import Model, input_of
from inference.translation.weights import model_of, trained_of
from tests.inference.translation.simulated import heart

BUNDLE = SHIPPED / "heart-spect-to-pet"


@cache
def model() -> Model:
    return model_of(read_bundle(BUNDLE))


@cache
def member() -> Network:
    return trained_of(read_bundle(BUNDLE)).members[0]


@cache
def seen() -> Tensor:
    """Some slices through the ventricle, cut down to its middle: what a test has time for."""
    placed = model().task.place(heart(inferior=0.6))
    return input_of(placed, coordinates=member().shape.coordinates)[10:18, :, 12:52, 12:52].contiguous()
