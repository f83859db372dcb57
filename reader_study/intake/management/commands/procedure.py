"""`./run manage procedure`: the de-identification procedure as the browser carries it out, or as people read it."""

import contextlib
import json
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from reader_study.intake.procedure import attribute_names, document
from reader_study.intake.procedure_table import rows


class Command(BaseCommand):
    help = "Print the de-identification procedure: as JSON, or as a table for people."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--attributes", action="store_true", help="print the names of all attributes instead"
        )
        parser.add_argument(
            "--table",
            action="store_true",
            help="print what stays, changes or goes, a line for each attribute, with the reason; columns between tabs",
        )
        parser.add_argument("--language", choices=["en", "ja"], default="en", help="of the table")

    def handle(self, *, attributes: bool, table: bool, language: str, **options: Any) -> None:
        if table:
            with override(language), contextlib.suppress(BrokenPipeError):  # as of `| head`
                for row in rows():
                    self.stdout.write("\t".join(row))
                self.stdout.flush()
                return
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        content = attribute_names() if attributes else document()
        self.stdout.write(json.dumps(content, ensure_ascii=False, indent=1))
