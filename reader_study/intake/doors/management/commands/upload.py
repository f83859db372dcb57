import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from reader_study.intake.doors.sending import (
    TRIES,
    CannotSend,
    Line,
    Server,
    sealed_files,
    send,
    terms_of,
    verdicts,
)
from reader_study.intake.reasons import NO_IMAGE, sentence, sentence_here
from reader_study.intake.sources import is_empty_folder, sources

TAKEN = ("accepted", "duplicate")
_EVERY = 5.0  # seconds between two lines of progress where there is no terminal


class Command(BaseCommand):
    help = (
        "De-identify a folder (or zip archive) on this machine and send what may leave it. Started again after a "
        "broken line, it sends what is missing. Exit: 0 every image was taken, 1 some were not, 2 it could not be "
        "done; a dry run says the same of what it would send. No database is needed; names of files stay on this "
        "machine."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--url", required=True, help="of the platform, e.g. https://reading.example.org")
        parser.add_argument("--token-file", type=Path, required=True, help="readable by its owner only")
        parser.add_argument("--study", help="id; without it, the token's")
        parser.add_argument("--site", help="id; only for who coordinates several")
        parser.add_argument(
            "--authorities", type=Path, help="PEM, when the server's certificate is the hospital's own"
        )
        parser.add_argument(
            "--wait", type=float, default=3600.0, help="seconds for the verdicts (default: 3600)"
        )
        parser.add_argument("--tries", type=int, default=TRIES, help=f"of each request (default: {TRIES})")
        parser.add_argument("--dry-run", action="store_true", help="say what would be sent, send nothing")
        parser.add_argument("--names", action="store_true", help="show file names; they may name patients")
        parser.add_argument("--json", action="store_true", help="the result as JSON on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["folder"].exists():
            raise CommandError(_("There is no such folder."), returncode=2)
        if is_empty_folder(options["folder"]):
            raise CommandError(_("There is no file in the folder."), returncode=2)
        try:
            lines, upload, complete = self.all_steps(options)
        except CannotSend as reason:
            raise CommandError(str(reason), returncode=2) from None
        self.say(lines, upload, options)
        if not complete:
            raise CommandError(
                _("Not all verdicts have come yet. Look at them in the browser later."), returncode=2
            )
        images = [line for line in lines if line.code not in NO_IMAGE]
        fine = ("", *TAKEN) if options["dry_run"] else TAKEN
        if any(line.verdict not in fine for line in images):
            sys.exit(1)

    def all_steps(self, options: dict[str, Any]) -> tuple[list[Line], str, bool]:
        shown = _Progress(sys.stderr)
        with (
            Server(
                options["url"],
                token_in(options["token_file"]),
                authorities=options["authorities"],
                tries=options["tries"],
            ) as server,
            tempfile.TemporaryDirectory(prefix="sealed-") as folder,
        ):
            study = options["study"] or server.ask("GET", "/api/token").json()["study"]
            terms = terms_of(server, study=study, site=options["site"])
            lines, reports = sealed_files(
                sources([options["folder"]]), terms=terms, folder=Path(folder), shown=shown
            )
            going = any(line.sealed for line in lines)
            if options["dry_run"] or not going:
                return lines, "", True
            upload = send(server, lines, reports, study=study, terms=terms, shown=shown)
            complete = verdicts(server, upload, lines, seconds=options["wait"], shown=shown)
        return lines, upload, complete

    def say(self, lines: Sequence[Line], upload: str, options: dict[str, Any]) -> None:
        rows: list[dict[str, Any]] = [
            {
                "n": line.n,
                **({"name": line.name} if options["names"] else {}),
                "verdict": line.verdict or "sendable",
                "code": line.code,
                "message": _sentence(line.verdict, line.code),
            }
            for line in lines
        ]
        counts = Counter((row["verdict"], row["code"]) for row in rows)
        if options["json"]:
            told = {
                "upload": upload,
                "files": rows,
                "counts": dict(Counter(row["verdict"] for row in rows)),
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
            return
        for (verdict, code), count in sorted(counts.items()):
            self.stdout.write(f"{count:7d}  {verdict:12s} {code:20s} {_sentence(verdict, code)}".rstrip())
        if options["names"]:
            for row in rows:
                if row["verdict"] not in TAKEN:
                    self.stdout.write(f"{row['verdict']:12s} {row['code']:20s} {row['name']}")


def _sentence(verdict: str, code: str) -> str:
    return sentence_here(code) if verdict == "kept_back" else sentence(code)


def token_in(path: Path) -> str:
    """The token in a file that only its owner can read. Raises CannotSend."""
    try:
        status = path.stat()
        token = path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        raise CannotSend(_("The file of the token cannot be read.")) from None
    if status.st_mode & 0o077:
        raise CannotSend(_("The file of the token can be read by others. Say: chmod 600 FILE"))
    if not token or not token.isascii() or len(token.split()) != 1:
        raise CannotSend(_("The file of the token holds no token."))
    return token


class _Progress:
    """One line that changes on a terminal; a line now and then elsewhere. With the time that the rest will take."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.last, self.what, self.began = stream, 0.0, "", 0.0

    def __call__(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if what != self.what:
            self.what, self.began, self.last = what, now, 0.0
        every = 0.2 if self.stream.isatty() else _EVERY
        if now - self.last < every and done < of:
            return
        self.last = now
        rest = (now - self.began) / done * (of - done) if 0 < done < of else 0.0
        line = f"{what} {done}/{of}" + (f", {rest:.0f} s" if rest > 1 else "")
        if self.stream.isatty():
            self.stream.write(f"\r\033[K{line}" + ("\n" if done >= of else ""))
        else:
            self.stream.write(f"{line}\n")
        self.stream.flush()
