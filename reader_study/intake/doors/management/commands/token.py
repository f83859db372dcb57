from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reader_study.accounts.models import TokenScope, User
from reader_study.intake.doors.api import DAYS
from reader_study.intake.doors.tokens import token_for_study
from reader_study.problems import Problem


class Command(BaseCommand):
    help = "Make a token for a program of a person (who needs the role in the study); printed once, kept nowhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--study", type=UUID, required=True)
        parser.add_argument("--scope", choices=TokenScope.values, required=True)
        parser.add_argument("--label", required=True, help="what it is for")
        parser.add_argument("--days", type=int, default=DAYS)

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(email=options["email"].lower(), is_active=True).first()
        if owner is None:
            raise CommandError("Nobody has this e-mail address.")
        try:
            _token, secret = token_for_study(
                owner=owner,
                study_id=options["study"],
                scope=TokenScope(options["scope"]),
                label=options["label"],
                days=options["days"],
                password=None,
            )
        except Problem as problem:
            raise CommandError(problem.message) from None
        self.stdout.write(secret)
