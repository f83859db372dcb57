"""How fast the door is, and what it leaves in the files, beside two tools that are used for the same.

All numbers are of one run on one machine: same files, same order, one process, one core for each tool. The other
tools read a file, change it and write it. So does ours, and then it looks for what might be left, and for text in
the pixels: it is measured without these checks, as the same work, and with them, as it runs.
"""

import hashlib
import importlib
import io
import json
import logging
import os
import secrets
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import setup_test_environment, teardown_test_environment

from reader_study.accounts.models import User
from reader_study.celery import app
from reader_study.intake import chain, processing
from reader_study.intake.deidentification import Answers, deidentify
from reader_study.intake.models import Instance
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import Quarantined
from reader_study.studies.actions import add_member, add_site, create_study
from reader_study.studies.models import Role
from reader_study.studies.templates import kawakubo_replica

_OURS, _CHECKED = "this platform", "  with its checks"
_SLICES = 40
_ROUNDS = 3  # of every tool over all files; the best counts, as other work on the machine only adds


@dataclass(frozen=True)
class Sample:
    """A file with invented identifiers; `left` counts those that can still be found in a result."""

    kind: str
    data: bytes
    planted: int
    left: Callable[[bytes], int]


@dataclass(frozen=True)
class Step:
    """De-identification of all files by one tool. seconds: of one core; refused: files it did not get through."""

    tool: str
    files: int
    seconds: float
    files_per_second: float
    megabytes_per_second: float
    left: dict[
        str, int
    ]  # by kind of file, of the first file of the kind: how many planted values are found again
    left_of_odd: dict[str, int | str]  # the same in files with unusual values, or how the tool failed


@dataclass(frozen=True)
class Door:
    """All files through the API of the web application: announced, sent, examined, stored."""

    files: int
    megabytes: float
    stored: int
    seconds_sending: float
    seconds_processing: float
    files_per_second: float
    megabytes_per_second: float


class Command(BaseCommand):
    help = "Measure: bench intake. The door of the platform, and de-identification beside dicognito and deid."
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["intake"], help="what is measured")
        parser.add_argument("--json", action="store_true", dest="as_json", help="the numbers as JSON")
        parser.add_argument(
            "--files", type=int, default=80, help="files of the sample (default 80; half NM, half PT)"
        )

    def handle(self, *args: Any, as_json: bool, files: int, **options: Any) -> None:
        if files < 4:
            raise CommandError("--files must be at least 4.")
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        sample, odd = _sample(files), _odd()
        steps = [_step(name, tool, sample, odd) for name, tool in _tools().items()]
        door = _door(sample)
        if as_json:
            self.stdout.write(json.dumps(_as_document(steps, door, sample), indent=1))
        else:
            self.stdout.write(_as_text(steps, door, sample))


def _tests(name: str) -> Any:
    """A module of the tests, which make the files."""
    try:
        return importlib.import_module(f"tests.reader_study.intake.{name}")
    except ImportError:
        raise CommandError(
            "The bench needs the tests beside the application: run ./run bench in a checkout."
        ) from None


