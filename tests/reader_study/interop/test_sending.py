"""C-STORE and STOW to real archives: what they keep is what we had, bit by bit; and who may send what when."""

import io
import json
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pydicom import dcmread

from reader_study.audit.models import Entry
from reader_study.cases.models import Image
from reader_study.interop.actions import send_out
from reader_study.interop.outgoing import What
from reader_study.interop.sending import Answer, Outgoing, Unreachable
from reader_study.interop.sending.dicom import DicomArchive, Tls
from reader_study.interop.sending.stow import WebArchive, _groups
from reader_study.problems import Conflict, Invalid, NotFound
from tests.reader_study.interop import certificates, objects
from tests.reader_study.interop.conftest import Archive
from tests.reader_study.interop.peers import free_port, orthanc, storescp

pytestmark = pytest.mark.django_db
REASON = "The site asked for it"


def send(archive: Archive, *options: str, by: str = "", **more: Any) -> str:
    """The command; returns what it printed."""
    out = io.StringIO()
    who = by or archive.world.coordinator_a.email
    call_command("send_dicom", str(archive.world.study.id), "--by", who, *options, stdout=out, **more)
    return out.getvalue()


def as_file(data: bytes) -> Outgoing:
    ds = dcmread(io.BytesIO(data), stop_before_pixels=True)
    return Outgoing(ds.SOPClassUID, ds.SOPInstanceUID, data)


def same(kept: bytes, sent: bytes) -> None:
    """The same data set, header and pixels."""
    theirs, ours = dcmread(io.BytesIO(kept)), dcmread(io.BytesIO(sent))
    assert theirs.PixelData == ours.PixelData
    assert theirs.to_json_dict() == ours.to_json_dict()


def test_virtual_pet_to_dcmtk(archive: Archive, tmp_path: Path) -> None:
    with storescp(tmp_path / "kept") as port:
        said = send(archive, "--to", f"STORESCP@127.0.0.1:{port}", "--reason", REASON)
    uid = dcmread(io.BytesIO(archive.virtual_pet)).SOPInstanceUID
    assert f"kept   0000          {uid}" in said
    assert "1 of 1 files are kept" in said
    (file,) = (tmp_path / "kept").iterdir()
    same(file.read_bytes(), archive.virtual_pet)
    assert dcmread(file).SyntheticData == "YES"


def test_virtual_pet_to_orthanc_by_both_ways(archive: Archive, tmp_path: Path) -> None:
    sop_uid = dcmread(io.BytesIO(archive.virtual_pet)).SOPInstanceUID
    with orthanc(tmp_path / "by DICOM") as peer:
        send(archive, "--to", f"ORTHANC@127.0.0.1:{peer.dicom_port}", "--reason", REASON)
        same(peer.file(sop_uid), archive.virtual_pet)
    with orthanc(tmp_path / "by web") as peer:
        send(archive, "--stow", f"{peer.http}/dicom-web", "--reason", REASON)
        assert peer.file(sop_uid) == archive.virtual_pet  # the very bytes
        send(archive, "--what", "uncertainty", "--stow", f"{peer.http}/dicom-web/", "--reason", REASON)
        assert len(peer.get("/instances")) == 2


def test_a_whole_series_in_one_association(archive: Archive, tmp_path: Path) -> None:
    files = [as_file(data) for data in [*archive.pet, archive.spect]]
    with storescp(tmp_path / "kept") as port:
        answers = list(DicomArchive.parse(f"STORESCP@127.0.0.1:{port}").send(files))
    assert [answer.code for answer in answers] == ["0000"] * 4
    kept = {dcmread(file).SOPInstanceUID: file.read_bytes() for file in (tmp_path / "kept").iterdir()}
    for file in files:
        same(kept[file.sop_uid], file.data)


def test_over_tls_with_certificates_on_both_sides(archive: Archive, tmp_path: Path) -> None:
    made = certificates.make(tmp_path)
    options = ["--require-peer-cert", "+tls", made.server_key, made.server, "+cf", made.authority]
    with storescp(tmp_path / "kept", *map(str, options)) as port:
        tls = Tls(made.authority, made.client, made.client_key)
        address = f"STORESCP@localhost:{port}"
        answers = list(DicomArchive.parse(address, tls=tls).send([as_file(archive.spect)]))
        with pytest.raises(Unreachable):  # without our certificate
            list(DicomArchive.parse(address, tls=Tls(made.authority)).send([as_file(archive.spect)]))
        with pytest.raises(Unreachable):  # without TLS
            list(DicomArchive.parse(address).send([as_file(archive.spect)]))
        with pytest.raises(Unreachable):  # an archive that our authority does not know
            other = certificates.make(tmp_path / "other")
            list(DicomArchive.parse(address, tls=Tls(other.authority)).send([as_file(archive.spect)]))
    assert [answer.kept for answer in answers] == [True]
    (file,) = (tmp_path / "kept").iterdir()
    same(file.read_bytes(), archive.spect)


