"""The DICOM receiver as a process of its own: real peers, and callers that mean harm."""

import datetime
import ipaddress
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.uid import CTImageStorage, RLELossless
from pynetdicom import AE
from pynetdicom.sop_class import Verification

from reader_study.intake.doors.admission import publish
from reader_study.intake.doors.bounded import Bounds, printable
from reader_study.intake.doors.dicom_scp import STORAGE_CLASSES, TRANSFER_SYNTAXES
from reader_study.intake.structure import SYNTAXES
from tests.reader_study.intake.doors.receiving import (
    CALLED,
    CALLING,
    ROOT,
    Running,
    dcmtk,
    peer,
    receiver,
    storescu,
)

BOUNDS = Bounds(free_bytes=0)


def ct_files(folder: Path, count: int, *, seed: int = 0, **more: Any) -> list[Path]:
    files = []
    folder.mkdir(exist_ok=True)
    for n in range(count):
        image = dcmread(get_testdata_file("CT_small.dcm"))
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{seed}.{n + 1}"
        for keyword, value in more.items():
            setattr(image, keyword, value)
        image.save_as(folder / f"{n}.dcm")
        files.append(folder / f"{n}.dcm")
    return files


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with receiver(tmp_path / "spool", peers=[peer()]) as found:
        yield found


def associated(port: int, *, calling: str = CALLING, called: str = CALLED) -> Any:
    entity = AE(ae_title=calling)
    entity.dimse_timeout = 2
    entity.add_requested_context(CTImageStorage)
    entity.add_requested_context(Verification)
    return entity.associate("127.0.0.1", port, ae_title=called)


def request(*, called: bytes, calling: bytes) -> bytes:
    """A-ASSOCIATE-RQ (PS3.8 9.3.2) with titles that no honest program sends."""

    def item(kind: int, body: bytes) -> bytes:
        return struct.pack(">BxH", kind, len(body)) + body

    syntaxes = item(0x30, b"1.2.840.10008.1.1") + item(0x40, b"1.2.840.10008.1.2")
    user = item(0x51, struct.pack(">I", 16384)) + item(0x52, b"1.2.3")
    body = struct.pack(">HH", 1, 0) + called.ljust(16)[:16] + calling.ljust(16)[:16] + bytes(32)
    body += item(0x10, b"1.2.840.10008.3.1.1.1") + item(0x20, b"\1\0\0\0" + syntaxes) + item(0x50, user)
    return struct.pack(">BxI", 1, len(body)) + body


def test_dcmtk_stores_and_what_was_acknowledged_is_on_disk(running: Running, tmp_path: Path) -> None:
    files = ct_files(tmp_path / "out", 5)
    sent = storescu(running.port, tmp_path / "out")
    assert sent.returncode == 0, sent.stderr
    assert sent.stdout.count("Received Store Response (Success)") + sent.stderr.count("(Success)") == 5
    arrived = running.arrived()
    assert [dcmread(path).PixelData for path in arrived] == [dcmread(path).PixelData for path in files]
    assert {dcmread(path).SOPInstanceUID for path in arrived} == {f"1.2.3.0.{n}" for n in range(1, 6)}
    assert running.coming_in() == []
    assert all(path.stat().st_mode & 0o077 == 0 for path in arrived)


def test_names_of_files_and_the_log_say_nothing_of_a_patient(running: Running, tmp_path: Path) -> None:
    ct_files(tmp_path / "out", 2, PatientName="Suzuki^Hanako", PatientID="4711-0815")
    storescu(running.port, tmp_path / "out")
    said = running.log() + " ".join(str(path) for path in running.arrived())
    assert running.arrived() and not any(word in said for word in ("Suzuki", "4711", "1.2.3.0", CALLING))


@pytest.mark.parametrize(
    ("calling", "called", "reason"),
    [
        ("NOBODY", CALLED, "Calling"),
        (CALLING, "RS-OTHER", "Called"),
        (CALLING, "ANY-SCP", "Called"),
        (CALLED, CALLING, "Called"),
    ],
)
def test_who_is_no_peer_is_rejected_and_both_sides_learn_why(
    running: Running, tmp_path: Path, calling: str, called: str, reason: str
) -> None:
    ct_files(tmp_path / "out", 1)
    sent = storescu(running.port, tmp_path / "out", calling=calling, called=called)
    assert sent.returncode != 0 and "Association Rejected" in sent.stderr
    assert f"Reason: {reason} AE Title Not Recognized" in sent.stderr
    assert (
        f"refused a call: calling title '{calling}', called title '{called}', from 127.0.0.1: "
        in running.log()
    )
    assert running.arrived() == []


