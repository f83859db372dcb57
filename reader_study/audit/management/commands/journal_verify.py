from typing import Any

from django.core.management import BaseCommand, CommandError

from reader_study.audit.models import Entry
from reader_study.audit.queries import first_broken


class Command(BaseCommand):
    help = "Check the hash chain of the journal from its first row to its last."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = first_broken()
        if broken is not None:
            raise CommandError(f"The journal is broken at row {broken}.")
        last = Entry.objects.order_by("number").last()
        head = bytes(last.digest).hex() if last else "-"
        self.stdout.write(f"{last.number if last else 0} rows, unbroken; head {head}")
