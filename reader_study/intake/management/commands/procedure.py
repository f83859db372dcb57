"""`./run manage procedure`: the de-identification procedure as JSON, as the browser carries it out."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from reader_study.intake.procedure import attribute_names, document


class Command(BaseCommand):
    help = "Print the de-identification procedure as JSON."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--attributes", action="store_true", help="print the names of all attributes instead"
        )

    def handle(self, *, attributes: bool, **options: Any) -> None:
        content = attribute_names() if attributes else document()
        self.stdout.write(json.dumps(content, ensure_ascii=False, indent=1))