def test_an_archive_that_takes_no_such_class_says_so_for_each_file(archive: Archive, tmp_path: Path) -> None:
    # Of dcmtk's own: it accepts only what this profile names.
    profile = tmp_path / "profile.cfg"
    profile.write_text(
        "[[TransferSyntaxes]]\n[Plain]\nTransferSyntax1 = LittleEndianExplicit\n"
        "[[PresentationContexts]]\n[OnlyPet]\n"
        "PresentationContext1 = PositronEmissionTomographyImageStorage\\Plain\n"
        "[[Profiles]]\n[Pet]\nPresentationContexts = OnlyPet\n"
    )
    with storescp(tmp_path / "kept", "--config-file", str(profile), "Pet") as port:
        files = [as_file(archive.spect), as_file(archive.pet[0])]
        answers = list(DicomArchive.parse(f"STORESCP@127.0.0.1:{port}").send(files))
    assert [(answer.kept, answer.code) for answer in answers] == [(False, "not_accepted"), (True, "0000")]


def test_nobody_listens(archive: Archive) -> None:
    with pytest.raises(CommandError, match="does not take files"):
        send(archive, "--to", f"PACS@127.0.0.1:{free_port()}", "--reason", REASON)
    with pytest.raises(CommandError, match="does not take files: ConnectError"):
        send(archive, "--stow", f"http://127.0.0.1:{free_port()}", "--reason", REASON)
    last = Entry.objects.order_by("-number")[0]
    assert (last.action, last.detail["kept"], last.detail["asked"]) == ("interop.sent", 0, 0)


def _hang_up(listener: socket.socket) -> None:
    listener.accept()[0].close()


def test_a_listener_that_speaks_no_dicom_does_not_hold_us(archive: Archive) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        threading.Thread(target=_hang_up, args=(silent,), daemon=True).start()
        with pytest.raises(Unreachable):
            list(DicomArchive("X", "127.0.0.1", port, seconds=1).send([as_file(archive.spect)]))


@pytest.fixture
def stow_that_says(request: pytest.FixtureRequest) -> Callable[[int, Any], str]:
    """A DICOMweb service with a given answer; returns its address."""

    def serve(status: int, body: Any) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        request.addfinalizer(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}"

    return serve


def _item(uid: str, reason: int | None = None) -> dict[str, Any]:
    item: dict[str, Any] = {"00081155": {"vr": "UI", "Value": [uid]}}
    if reason is not None:
        item["00081197"] = {"vr": "US", "Value": [reason]}
    return item


def test_the_verdict_of_a_web_archive_is_read_file_by_file(
    archive: Archive, stow_that_says: Callable[[int, Any], str]
) -> None:
    kept, failed, silent = (as_file(data) for data in archive.pet)
    body = {
        "00081198": {"vr": "SQ", "Value": [_item(failed.sop_uid, 0xA700)]},
        "00081199": {"vr": "SQ", "Value": [_item(kept.sop_uid)]},
    }
    answers = list(WebArchive.parse(stow_that_says(202, body)).send([kept, failed, silent]))
    assert answers == [
        Answer(kept.sop_uid, True, "0000"),
        Answer(failed.sop_uid, False, "A700"),
        Answer(silent.sop_uid, False, "not_mentioned"),
    ]


@pytest.mark.parametrize("body", [b"<html>", [], {}, {"00081199": 3}, [None]])
def test_an_answer_that_says_nothing_is_no_promise(
    archive: Archive, stow_that_says: Callable[[int, Any], str], body: Any
) -> None:
    (answer,) = WebArchive.parse(stow_that_says(200, body)).send([as_file(archive.spect)])
    assert (answer.kept, answer.code) == (False, "not_mentioned")


@pytest.mark.parametrize("status", [302, 401, 404, 413, 500])
def test_a_web_archive_that_refuses(
    archive: Archive, stow_that_says: Callable[[int, Any], str], status: int
) -> None:
    with pytest.raises(Unreachable, match=f"HTTP {status}"):
        list(WebArchive.parse(stow_that_says(status, {})).send([as_file(archive.spect)]))


def test_requests_are_bounded() -> None:
    small = [Outgoing("1", str(n), b"x") for n in range(250)]
    assert [len(group) for group in _groups(small)] == [100, 100, 50]
    large = [Outgoing("1", str(n), bytes(40 * 2**20)) for n in range(2)]
    assert [len(group) for group in _groups(large)] == [1, 1]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("PACS@10.0.0.5:104", True),
        ("A B@host:104", False),
        ("PACS@host:0", False),
        ("PACS@host:70000", False),
        ("PACS@host", False),
        ("SEVENTEENCHARACTERS@host:1", False),
        ("P@[::1]:104", True),
    ],
)
def test_addresses_of_dicom_archives(text: str, right: bool) -> None:
    if right:
        assert DicomArchive.parse(text).name.startswith(text.partition("@")[0])
    else:
        with pytest.raises(ValueError, match="AET@host:port"):
            DicomArchive.parse(text)