def test_a_title_writes_no_line_of_its_own_into_the_log(running: Running) -> None:
    with socket.create_connection(("127.0.0.1", running.port)) as line:
        line.sendall(request(called=b"X\x1b[2J\r\nok\t\xe9", calling=b"'Y\n"))
        assert line.recv(10)[0] in (3, 7)  # A-ASSOCIATE-RJ or, as pynetdicom does with such titles, A-ABORT
    assert not any(sign in running.log() for sign in "\x1b\r\t\xe9")
    assert printable("X\x1b[2J\r\nok\u202e 'Y and more") == '"X?[2J??ok? \'Y an"'


def test_a_peer_may_call_only_from_its_network_and_until_it_is_revoked(tmp_path: Path) -> None:
    ct_files(tmp_path / "out", 1)
    with receiver(tmp_path / "spool", peers=[peer(networks=["192.0.2.0/24", "2001:db8::/32"])]) as running:
        assert storescu(running.port, tmp_path / "out").returncode != 0
        publish(running.spool, [peer(networks=["127.0.0.0/8"])])
        assert storescu(running.port, tmp_path / "out").returncode == 0
        publish(running.spool, [])
        assert storescu(running.port, tmp_path / "out").returncode != 0
        (running.spool / "peers.json").write_text('[{"id": "../x", "called": 1}]')
        assert storescu(running.port, tmp_path / "out").returncode != 0
        (running.spool / "peers.json").unlink()
        assert storescu(running.port, tmp_path / "out").returncode != 0
        assert len(running.arrived()) == 1


def test_secondary_capture_is_refused_as_a_context_and_the_rest_arrives(
    running: Running, tmp_path: Path
) -> None:
    ct_files(tmp_path / "out", 2)
    capture = "1.2.840.10008.5.1.4.1.1.7"
    shot = ct_files(tmp_path / "shot", 1, seed=9, SOPClassUID=capture)[0]
    image = dcmread(shot)
    image.file_meta.MediaStorageSOPClassUID = capture
    image.save_as(tmp_path / "out" / "shot.dcm")
    sent = storescu(running.port, tmp_path / "out", options=["-nh"])
    assert "No presentation context" in sent.stdout + sent.stderr
    assert len(running.arrived()) == 2


