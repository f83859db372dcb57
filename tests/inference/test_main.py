"""The commands of `python -m inference`, and what they load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import inference
from inference.__main__ import COMMANDS, main

ROOT = Path(inference.__file__).parent


def loaded_by(statement: str) -> set[str]:
    """Top-level packages that are loaded after `statement` in a fresh process."""
    code = f"import sys\n{statement}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ran.stdout.split("\n")[-2].split())


def test_help_lists_every_command_and_loads_no_room() -> None:
    statement = (
        "from inference.__main__ import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    )
    assert not {"numpy", "torch", "pydicom", "matplotlib"} & loaded_by(statement)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_does_and_shows_an_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert COMMANDS[name].sentence in " ".join(said.split()) and COMMANDS[name].sentence.endswith(".")
    assert f"python -m inference {name} {COMMANDS[name].example}" in said


def test_an_unknown_command_is_refused_with_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["paint"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert all(name in said for name in COMMANDS)


def test_only_evaluation_names_the_drawing_library_and_only_where_it_draws() -> None:
    for path in ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom) and "matplotlib" in ast.unparse(node):
                assert path.is_relative_to(ROOT / "evaluation"), path
                assert node not in tree.body, f"{path} loads matplotlib as soon as it is imported"


def test_the_worker_does_not_load_the_drawing_library() -> None:
    statement = "import os\nos.environ['BROKER_URL'] = 'memory://'\nimport inference.worker"
    loaded = loaded_by(statement)
    assert "torch" in loaded and "matplotlib" not in loaded
