from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management import BaseCommand, CommandError, CommandParser

from reader_study.allocation.actions import export_list
from reader_study.problems import Problem
from reader_study.studies.models import Study


class Command(BaseCommand):
    help = "Write the sealed read lists of an unblinded study into a file that anybody can check; it is journaled."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", type=UUID)
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        study = Study.objects.filter(pk=options["study"]).first()
        if study is None:
            raise CommandError("There is no such study.")
        try:
            options["file"].write_bytes(export_list(actor=None, study=study))
        except Problem as error:
            raise CommandError(error.message) from None