def test_addresses_of_web_archives() -> None:
    assert WebArchive.parse("https://pacs.example.org/dicom-web/", token="secret").name.endswith("dicom-web")
    assert "secret" not in repr(WebArchive.parse("https://pacs.example.org", token="secret"))
    with pytest.raises(ValueError, match="https only"):
        WebArchive.parse("http://pacs.example.org", token="secret")
    for wrong in ("ftp://x", "pacs.example.org", "https://user:secret@x", "https://x?y=1"):
        with pytest.raises(ValueError, match="is an address like"):
            WebArchive.parse(wrong)


# --- who may send what, when


class Shelf:
    """An archive that keeps everything."""

    name = "SHELF@here:104"

    def __init__(self) -> None:
        self.kept: list[Outgoing] = []

    def send(self, files: Any) -> Any:
        for file in files:
            self.kept.append(file)
            yield Answer(file.sop_uid, True, "0000")


def test_the_journal_says_what_left_who_sent_it_where_and_why(archive: Archive) -> None:
    shelf, world = Shelf(), archive.world
    send_out(
        actor=world.coordinator_a,
        study=world.study,
        what=What.VIRTUAL_PET,
        archive=shelf,
        reason=f" {REASON} ",
    )
    assert [file.data for file in shelf.kept] == [archive.virtual_pet]
    before, after = Entry.objects.order_by("-number")[:2][::-1]
    assert (before.action, after.action) == ("interop.sending", "interop.sent")
    assert after.actor == world.coordinator_a.id
    assert after.detail == {
        "what": "virtual-pet",
        "archive": "SHELF@here:104",
        "files": 1,
        "reason": REASON,
        "kept": 1,
        "asked": 1,
    }


def test_before_unblinding_a_reason_is_asked_for(archive: Archive) -> None:
    world = archive.world
    with pytest.raises(Conflict) as refused:
        send_out(actor=world.investigator, study=world.study, what=What.VIRTUAL_PET, archive=Shelf())
    assert refused.value.code == "blinded"
    with pytest.raises(Conflict) as refused:
        send_out(
            actor=world.investigator, study=world.study, what=What.SCORES, archive=Shelf(), reason=REASON
        )
    assert refused.value.code == "blinded"


@pytest.mark.parametrize("who", ["reader", "monitor", "stranger", "staff"])
def test_who_may_not_have_images_may_not_send_them(archive: Archive, who: str) -> None:
    shelf = Shelf()
    with pytest.raises(NotFound):
        send_out(
            actor=getattr(archive.world, who),
            study=archive.world.study,
            what=What.VIRTUAL_PET,
            archive=shelf,
            reason=REASON,
        )
    assert not shelf.kept


def test_a_coordinator_sends_only_the_own_site(archive: Archive) -> None:
    world = archive.world
    case_b = objects.case_of(world.study, world.site_b, number=2)
    source = objects.spect_of(case_b, seed=8)
    _image, at_b = objects.virtual_pet_of(case_b, source)
    shelf = Shelf()
    more = {"what": What.VIRTUAL_PET, "archive": shelf, "reason": REASON}
    send_out(actor=world.coordinator_b, study=world.study, **more)
    assert [file.data for file in shelf.kept] == [at_b]
    with pytest.raises(Invalid):
        send_out(actor=world.coordinator_b, study=world.study, subjects=["A-0001"], **more)
    send_out(actor=world.investigator, study=world.study, subjects=["A-0001"], **more)
    assert [file.data for file in shelf.kept] == [at_b, archive.virtual_pet]


def test_an_image_that_nobody_accepted_stays(archive: Archive) -> None:
    Image.objects.filter(image_set="virtual_pet").update(qc="pending", qc_by=None, qc_at=None)
    with pytest.raises(CommandError, match="nothing to send"):
        send(archive, "--to", "X@127.0.0.1:1", "--reason", REASON)


def test_the_command_says_what_is_wrong_with_its_words(archive: Archive) -> None:
    with pytest.raises(CommandError, match="no account"):
        send(archive, "--to", "X@127.0.0.1:1", by="nobody@example.org")
    with pytest.raises(CommandError, match="AET@host:port"):
        send(archive, "--to", "nonsense", "--reason", REASON)
    with pytest.raises(CommandError, match="not the id of a study"):
        call_command("send_dicom", "x", "--by", archive.world.coordinator_a.email, "--to", "X@127.0.0.1:1")
    with pytest.raises(CommandError, match="nothing here"):
        send(archive, "--to", "X@127.0.0.1:1", by=archive.world.stranger.email)
