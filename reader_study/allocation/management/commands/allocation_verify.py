from typing import Any
from uuid import UUID

from django.core.management import BaseCommand, CommandError, CommandParser

from reader_study.allocation.models import Allocation
from reader_study.allocation.queries import made_again, sealed_digest, stored_list


class Command(BaseCommand):
    help = "Make a study's read list again from its recorded seed and compare: list, table and sealed digest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("study", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        allocation = Allocation.objects.filter(study=options["study"]).first()
        if allocation is None:
            raise CommandError("This study is not allocated.")
        images = allocation.inputs["images"]
        made = made_again(inputs=allocation.inputs, seed=bytes(allocation.seed))
        digest = sealed_digest(made, images=images)
        if digest != allocation.digest:
            raise CommandError(
                f"Seed and inputs make another list: {digest}, sealed was {allocation.digest}."
            )
        stored = stored_list(allocation)
        digest = sealed_digest(stored, images=images)
        if digest != allocation.digest:
            raise CommandError(f"The table holds another list: {digest}, sealed was {allocation.digest}.")
        self.stdout.write(f"{len(stored.placements)} reads, as sealed: {allocation.digest}")
