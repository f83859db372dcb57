from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reader_study.accounts.models import User
from reader_study.intake.doors import actions, queries
from reader_study.problems import Problem
from reader_study.studies.models import Study
from reader_study.studies.queries import sites_of


class Command(BaseCommand):
    help = "Let a hospital's system send by DICOM C-STORE, list those that may, or end one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--by", required=True, metavar="E-MAIL", help="investigator, or coordinator of the site"
        )
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="prints the title that the hospital's system has to call")
        add.add_argument("--study", type=UUID, required=True)
        add.add_argument("--site", required=True, metavar="CODE")
        add.add_argument("--calling", required=True, metavar="TITLE", help="of the hospital's system")
        add.add_argument("--network", action="append", default=[], help="only from there, e.g. 192.0.2.0/24")
        add.add_argument("--certificate", action="append", default=[], help="SHA-256 of a client certificate")
        listed = verbs.add_parser("list")
        listed.add_argument("--study", type=UUID, required=True)
        revoke = verbs.add_parser("revoke")
        revoke.add_argument("peer", type=UUID)

    def handle(self, *args: Any, **options: Any) -> None:
        actor = User.objects.filter(email=options["by"].lower(), is_active=True).first()
        if actor is None:
            raise CommandError("Nobody has this e-mail address.")
        try:
            getattr(self, options["verb"])(actor, options)
        except Problem as problem:
            raise CommandError(problem.message) from None

    def add(self, actor: User, options: dict[str, Any]) -> None:
        study = self.study(options)
        site = sites_of(actor, study).filter(code=options["site"]).first()
        if site is None:
            raise CommandError("There is no such site that you may speak for in this study.")
        peer = actions.add_peer(
            actor=actor,
            study_id=study.id,
            site_id=site.id,
            calling=options["calling"],
            networks=options["network"],
            certificates=options["certificate"],
        )
        self.stdout.write(f"{peer.id}  called {peer.called}  calling {peer.calling}  site {site.code}")

    def list(self, actor: User, options: dict[str, Any]) -> None:
        for peer in queries.visible_peers(actor, self.study(options)):
            end = f"  revoked {peer.revoked_at:%Y-%m-%d}" if peer.revoked_at else ""
            self.stdout.write(
                f"{peer.id}  called {peer.called}  calling {peer.calling}  site {peer.site.code}{end}"
            )

    def revoke(self, actor: User, options: dict[str, Any]) -> None:
        actions.revoke_peer(actor=actor, peer_id=options["peer"])

    def study(self, options: dict[str, Any]) -> Study:
        study = Study.objects.filter(pk=options["study"]).first()
        if study is None:
            raise CommandError("There is no such study.")
        return study
