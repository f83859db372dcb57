import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from reader_study.intake.doors import dicom_scp, queries
from reader_study.intake.doors.admission import publish


class Command(BaseCommand):
    help = (
        "Receive files by DICOM C-STORE from the peers of all studies (see dicom_peer), until stopped. The worker "
        "takes them from there. In production the receiver runs in a container of its own, without Django: "
        "python -m reader_study.intake.doors.dicom_scp"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        dicom_scp.add_arguments(parser, spool=Path(settings.DICOM_SPOOL))

    def handle(self, *args: Any, **options: Any) -> None:
        publish(options["spool"], queries.admitted())
        dicom_scp.receive(argparse.Namespace(**options))
