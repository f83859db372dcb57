"""`manage.py send_dicom`: virtual PET, or scores after unblinding, to a PACS or another DICOM archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.interop.actions import send_out
from reader_study.interop.outgoing import What
from reader_study.interop.sending import Answer, Archive
from reader_study.interop.sending.dicom import CALLING, DicomArchive, Tls
from reader_study.interop.sending.stow import WebArchive
from reader_study.problems import Problem
from reader_study.studies.models import Study
from reader_study.studies.queries import study_for


class Command(BaseCommand):
    help = "Send computed images, or scores after unblinding, by C-STORE or STOW-RS. Ends with 1 unless all are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", help="id of the study")
        parser.add_argument(
            "--by", required=True, metavar="EMAIL", help="who sends, with that person's rights"
        )
        parser.add_argument("--what", choices=What.values, default=What.VIRTUAL_PET.value)
        parser.add_argument("--case", action="append", default=[], metavar="A-0001", help="only this case")
        parser.add_argument("--reason", default="", help="why, where the study is not unblinded yet")
        to = parser.add_mutually_exclusive_group(required=True)
        to.add_argument("--to", metavar="AET@HOST:PORT", help="a DICOM archive")
        to.add_argument("--stow", metavar="URL", help="a DICOMweb archive; /studies is added")
        parser.add_argument(
            "--token-file", type=Path, help="file with the bearer token of the DICOMweb archive"
        )
        parser.add_argument("--calling", default=CALLING, metavar="AET", help="how we call ourselves")
        parser.add_argument(
            "--tls-authority", type=Path, help="PEM: whom the archive's certificate must come from"
        )
        parser.add_argument(
            "--tls-certificate", type=Path, help="PEM: our certificate, where the archive asks"
        )
        parser.add_argument("--tls-key", type=Path, help="PEM: its key")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = User.objects.filter(email=options["by"].lower(), is_active=True).first()
        if actor is None:
            raise CommandError(_("There is no account with this e-mail address."))
        try:
            archive = _archive(options)
            sent = send_out(
                actor=actor,
                study=_study(actor, options["study"]),
                what=What(options["what"]),
                archive=archive,
                subjects=options["case"],
                reason=options["reason"],
                told=self.told,
            )
        except (Problem, ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            _("%(kept)d of %(total)d files are kept by %(archive)s.")
            % {"kept": sent.kept, "total": sent.total, "archive": archive.name}
        )
        if sent.broken:
            raise CommandError(sent.broken)
        if sent.kept < sent.total:
            raise CommandError(_("Not all files were kept; their codes are above."))

    def told(self, answer: Answer) -> None:
        self.stdout.write(f"{'kept  ' if answer.kept else 'FAILED'} {answer.code:13} {answer.sop_uid}")


def _study(actor: User, study_id: str) -> Study:
    try:
        return study_for(actor, UUID(study_id))
    except ValueError as error:
        raise CommandError(_("This is not the id of a study.")) from error


def _archive(options: dict[str, Any]) -> Archive:
    if options["stow"]:
        file = options["token_file"]
        token = file.read_text(encoding="ascii").strip() if file else ""
        return WebArchive.parse(options["stow"], token=token)
    authority = options["tls_authority"]
    tls = Tls(authority, options["tls_certificate"], options["tls_key"]) if authority else None
    return DicomArchive.parse(options["to"], calling=options["calling"], tls=tls)
