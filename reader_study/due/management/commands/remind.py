from typing import Any

from django.core.management.base import BaseCommand

from reader_study.due.actions import remind


class Command(BaseCommand):
    help = "Mail everybody for whom something is due, at most once a day each."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"reminded: {remind()}")
