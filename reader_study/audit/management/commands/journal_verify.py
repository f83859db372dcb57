from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from reader_study.audit.queries import first_broken, holds
from reader_study.audit.queries import head as newest


class Command(BaseCommand):
    help = (
        "Check the journal from its first row to its last. Rows cut off the end show only against a head that"
        " was kept elsewhere (the last line of an earlier check, a data lock): give it with --rows and --head."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rows", type=int, help="number of the row that was the newest")
        parser.add_argument("--head", help="its digest, in hex")

    def handle(self, *args: Any, rows: int | None = None, head: str | None = None, **options: Any) -> None:
        if (rows is None) != (head is None):
            raise CommandError("--rows and --head belong together.")
        broken = first_broken()
        if broken is not None:
            raise CommandError(f"The journal is broken at row {broken}.")
        if rows is not None and head is not None and not holds(number=rows, digest=head):
            raise CommandError(
                f"The journal is not the one that was checked before: row {rows} is not {head}."
            )
        number, digest = newest()
        self.stdout.write(f"{number} rows, unbroken; head {digest or '-'}")
