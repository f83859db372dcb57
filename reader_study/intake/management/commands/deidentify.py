import contextlib
import json
import os
import secrets
import tempfile
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from reader_study.intake.allowlist import METHOD, PROCEDURE_VERSION
from reader_study.intake.deidentification import Deidentified, Entry, report_digest
from reader_study.intake.examination import examine
from reader_study.intake.grounds import reason_text
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import NotTaken, Quarantined, sentence_here
from reader_study.intake.reporting import name_at
from reader_study.intake.sandbox import SandboxFailed
from reader_study.intake.sources import Source, is_empty_folder, sources

_KEY_BYTES = 32
_AT_ONCE = max(2, min(4, os.cpu_count() or 2))  # as many files as there are children to read them
_NOT_DONE = 2  # the exit status
_Answer = tuple[str, str, Deidentified | None]  # verdict, code, what came of it


class Command(BaseCommand):
    help = (
        "De-identify a file, folder or zip archive by exactly the procedure of the intake. Accepted images are "
        "written to TARGET as 000001.dcm and so on, in the order of the sources' names; nothing of a source's name "
        "or content is printed or written but what the procedure keeps. The same key gives the same pseudonyms. "
        "Exit: 0 every file has its verdict, whatever it is; 2 it could not be done."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", type=Path, help="a file, folder or zip archive")
        parser.add_argument("target", type=Path, help="a folder that does not exist yet, or is empty")
        parser.add_argument(
            "--report", type=Path, help="write what was done with every file and attribute as JSON"
        )
        parser.add_argument(
            "--key-file", type=Path, help="the secret key: 64 hexadecimal digits, or 32 bytes; else a new one"
        )
        parser.add_argument(
            "--key-out", type=Path, help="keep the new key in this file; otherwise it is written nowhere"
        )
        parser.add_argument(
            "--names",
            type=Path,
            help="write which number in the report is which source file. Names of files may name patients: for the "
            "site's own use",
        )

    def handle(self, *args: Any, source: Path, target: Path, **options: Any) -> None:
        try:
            self.all_files(source, target, options)
        except SandboxFailed as error:
            raise CommandError(f"{error} Try again.", returncode=_NOT_DONE) from None
        except OSError as error:  # a full disk, a share that is gone
            raise _failed(f"Reading or writing failed: {error.strerror or 'no reason is known'}.") from None

    def all_files(self, source: Path, target: Path, options: dict[str, Any]) -> None:
        """Whatever can be wrong with the arguments is said before the first file."""
        if not source.exists():
            raise _failed("The source does not exist.")
        if is_empty_folder(source):
            raise _failed("There is no file in the source.")
        given_key = _given_key(options["key_file"], options["key_out"])
        _make_empty(target, source)
        with _outputs(source, target, options) as outputs:
            key = given_key or secrets.token_bytes(_KEY_BYTES)
            if options["key_out"]:
                _write(outputs["key_out"], key.hex().encode() + b"\n")
        files: list[dict[str, Any]] = []
        reports: dict[str, list[dict[str, str]]] = {}
        names: dict[str, str] = {}
        for number, (item, (verdict, code, made)) in enumerate(_answers(source, Pseudonyms(key)), start=1):
            names[str(number)] = item.name
            line: dict[str, Any] = {
                "number": number,
                "verdict": verdict,
                "code": code,
                "reason": sentence_here(code),
            }
            if made is not None:
                digest = report_digest(made.report)
                reports.setdefault(digest, _readable(made.report))
                line |= {"file": f"{number:06}.dcm", **_facts(made), "report": digest}
                (target / line["file"]).write_bytes(made.data)
            files.append(line)
            if verdict != "accept":
                self.stdout.write(f"file {number}: {verdict}: {line['reason']} [{code}]")
        summary = dict(Counter(line["verdict"] for line in files))
        if options["report"]:
            document = {
                "procedure": PROCEDURE_VERSION,
                "method": METHOD,
                "summary": {"files": len(files), **summary},
                "files": files,
                "reports": reports,
            }
            _write(options["report"], json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n")
        if options["names"]:
            listed = json.dumps(names, ensure_ascii=False, indent=1)
            # Bytes of a name that are no text are written as JSON writes them, \udcXX.
            _write(options["names"], listed.encode(errors="backslashreplace"))
        counted = ", ".join(f"{count} {verdict}" for verdict, count in sorted(summary.items()))
        self.stdout.write(f"{len(files)} files: {counted or 'nothing to do'}")
        if not given_key and not options["key_out"]:
            self.stdout.write(
                "The key is gone: nobody can make the same pseudonyms again. To keep the next one: --key-out FILE"
            )


def _answers(source: Path, pseudonyms: Pseudonyms) -> Iterator[tuple[Source, _Answer]]:
    """Every source with its answer, in order; a few are examined at a time, and no more are in memory."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting: deque[tuple[Source, Future[_Answer]]] = deque()
        for item in sources([source]):
            waiting.append((Source(item.name, None, item.code), pool.submit(_answer, item, pseudonyms)))
            if len(waiting) > _AT_ONCE:
                first, answer = waiting.popleft()
                yield first, answer.result()
        while waiting:
            first, answer = waiting.popleft()
            yield first, answer.result()


def _answer(item: Source, pseudonyms: Pseudonyms) -> _Answer:
    if item.data is None:
        return "reject", item.code, None
    try:
        return "accept", "", examine(item.data, pseudonyms=pseudonyms, kinds=None)
    except NotTaken as reason:
        return ("quarantine" if isinstance(reason, Quarantined) else "reject"), reason.code, None


def _facts(made: Deidentified) -> dict[str, Any]:
    said = made.description
    return {
        "subject": made.subject.token,
        "study_uid": made.study_uid,
        "series_uid": made.series_uid,
        "sop_uid": made.sop_uid,
        "kind": said.kind,
        "state": said.state or "unknown",
        "state_from": said.state_from,
        "view": said.view or "unknown",
        "view_from": said.view_from,
    }


def _readable(report: tuple[Entry, ...]) -> list[dict[str, str]]:
    return [
        {"path": entry.path, "name": name_at(entry.path), "action": entry.action, "reason": entry.reason,
         "sentence": reason_text(entry.reason)}
        for entry in report
    ]  # fmt: skip


def _failed(sentence_of_it: str) -> CommandError:
    return CommandError(sentence_of_it, returncode=_NOT_DONE)


def _make_empty(target: Path, source: Path) -> None:
    if source.is_dir() and target.resolve().is_relative_to(source.resolve()):
        raise _failed("The target lies within the source: choose another folder.")
    try:
        target.mkdir(parents=True, exist_ok=True)
        empty = not any(target.iterdir())
        with tempfile.TemporaryFile(dir=target):  # whether anything can be written there
            pass
    except (FileExistsError, NotADirectoryError):
        raise _failed("The target is a file: name a folder.") from None
    except OSError:
        raise _failed("The target cannot be written to: choose another folder.") from None
    if not empty:
        raise _failed("The target is not empty: choose another folder.")


@contextlib.contextmanager
def _outputs(source: Path, target: Path, options: dict[str, Any]) -> Iterator[dict[str, Path]]:
    """The files that are written beside the target, made before the work begins; all of them, or none.

    The key and the names are for their owner only, and never written over. The report may be written again, but never
    over an image.
    """
    paths: dict[str, Path] = {
        name: options[name] for name in ("report", "key_out", "names") if options[name] is not None
    }
    if len({path.resolve() for path in paths.values()}) < len(paths):
        raise _failed("Two of --report, --key-out and --names are the same file.")
    made = list[Path]()
    try:
        for name, path in paths.items():
            option = f"--{name.replace('_', '-')}"
            secret = name != "report"
            if secret and path.resolve().is_relative_to(target.resolve()):
                raise _failed(f"{option} lies in the target, which is meant to leave: choose another folder.")
            new = not path.exists()
            if not new and path.resolve().is_relative_to(source.resolve()):
                raise _failed(f"The file of {option} is one of the source; it is not overwritten.")
            if path.suffix == ".dcm" and path.resolve().is_relative_to(target.resolve()):
                raise _failed(f"{option} has the name of an image in the target: choose another one.")
            try:
                flags = os.O_WRONLY | os.O_CREAT | (os.O_EXCL if secret else 0)
                os.close(os.open(path, flags, 0o600 if secret else 0o666))
            except FileExistsError:
                raise _failed(f"The file of {option} exists; it is not overwritten.") from None
            except (OSError, ValueError):  # ValueError: a NUL in the name
                raise _failed(f"The file of {option} cannot be written: choose another place.") from None
            if new:
                made.append(path)
        yield paths
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        raise


def _write(path: Path, content: bytes) -> None:
    """Fill a file that `_outputs` made: its mode stays."""
    with path.open("wb") as file:
        file.write(content)


def _given_key(key_file: Path | None, key_out: Path | None) -> bytes | None:
    """The key of a file; None if a new one is to be made."""
    if key_file is None:
        return None
    if key_out is not None:
        raise _failed("--key-out keeps a new key; with --key-file there is none.")
    try:
        content = key_file.read_bytes()
        key = content if len(content) == _KEY_BYTES else bytes.fromhex(content.decode("ascii").strip())
    except OSError:
        raise _failed("The key file cannot be read.") from None
    except ValueError:
        raise _failed("The key file holds no key: 64 hexadecimal digits, or 32 bytes.") from None
    if len(key) != _KEY_BYTES:
        raise _failed("The key file holds no key: 64 hexadecimal digits, or 32 bytes.")
    return key