def _sample(count: int) -> list[Sample]:
    """NM of 20 x 64 x 64, each of another patient; PT series of 40 slices of 128 x 128; some 80 planted values each."""
    files, planted = _tests("files"), _tests("planted")
    sample = []
    for seed in range(count // 2):
        hidden = files.Secrets(seed)
        nm = files.nm_file(files.noise((20, 64, 64), seed=seed), state="stress", secrets=hidden)
        sample.append(_sampled("NM", nm, hidden, planted))
    for seed in range(-(-(count - len(sample)) // _SLICES)):
        hidden = files.Secrets(10_000 + seed)
        series = files.pt_files(files.noise((_SLICES, 128, 128), seed=seed), state="rest", secrets=hidden)
        sample += [_sampled("PT", pt, hidden, planted) for pt in series[: count - len(sample)]]
    return sample


def _odd() -> list[Sample]:
    """One file of each kind with identifiers in attributes where no tool expects them, and unusual values."""
    planted = _tests("planted")
    return [
        _sampled(kind, file.data, file.secrets, planted)
        for kind in planted.KINDS
        for file in [planted.usual(kind, 77)]
    ]


def _sampled(kind: str, data: bytes, hidden: Any, planted: Any) -> Sample:
    return Sample(
        kind, data, len(planted.found(hidden, data)), lambda result: len(planted.found(hidden, result))
    )


def _tools() -> dict[str, Callable[[bytes, Path], bytes]]:
    """name -> what makes a de-identified file of a file; the folder is for tools that work on files only."""
    site = Pseudonyms(secrets.token_bytes(32))
    dicognito, deid = _dicognito(), _deid()

    def changed(data: bytes, folder: Path) -> bytes:
        return deidentify(chain.sound(data), pseudonyms=site).data

    def checked(data: bytes, folder: Path) -> bytes:
        try:
            return chain.examined(data, pseudonyms=site, kinds=None, answers=Answers()).data
        except (
            Quarantined
        ):  # the sample is noise, which now and then looks like letters: it waits for a person
            return b""

    return {_OURS: changed, _CHECKED: checked, "dicognito": dicognito, "deid": deid}


def _dicognito() -> Callable[[bytes, Path], bytes]:
    from dicognito.anonymizer import Anonymizer  # noqa: PLC0415  # only the bench has it
    from pydicom import dcmread, dcmwrite  # noqa: PLC0415

    anonymizer = Anonymizer(seed=secrets.token_hex(16))

    def changed(data: bytes, folder: Path) -> bytes:
        ds = dcmread(io.BytesIO(data))
        anonymizer.anonymize(ds)
        out = io.BytesIO()
        dcmwrite(out, ds)
        return out.getvalue()

    return changed


def _deid() -> Callable[[bytes, Path], bytes]:
    from deid.config import DeidRecipe  # type: ignore[import-untyped]  # noqa: PLC0415
    from deid.dicom import replace_identifiers  # type: ignore[import-untyped]  # noqa: PLC0415

    recipe = DeidRecipe()  # its own default

    def changed(data: bytes, folder: Path) -> bytes:
        source = folder / "in.dcm"
        source.write_bytes(data)
        target = folder / "out"
        target.mkdir(exist_ok=True)
        written = replace_identifiers(
            dicom_files=[str(source)], deid=recipe, save=True, output_folder=str(target), overwrite=True
        )
        return Path(written[0]).read_bytes()

    return changed


def _step(
    name: str, tool: Callable[[bytes, Path], bytes], sample: Sequence[Sample], odd: Sequence[Sample]
) -> Step:
    with tempfile.TemporaryDirectory() as place, _quiet():
        folder = Path(place)
        results = [tool(each.data, folder) for each in sample]  # warm, and for the counts
        seconds = min(_cpu(lambda: [tool(each.data, folder) for each in sample]) for _ in range(_ROUNDS))
        left: dict[str, int] = {}
        for each, result in zip(sample, results, strict=True):
            left.setdefault(each.kind, each.left(result))
        left_of_odd = {each.kind: _left(tool, each, folder) for each in odd}
    size = sum(len(each.data) for each in sample) / 1e6
    return Step(name, len(sample), seconds, len(sample) / seconds, size / seconds, left, left_of_odd)


def _left(tool: Callable[[bytes, Path], bytes], sample: Sample, folder: Path) -> int | str:
    try:
        return sample.left(tool(sample.data, folder))
    except Exception as error:  # a tool that gives up on a file is a result, too
        return f"failed ({type(error).__name__})"


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@contextmanager
def _quiet() -> Iterator[None]:
    """Tools that print on standard output and error, below Python."""
    nowhere, kept = os.open(os.devnull, os.O_WRONLY), [os.dup(1), os.dup(2)]
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        yield
    finally:
        for number, descriptor in zip((1, 2), kept, strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)
        os.close(nowhere)


def _door(sample: Sequence[Sample]) -> Door:
    """Through the API in this process (no sockets), with a database of its own that is dropped afterwards."""
    app.conf.update(broker_url="memory://", broker_transport_options={})
    setup_test_environment(debug=False)
    connection.settings_dict["TEST"]["NAME"] = "bench_intake"
    usual = connection.settings_dict["NAME"]
    try:
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        with (
            tempfile.TemporaryDirectory() as place,
            override_settings(OBJECT_STORE=Path(place) / "objects", STAGING=Path(place) / "staging"),
        ):
            return _through(sample)
    finally:
        connection.creation.destroy_test_db(usual, verbosity=0)
        teardown_test_environment()


def _through(sample: Sequence[Sample]) -> Door:
    staff = User.objects.create_user("staff@example.org", None, full_name="Staff", is_staff=True)
    investigator = User.objects.create_user("pi@example.org", None, full_name="Investigator")
    coordinator = User.objects.create_user("coordinator@example.org", None, full_name="Coordinator")
    document = kawakubo_replica(title="Bench", reader_title="Bench", simulated=True).as_document()
    study = create_study(creator=staff, title="Bench", investigator=investigator.email, document=document)
    site = add_site(actor=investigator, study=study, code="A", name="Hospital A")
    add_member(
        actor=investigator, study=study, email=coordinator.email, role=Role.COORDINATOR, site_id=site.id
    )
    browser = Client()
    browser.force_login(coordinator)
    files = {hashlib.sha256(each.data).hexdigest(): each.data for each in sample}
    lines: list[dict[str, Any]] = [
        {"n": n, "size": len(data), "sha256": digest} for n, (digest, data) in enumerate(files.items())
    ]
    # One file before, so that neither the first query nor the start of the sandbox is counted.
    first = _send(browser, str(study.id), lines[:1], files)
    processing.process(UUID(first))
    before = Instance.objects.count()
    began = time.perf_counter()
    upload = _send(browser, str(study.id), lines[1:], files)
    sent = time.perf_counter()
    processing.process(UUID(upload))
    done = time.perf_counter()
    size = sum(line["size"] for line in lines[1:]) / 1e6
    return Door(
        files=len(lines) - 1,
        megabytes=size,
        stored=Instance.objects.count() - before,
        seconds_sending=sent - began,
        seconds_processing=done - sent,
        files_per_second=(len(lines) - 1) / (done - began),
        megabytes_per_second=size / (done - began),
    )


def _send(browser: Client, study: str, lines: list[dict[str, Any]], files: dict[str, bytes]) -> str:
    """Announce, send what is wanted, complete; the upload's id."""
    opened = browser.post(f"/api/studies/{study}/uploads", {"files": lines}, content_type="application/json")
    answer = opened.json()
    for digest in answer["missing"]:
        sent = browser.put(
            f"/api/uploads/{answer['id']}/blobs/{digest}",
            files[digest],
            content_type="application/octet-stream",
        )
        if sent.status_code != 201:
            raise CommandError(f"A file was not taken: status {sent.status_code}.")
    completed = browser.post(f"/api/uploads/{answer['id']}/complete", content_type="application/json")
    if completed.status_code != 202:
        raise CommandError(f"The upload was not completed: status {completed.status_code}.")
    return str(answer["id"])


def _planted(sample: Sequence[Sample]) -> dict[str, int]:
    """How many identifiers can be found in the first file of each kind."""
    return {each.kind: each.planted for each in reversed(sample)}


def _as_document(steps: Sequence[Step], door: Door, sample: Sequence[Sample]) -> dict[str, Any]:
    ours, checked, *others = steps
    return {
        "files": len(sample),
        "megabytes": round(sum(len(each.data) for each in sample) / 1e6, 1),
        "planted": _planted(sample),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "door": asdict(door),
        "step": [asdict(step) for step in steps],
        "faster_than": {step.tool: ours.files_per_second / step.files_per_second for step in others},
        "faster_than_with_its_checks": {
            step.tool: checked.files_per_second / step.files_per_second for step in others
        },
    }


def _as_text(steps: Sequence[Step], door: Door, sample: Sequence[Sample]) -> str:
    planted = ", ".join(f"{number} in {kind}" for kind, number in _planted(sample).items())
    ours, checked, *others = steps
    lines = [
        f"{len(sample)} files (NM 20 x 64 x 64, PT 128 x 128; planted identifiers: {planted}), "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "",
        f"The whole door (announce, send, examine in the sandbox, store): {door.files_per_second:.0f} files/s, "
        f"{door.megabytes_per_second:.1f} MB/s; {door.stored} of {door.files} stored "
        f"(sending {door.seconds_sending:.1f} s, processing {door.seconds_processing:.1f} s; API in this process, "
        "no network)",
        "",
        "De-identification on one core: read, change, write. Its checks (a second look for every old value, text in",
        "the pixels) have no counterpart in the other tools.",
        "",
        f"{'':20}{'files/s':>9}{'MB/s':>8}  identifiers left: NM, PT; in files with unusual values",
    ]
    for step in steps:
        left = ", ".join(str(number) for number in step.left.values())
        odd = ", ".join(f"{kind} {number}" for kind, number in step.left_of_odd.items())
        lines.append(
            f"{step.tool:20}{step.files_per_second:9.0f}{step.megabytes_per_second:8.1f}  {left}; {odd}"
        )
    lines.append("")
    for step in others:
        alone = ours.files_per_second / step.files_per_second
        together = checked.files_per_second / step.files_per_second
        lines.append(f"{alone:.1f} times as fast as {step.tool}, {together:.1f} times with its checks")
    return "\n".join(lines)
