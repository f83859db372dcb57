"""What `bench inference` and `bench worker` say, from quick runs."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch

from inference.__main__ import main
from inference.bench.clock import fastest
from inference.bench.inference import measure, on_device
from inference.bench.text import inference_text
from tests.inference.bench.trained import BUNDLE, member, seen
from tests.inference.translation.simulated import heart

DOCS = Path(__file__).parents[3] / "docs/image-science/inference"


@cache
def report() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(
        json.dumps(measure(BUNDLE, heart(inferior=0.6), seconds=0, threads=[1]))
    )
    return made


def keys(value: Any, below: str = "") -> set[str]:
    """Paths of all keys; members of a list, and back ends, share one."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return set().union(*(keys(one, f"{below}[]") for one in value))
    if not isinstance(value, dict):
        return {below}
    return set().union(*(keys(one, f"{below}.{name}".lstrip(".")) for name, one in value.items()))


def as_documented(found: set[str]) -> set[str]:
    """Back ends have one row in the table."""
    return {re.sub(r"(member|not_run)\.\w+", r"\1.*", one) for one in found}


def documented() -> set[str]:
    return set(
        re.findall(r"^\| `([^`]+)` \|", (DOCS / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    )


def test_every_key_of_the_report_is_documented_and_every_documented_key_is_there() -> None:
    found = keys({**report(), "gpu": on_device(member(), seen(), torch.device("cpu"), seconds=0, volumes=1)})
    assert as_documented(found) | {"threads[].not_run.*"} == documented()


def test_shares_are_of_the_product_that_was_measured_beside_them() -> None:
    (at,) = report()["threads"]
    peak = at["matrix_product"]["gflops"]
    for row in at["member"].values():
        assert row["gflops"] == pytest.approx(1e3 * report()["network"]["gflop"] / row["ms"], rel=0.02)
        assert row["share_of_matrix_product"] == pytest.approx(row["gflops"] / peak, abs=0.02)
        assert row["difference_from_eager"] < 1e-4
    assert at["whole"]["ms"] > at["whole"]["placing_ms"] > 0


def test_the_text_names_the_back_ends_the_aims_and_the_missing_gpu() -> None:
    said = inference_text(report() | {"gpu": None})
    assert "PyTorch, prepared (default)" in said and "Matrix product 2048 x 2048" in said
    assert "Aim of 120 ms" in said and "GPU: none at hand." in said and "simulated" in said


def test_the_aim_is_judged_for_one_network_and_for_the_whole_prediction() -> None:
    aims, at = report()["aims"], report()["threads"][0]
    assert aims["member_ms"]["reached"] == at["member"]["prepared"]["ms"]
    assert aims["whole_ms"]["reached"] == at["whole"]["ms"]
    aims = {
        **aims,
        "member_ms": {"at_most": 120.0, "reached": 90.3, "met": True},
        "whole_ms": {"at_most": 120.0, "reached": 444.0, "met": False},
    }
    said = inference_text(report() | {"gpu": None, "aims": aims})
    assert "one network alone 90.3 ms, met; the whole prediction (3 members, and" in said
    assert "444 ms, not met" in said


@pytest.mark.parametrize(
    ("load", "said"),
    [(0.1, "Hardly anything else ran"), (5.2, "shared the machine (load 5.2"), (None, "not known")],
)
def test_the_text_says_whether_others_used_the_machine(load: float | None, said: str) -> None:
    machine = report()["machine"] | {"load_before": load}
    assert said in inference_text(report() | {"gpu": None, "machine": machine})


def test_every_work_is_done_in_every_round() -> None:
    done: list[str] = []
    best, rounds = fastest({"a": lambda: done.append("a"), "b": lambda: done.append("b")}, seconds=0)
    assert rounds == 1 and done == ["a", "b"] * 2
    assert best.keys() == {"a", "b"} and all(seconds >= 0 for seconds in best.values())


def test_the_worker_tells_of_each_study_and_of_its_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "worker", "--studies", "2", "--json", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert [line.split()[0] for line in said.err.splitlines()] == ["1/2", "2/2"]
    assert found["studies"] == found["early"] == 2 and found["growth"] == 1.0
    assert found["peak_mib"] > 100
    assert json.loads((tmp_path / "worker.json").read_text(encoding="utf-8")) == found
    assert "2 simulated studies" in (tmp_path / "worker.md").read_text(encoding="utf-8")


def test_the_committed_report_has_the_same_keys() -> None:
    committed = json.loads((DOCS / "inference.json").read_text(encoding="utf-8"))
    found = as_documented(keys({name: value for name, value in committed.items() if name != "gpu"}))
    assert found | {"threads[].not_run.*"} == {one for one in documented() if not one.startswith("gpu.")}
