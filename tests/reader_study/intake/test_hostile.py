"""The same files at the doors that people use: `manage.py inspect`, and an upload among honest ones."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from reader_study.intake import staging
from reader_study.intake.reasons import sentence
from tests.reader_study.cases.world import World
from tests.reader_study.intake.forging import NM, edited, zip_file
from tests.reader_study.intake.hostile import DOUBTFUL, HOSTILE
from tests.reader_study.intake.odd import ODD
from tests.reader_study.intake.sending import send, spect, verdicts

ROOT = Path(__file__).resolve().parents[3]


def inspected(*paths: Path) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("inspect", *map(str, paths), "--json", stdout=out)
    found: list[dict[str, Any]] = json.loads(out.getvalue())
    return found


def test_inspect_gives_every_file_of_a_folder_its_verdict_and_sentence_and_the_same_one_twice(
    tmp_path: Path,
) -> None:
    expected = {}
    for verdict, table in (("reject", HOSTILE), ("quarantine", DOUBTFUL)):
        for name, (make, code) in table.items():
            path = tmp_path / f"{len(expected):03} {name.replace('/', ' ')}"
            path.write_bytes(make())
            # A file that begins as an archive does is opened as one, and the archive's verdict counts.
            archive = path.read_bytes()[:4] == b"PK\3\4"
            expected[str(path)] = (verdict, None if archive else code)
    for name, make in ODD.items():
        path = tmp_path / f"{len(expected):03} {name}"
        path.write_bytes(make())
        expected[str(path)] = ("accept", "")
    first = inspected(tmp_path)
    assert len(first) == len(expected) > 160
    for line in first:
        verdict, code = expected[line["file"]]
        assert line["verdict"] == verdict, line
        assert code is None or line["code"] == code, line
        assert line["reason"] == sentence(line["code"]), line
    assert inspected(tmp_path) == first


def test_inspect_says_what_it_cannot_open(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(zip_file())
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(65 << 20)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found = inspected(tmp_path / "bad.zip", large, pipe)
    assert [(line["verdict"], line["code"]) for line in found] == [
        ("reject", "zip_names"),
        ("reject", "too_large"),
        ("reject", "not_a_file"),
    ]


def test_a_path_that_holds_nothing_is_one_sentence_and_the_others_are_judged(tmp_path: Path) -> None:
    (tmp_path / "good.dcm").write_bytes(NM)
    (tmp_path / "empty" / "deep").mkdir(parents=True)
    out, errors = StringIO(), StringIO()
    paths = [str(tmp_path / name) for name in ("none\nhere", "good.dcm", "empty")]
    with pytest.raises(SystemExit) as ended:
        call_command("inspect", *paths, "--json", stdout=out, stderr=errors)
    assert ended.value.code == 2
    assert [line["verdict"] for line in json.loads(out.getvalue())] == ["accept"]
    assert errors.getvalue().splitlines() == [
        f"{tmp_path}/none?here: There is no such file or folder.",
        f"{tmp_path}/empty: There is no file in this folder.",
    ]


def test_inspect_says_what_the_intake_will_ask(tmp_path: Path) -> None:
    silent = {
        "AcquisitionContextSequence": None,
        "ProtocolName": "x",
        "ImageID": "x",
        "StudyDescription": "x",
    }
    (tmp_path / "1").write_bytes(edited(spect(1), SeriesDescription="SA AC", **silent))
    (tmp_path / "2").write_bytes(NM)
    first, second = inspected(tmp_path)
    assert (first["verdict"], first["asks"], first["corrected"]) == ("accept", ["state"], True)
    assert (second["asks"], second["corrected"]) == ([], False)
    out = StringIO()
    call_command("inspect", str(tmp_path), stdout=out)
    asked, known = out.getvalue().splitlines()
    assert asked.endswith(", attenuation-corrected; the intake will ask: stress or rest?")
    assert known.endswith("view short_axis")


def test_inspect_needs_no_database_and_prints_a_line_for_each_file(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.dcm", tmp_path / "b\nd.dcm"
    good.write_bytes(NM)
    bad.write_bytes(b"nothing")
    environment = {
        **os.environ,
        "DATABASE_URL": "postgresql://nobody@localhost/none",
        "BROKER_URL": "memory://",
    }
    environment |= {"SECRET_KEY": "s" * 50, "PLAIN_HTTP": "1"}
    done = subprocess.run(
        [sys.executable, "manage.py", "inspect", str(good), str(bad)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        f"accept      {good}: spect, state stress, view short_axis",
        f"reject      {str(bad).replace(chr(10), '?')}: This is not a DICOM file. [not_dicom]",
    ]
    assert done.stderr == ""


@pytest.mark.django_db
def test_hostile_files_cost_an_upload_nothing_but_themselves(browser: Any, world: World, work: Any) -> None:
    bad = [
        (make(), *(("refused", "not_in_protocol") if code in _OF_CT else (verdict, code)))
        for verdict, table in _TABLES
        for make, code in table.values()
    ]
    honest = [spect(seed) for seed in range(1, 6)]
    files = [data for data, _, _ in bad]
    for n, data in enumerate(honest):
        files.insert(n * 25, data)
    upload = send(browser, world.study, files)
    work()
    found = dict(zip(files, verdicts(browser, upload), strict=True))
    assert [found[data] for data in honest] == [("accepted", "")] * 5
    for data, verdict, code in bad:
        assert found[data] == (verdict, code)
    assert not [path for path in staging.staging().rglob("*") if path.is_file()]


_OF_CT = ("head_ct", "localizer")  # which this protocol does not collect
_TABLES = (("refused", HOSTILE), ("quarantined", DOUBTFUL))