def test_compressed_images_come_as_they_are(running: Running, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    image = dcmread(get_testdata_file("CT_small.dcm"))
    image.compress(RLELossless)
    image.save_as(tmp_path / "out" / "1.dcm")
    assert storescu(running.port, tmp_path / "out", options=["-xr"]).returncode == 0
    (arrived,) = running.arrived()
    assert dcmread(arrived).file_meta.TransferSyntaxUID == image.file_meta.TransferSyntaxUID
    assert dcmread(arrived).PixelData == image.PixelData


def test_the_receiver_takes_what_the_intake_decodes_and_what_it_may_keep() -> None:
    assert set(TRANSFER_SYNTAXES) == set(SYNTAXES)
    from reader_study.intake.allowlist import STORAGE_CLASSES as KEPT_CLASSES

    assert set(STORAGE_CLASSES) <= set(KEPT_CLASSES)


def test_the_receiver_loads_neither_django_nor_the_parser() -> None:
    program = (
        "import sys, reader_study.intake.doors.dicom_scp\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('django', 'psycopg', 'celery')"
        " or m == 'reader_study.intake.structure'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


# --- callers that mean harm; the next caller is served every time


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Running]:
    bounds = replace(
        BOUNDS, file_bytes=200_000, files=30, association_bytes=1_500_000, connections=8,
        connections_of_one=4, waiting_files=6, pdu_seconds=1.0, handshake_seconds=1.0, idle_seconds=2.0,
    )  # fmt: skip
    with receiver(tmp_path / "spool", peers=[peer()], bounds=bounds) as found:
        yield found
        assert found.process.poll() is None
        assert found.coming_in() == []
        assert echoes(found)
        assert found.memory() < 400 << 20


def echoes(running: Running) -> bool:
    for _ in range(40):
        assoc = associated(running.port)
        if assoc.is_established:
            answer = assoc.send_c_echo()
            assoc.release()
            return bool(answer.Status == 0x0000)
        time.sleep(0.25)
    return False


def raw(assoc: Any) -> socket.socket:
    """The connection of an association, for what no honest program sends."""
    assert assoc.is_established
    found: socket.socket = assoc.dul.socket.socket
    return found


def is_closed(connection: socket.socket, within: float = 15.0) -> bool:
    """Whether the other side ends the connection."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            connection.settimeout(0.5)
            if connection.recv(4096) == b"":
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


def pdv(context: int, header: int, data: bytes) -> bytes:
    return struct.pack(">LBB", len(data) + 2, context, header) + data


def pdu(*values: bytes) -> bytes:
    body = b"".join(values)
    return struct.pack(">BBL", 4, 0, len(body)) + body


def plain(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=5)


def test_a_pdu_that_claims_four_gigabytes_is_not_waited_for(small: Running) -> None:
    with plain(small.port) as connection:
        connection.sendall(struct.pack(">BBL", 1, 0, 0xFFFFFFFF) + b"x" * 1000)
        assert is_closed(connection)
    assoc = associated(small.port)
    connection = raw(assoc)
    connection.sendall(struct.pack(">BBL", 4, 0, 0xFFFFFFF0) + b"x" * 100_000)
    assert is_closed(connection)
    assoc.abort()


def test_a_pdu_that_drips_is_given_up(small: Running) -> None:
    with plain(small.port) as connection:
        connection.sendall(struct.pack(">BBL", 1, 0, 200))
        for _ in range(5):
            try:
                connection.sendall(b"x")
            except OSError:
                break
            time.sleep(0.4)
        assert is_closed(connection)


@pytest.mark.parametrize("kind", [0x01, 0x00])
def test_fragments_without_end_are_given_up(small: Running, kind: int) -> None:
    """Of a command; of a data set that no command announced."""
    assoc = associated(small.port)
    connection = raw(assoc)
    with pytest.raises(OSError):  # reset or broken pipe
        for _ in range(20_000):
            connection.sendall(pdu(pdv(1, kind, b"\0" * 16_000)))
    assoc.abort()


def test_a_command_that_is_none_ends_its_association_only(small: Running) -> None:
    for junk in (b"", b"\0", b"\xff" * 300, struct.pack("<HHLH", 0, 0x100, 2, 0x7777)):
        assoc = associated(small.port)
        raw(assoc).sendall(pdu(pdv(1, 3, junk)))
        assert is_closed(raw(assoc)) or not assoc.is_established
        assoc.abort()


@pytest.mark.parametrize(
    "values", [pdv(1, 3, b"")[:5], pdv(99, 3, b"\0" * 20), b"\0\0\0\1\1", b"\xff\xff\xff\xff\1\3"]
)
def test_a_fragment_that_is_none_ends_its_association_only(small: Running, values: bytes) -> None:
    assoc = associated(small.port)
    raw(assoc).sendall(pdu(values))
    assert is_closed(raw(assoc)) or not assoc.is_established
    assoc.abort()


def test_a_file_that_is_too_large_ends_its_association_and_leaves_nothing(
    small: Running, tmp_path: Path
) -> None:
    image = dcmread(get_testdata_file("CT_small.dcm"))
    image.Rows = image.Columns = 400
    image.PixelData = bytes(400 * 400 * 2)
    (tmp_path / "out").mkdir()
    image.save_as(tmp_path / "out" / "1.dcm")
    assert storescu(small.port, tmp_path / "out").returncode != 0
    assert small.arrived() == [] and small.coming_in() == []


def test_too_many_waiting_files_are_told_to_wait(small: Running, tmp_path: Path) -> None:
    ct_files(tmp_path / "out", 8)
    sent = storescu(small.port, tmp_path / "out", options=["-nh"])
    assert "OutOfResources" in (sent.stdout + sent.stderr).replace(" ", "")
    assert len(small.arrived()) == 6


def test_too_much_in_one_association_ends_it(small: Running, tmp_path: Path) -> None:
    assoc = associated(small.port)
    connection = raw(assoc)
    for _ in range(40):
        if not assoc.is_established:
            break
        assoc.send_c_echo()
    assert is_closed(connection) or not assoc.is_established
    assoc.abort()


def test_silent_connections_do_not_keep_others_out(small: Running) -> None:
    silent = [plain(small.port) for _ in range(12)]
    try:
        assert echoes(small)
        assert all(is_closed(connection) for connection in silent)
    finally:
        for connection in silent:
            connection.close()


def test_a_uid_that_is_a_path_writes_nothing(small: Running, tmp_path: Path) -> None:
    assoc = associated(small.port)
    entity = dcmread(get_testdata_file("CT_small.dcm"))
    command = {
        0x0002: b"1.2.840.10008.5.1.4.1.1.2\0", 0x0100: struct.pack("<H", 1), 0x0110: struct.pack("<H", 1),
        0x0700: struct.pack("<H", 0), 0x0800: struct.pack("<H", 1), 0x1000: b"../../../../tmp/planted.dcm\0",
    }  # fmt: skip
    encoded = b"".join(
        struct.pack("<HHL", 0, element, len(value)) + value for element, value in command.items()
    )
    encoded = struct.pack("<HHLL", 0, 0, 4, len(encoded)) + encoded
    raw(assoc).sendall(pdu(pdv(1, 3, encoded)) + pdu(pdv(1, 2, entity.PixelData[:1000])))
    assert is_closed(raw(assoc)) or not assoc.is_established
    assoc.abort()
    assert small.arrived() == [] and not list(tmp_path.rglob("planted*"))


def test_a_connection_that_breaks_in_the_middle_of_a_file_leaves_nothing(small: Running) -> None:
    assoc = associated(small.port)
    connection = raw(assoc)
    command = {
        0x0002: b"1.2.840.10008.5.1.4.1.1.2\0", 0x0100: struct.pack("<H", 1), 0x0110: struct.pack("<H", 1),
        0x0700: struct.pack("<H", 0), 0x0800: struct.pack("<H", 1), 0x1000: b"1.2.3.4\0",
    }  # fmt: skip
    encoded = b"".join(
        struct.pack("<HHL", 0, element, len(value)) + value for element, value in command.items()
    )
    encoded = struct.pack("<HHLL", 0, 0, 4, len(encoded)) + encoded
    connection.sendall(pdu(pdv(1, 3, encoded)) + pdu(pdv(1, 0, b"half of a file")))
    time.sleep(0.3)
    connection.shutdown(socket.SHUT_RDWR)
    assoc.abort()
    until = time.monotonic() + 10
    while small.coming_in() and time.monotonic() < until:
        time.sleep(0.1)
    assert small.coming_in() == [] and small.arrived() == []


def test_a_receiver_that_was_killed_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    ct_files(tmp_path / "out", 3)
    with receiver(tmp_path / "spool", peers=[peer()]) as first:
        storescu(first.port, tmp_path / "out")
        (first.spool / "receiving" / "half.dcm").write_bytes(b"half")
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
    with receiver(tmp_path / "spool") as again:
        assert len(again.arrived()) == 3 and again.coming_in() == []
        assert storescu(again.port, tmp_path / "out").returncode == 0
        assert len(again.arrived()) == 6  # sent again: the intake will know them


# --- TLS


class Authority:
    """A certificate authority of the test."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self.signed(self.name, self.key.public_key(), authority=True)
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def signed(self, name: x509.Name, key: Any, *, authority: bool) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        )  # fmt: skip
        if not authority:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self.key, hashes.SHA256())

    def issue(self, name: str) -> tuple[Path, Path, str]:
        """Key file, certificate file, and the SHA-256 of the certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        certificate = self.signed(subject, key.public_key(), authority=False)
        key_file, file = self.folder / f"{name}-key.pem", self.folder / f"{name}.pem"
        key_file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return key_file, file, certificate.fingerprint(hashes.SHA256()).hex()


def test_with_tls_a_peer_is_known_by_its_certificate(tmp_path: Path) -> None:
    dcmtk("storescu")
    ours, foreign = Authority(tmp_path / "ca", "Hospital CA"), Authority(tmp_path / "other", "Other CA")
    key, certificate, _ = ours.issue("receiver")
    known, other, stranger = ours.issue("pacs"), ours.issue("workstation"), foreign.issue("stranger")
    ct_files(tmp_path / "out", 2)
    arguments = [
        "--tls-certificate", str(certificate), "--tls-key", str(key), "--client-authorities", str(ours.file),
    ]  # fmt: skip
    bounds = replace(BOUNDS, handshake_seconds=1.0)
    with receiver(
        tmp_path / "spool", peers=[peer(certificates=[known[2]])], arguments=arguments, bounds=bounds
    ) as running:
        silent = [plain(running.port) for _ in range(3)]  # who does not shake hands keeps nobody waiting

        def send(key: Path, certificate: Path) -> int:
            options = ["+tls", str(key), str(certificate), "+cf", str(ours.file)]
            return storescu(running.port, tmp_path / "out", options=options).returncode

        assert send(known[0], known[1]) == 0
        assert len(running.arrived()) == 2
        assert send(other[0], other[1]) != 0
        assert send(stranger[0], stranger[1]) != 0
        assert storescu(running.port, tmp_path / "out").returncode != 0  # without TLS
        assert len(running.arrived()) == 2
        assert all(is_closed(connection) for connection in silent)


def test_authorities_without_tls_are_a_mistake(tmp_path: Path) -> None:
    call = [
        "-m",
        "reader_study.intake.doors.dicom_scp",
        "--spool",
        str(tmp_path),
        "--client-authorities",
        "x",
    ]
    done = subprocess.run([sys.executable, *call], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "needs --tls-certificate" in done.stderr
