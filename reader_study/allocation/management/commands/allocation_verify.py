from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management import BaseCommand, CommandError, CommandParser

from reader_study.allocation.export import Unverified, verify
from reader_study.allocation.queries import exported
from reader_study.audit.models import Entry
from reader_study.problems import NotFound
from reader_study.studies.models import Study


class Command(BaseCommand):
    help = (
        "Make a study's read lists again from their recorded seeds and compare: list, digest, journal. Of a study in"
        " the database, or of an exported file, for which the database is not asked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("study", nargs="?", type=UUID)
        what.add_argument("--file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        data = options["file"].read_bytes() if options["file"] else _in_the_database(options["study"])
        try:
            blocks = verify(data)
        except Unverified as error:
            raise CommandError(str(error)) from None
        for block in blocks:
            self.stdout.write(
                f"block {block.block}: {block.reads} reads, as sealed: {block.digest} ({block.algorithm}),"
                f" journal entry {block.entry}: {block.entry_digest}"
            )


def _in_the_database(study_id: UUID) -> bytes:
    study = Study.objects.filter(pk=study_id).first()
    try:
        if study is not None:
            return exported(study)
    except Entry.DoesNotExist:
        raise CommandError("The journal has no entry that sealed this list.") from None
    except NotFound:
        pass
    raise CommandError("This study is not allocated.")
