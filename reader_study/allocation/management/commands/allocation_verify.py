from typing import Any
from uuid import UUID

from django.core.management import BaseCommand, CommandError, CommandParser

from reader_study.allocation.models import Allocation
from reader_study.allocation.queries import made_again, stored_list


class Command(BaseCommand):
    help = "Make a study's read list again from its recorded seed and compare: list, table and sealed digest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        allocation = Allocation.objects.filter(study=options["study"]).first()
        if allocation is None:
            raise CommandError("This study is not allocated.")
        made = made_again(inputs=allocation.inputs, seed=bytes(allocation.seed))
        if made.digest() != allocation.digest:
            raise CommandError(
                f"The seed makes another list: {made.digest()}, sealed was {allocation.digest}."
            )
        stored = stored_list(allocation)
        if stored.digest() != allocation.digest:
            raise CommandError(
                f"The table holds another list: {stored.digest()}, sealed was {allocation.digest}."
            )
        self.stdout.write(f"{len(stored.placements)} reads, as sealed: {allocation.digest}")
