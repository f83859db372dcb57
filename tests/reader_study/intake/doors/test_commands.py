"""What an administrator says at the server: tokens, peers, where the receiver writes."""

import io
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from reader_study.accounts.models import ApiToken
from reader_study.accounts.queries import token_of
from reader_study.intake.doors.management.commands.receive_dicom import Command as ReceiveDicom
from reader_study.intake.doors.models import Peer
from tests.reader_study.cases.world import World
from tests.reader_study.intake.doors.receiving import ROOT, dcmtk

pytestmark = pytest.mark.django_db


def said(*command: str) -> str:
    output = io.StringIO()
    call_command(*command, stdout=output)
    return output.getvalue()


def test_a_token_is_printed_once(world: World) -> None:
    call = ("token", world.coordinator_a.email, "--study", str(world.study.id), "--label", "nightly export")
    secret = said(*call, "--scope", "intake", "--days", "7").strip()
    token = token_of(secret)
    assert token is not None and (token.owner, token.label) == (world.coordinator_a, "nightly export")
    with pytest.raises(CommandError, match="nothing here"):
        said("token", world.reader.email, "--study", str(world.study.id), "--label", "x", "--scope", "intake")
    with pytest.raises(CommandError, match="Nobody"):
        said("token", "x@example.org", "--study", str(world.study.id), "--label", "x", "--scope", "intake")
    assert ApiToken.objects.count() == 1


def test_a_peer_is_added_listed_and_revoked(world: World) -> None:
    by = ("dicom_peer", "--by", world.investigator.email)
    study = ("--study", str(world.study.id))
    added = said(*by, "add", *study, "--site", "A", "--calling", "PACS-A", "--network", "192.0.2.0/24")
    peer = Peer.objects.get()
    assert peer.called in added and (peer.site, peer.networks) == (world.site_a, ["192.0.2.0/24"])
    assert "PACS-A" in said(*by, "list", *study)
    said(*by, "revoke", str(peer.id))
    assert re.search(r"revoked \d{4}-", said(*by, "list", *study))
    for wrong in (["--site", "X", "--calling", "P"], ["--site", "A", "--calling", "A B"]):
        with pytest.raises(CommandError):
            said(*by, "add", *study, *wrong)
    with pytest.raises(CommandError):
        said("dicom_peer", "--by", world.coordinator_b.email, "add", *study, "--site", "A", "--calling", "P")


def test_the_receiver_writes_where_the_worker_looks(settings: Any) -> None:
    options = ReceiveDicom().create_parser("manage.py", "receive_dicom").parse_args([])
    assert options.spool == settings.DICOM_SPOOL and options.address == "127.0.0.1"


@pytest.mark.django_db(transaction=True)
def test_the_receiver_of_the_command_knows_the_peers(world: World, tmp_path: Any) -> None:
    echoscu = dcmtk("echoscu")
    said("dicom_peer", "--by", world.investigator.email, "add", "--study", str(world.study.id), "--site", "A",
         "--calling", "PACS-A")  # fmt: skip
    program = (
        "import django; from django.conf import settings; import os\n"
        "settings.DATABASES['default']['NAME'] = os.environ['DATABASE_OF_TEST']; django.setup()\n"
        "from django.core.management import call_command; call_command('receive_dicom', '--port', '0')"
    )
    environment = {
        **os.environ, "DATABASE_OF_TEST": str(connection.settings_dict["NAME"]),
        "DICOM_SPOOL": str(tmp_path / "spool"), "DJANGO_SETTINGS_MODULE": "reader_study.settings",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().split()[-1]
        called = Peer.objects.get().called
        for calling, status in (("PACS-A", 0), ("PACS-B", 1)):
            call = [echoscu, "-aet", calling, "-aec", called, "127.0.0.1", port]
            assert subprocess.run(call, capture_output=True, check=False).returncode == status
    finally:
        process.terminate()
        process.wait(20)
