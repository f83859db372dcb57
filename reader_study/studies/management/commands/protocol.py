from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management import BaseCommand, CommandError, CommandParser

from reader_study.accounts.models import User
from reader_study.problems import Conflict, Problem
from reader_study.studies.actions import amend_protocol
from reader_study.studies.differences import differences
from reader_study.studies.models import Study
from reader_study.studies.notation import Notation, of_file, written_as
from reader_study.studies.protocol import canonical, digest, parse_new
from reader_study.studies.queries import current_protocol, version_of


class Command(BaseCommand):
    """A frozen protocol is amended in the browser, where its investigator signs: import serves drafts."""

    help = "A study's protocol as a file: import, export, diff, check."

    def add_arguments(self, parser: CommandParser) -> None:
        jobs = parser.add_subparsers(dest="job", required=True)
        check = jobs.add_parser("check", help="whether a file is a protocol that a study could have")
        check.add_argument("file", type=Path)
        importing = jobs.add_parser("import", help="make a file the protocol of a draft")
        importing.add_argument("file", type=Path)
        importing.add_argument("--study", type=UUID, required=True)
        importing.add_argument("--as", dest="email", required=True, help="e-mail of the study's investigator")
        importing.add_argument("--reason", required=True)
        export = jobs.add_parser("export", help="write a version to standard output")
        export.add_argument("--study", type=UUID, required=True)
        export.add_argument("--version", dest="number", type=int, help="without it, the one in force")
        export.add_argument("--notation", type=Notation, choices=list(Notation), default=Notation.TOML)
        diff = jobs.add_parser("diff", help="how a version or a file differs from another version")
        diff.add_argument("--study", type=UUID, required=True)
        diff.add_argument("--from", dest="before", type=int, help="without it, the one in force")
        after = diff.add_mutually_exclusive_group(required=True)
        after.add_argument("--to", dest="after", type=int)
        after.add_argument("file", type=Path, nargs="?")

    def handle(self, *args: Any, **options: Any) -> None:
        jobs = {"check": self._check, "import": self._import, "export": self._export, "diff": self._diff}
        try:
            jobs[options["job"]](options)
        except Problem as problem:
            raise CommandError(problem.message) from None

    def _check(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"ok {digest(parse_new(of_file(options['file'])).as_document())}")

    def _import(self, options: dict[str, Any]) -> None:
        author = User.objects.filter(email=options["email"].lower(), is_active=True).first()
        if author is None:
            raise CommandError("There is no account with this e-mail address.")
        try:
            version = amend_protocol(
                author=author,
                study=_study(options),
                document=of_file(options["file"]),
                reason=options["reason"],
            )
        except Conflict as conflict:
            if conflict.code != "unchanged":
                raise
            self.stdout.write(conflict.message)  # to import a file twice is no failure
            return
        self.stdout.write(f"version {version.version} {version.sha256}")

    def _export(self, options: dict[str, Any]) -> None:
        study, number = _study(options), options["number"]
        version = current_protocol(study) if number is None else version_of(study, number)
        self.stdout.write(written_as(version.document, options["notation"]).decode(), ending="")

    def _diff(self, options: dict[str, Any]) -> None:
        study, number = _study(options), options["before"]
        before = (current_protocol(study) if number is None else version_of(study, number)).document
        after = (
            version_of(study, options["after"]).document
            if options["file"] is None
            else parse_new(of_file(options["file"])).as_document()
        )
        for one in differences(before, after):
            was, now = (canonical(value).decode() for value in (one.before, one.after))
            said = {"added": f"+ {now}", "removed": f"- {was}", "changed": f"{was} -> {now}"}[one.kind]
            self.stdout.write(f"{one.place}: {said}")


def _study(options: dict[str, Any]) -> Study:
    study = Study.objects.filter(pk=options["study"]).first()
    if study is None:
        raise CommandError("There is no such study.")
    return study
