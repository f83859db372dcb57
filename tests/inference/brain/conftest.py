from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from inference.brain.heads import Head, read_heads
from inference.cohort.brain_folder import make_brain_cohort

_SEED = 9201


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Small products: waiting for a second thread costs more than it brings."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def seed() -> int:
    """Of the cohort; of no cohort that a model is trained or tested on."""
    return _SEED


@pytest.fixture(scope="session")
def cohort(tmp_path_factory: pytest.TempPathFactory, seed: int) -> Path:
    """Four heads of two hospitals, perfusion and transporter in turn, as DICOM with the truth apart."""
    out = tmp_path_factory.mktemp("heads") / "cohort"
    make_brain_cohort(patients=4, sites=2, seed=seed, out=out, jobs=1)
    return out


@pytest.fixture(scope="session")
def heads(cohort: Path) -> list[Head]:
    return list(read_heads(cohort))
