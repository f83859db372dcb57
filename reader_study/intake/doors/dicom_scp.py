"""The DICOM receiver: takes files by C-STORE from known peers, puts them on disk, and knows nothing else.

`python -m reader_study.intake.doors.dicom_scp --spool FOLDER`: a process of its own, without Django, database, queue
or key. It answers "success" when a file is on disk. It never reads a data set: the worker takes the files from the
folder (`inbox.py`), and the sandbox parses them.

    FOLDER/peers.json             who may send (`admission.py`), written by the worker
    FOLDER/receiving/             files that are coming in
    FOLDER/arrived/<peer>/*.dcm   whole files; their names order them in time and say nothing else
"""

import argparse
import itertools
import logging
import os
import resource
import shutil
import signal
import ssl
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pynetdicom import AE, _config

from reader_study.intake.doors.admission import Admitted, peers_in
from reader_study.intake.doors.bounded import Bounds, Server

logger = logging.getLogger(__name__)
VERIFICATION = "1.2.840.10008.1.1"
# Anything else, such as Secondary Capture, is refused as a presentation context: the sender sees it at once.
STORAGE_CLASSES = (
    "1.2.840.10008.5.1.4.1.1.20",  # NM
    "1.2.840.10008.5.1.4.1.1.128",  # PET
    "1.2.840.10008.5.1.4.1.1.130",  # Enhanced PET
    "1.2.840.10008.5.1.4.1.1.2",  # CT
)
# What the intake decodes (structure.SYNTAXES, which is not imported here), the uncompressed ones first.
TRANSFER_SYNTAXES = tuple(
    f"1.2.840.10008.1.2{branch}"
    for branch in (
        ".1", "", ".2", ".1.99", ".5", ".4.70", ".4.57", ".4.80", ".4.90", ".4.201", ".4.202",
        ".4.50", ".4.51", ".4.81", ".4.91", ".4.203", ".1.98",
    )
)  # fmt: skip
SUCCESS, OUT_OF_RESOURCES, NOT_UNDERSTOOD = 0x0000, 0xA700, 0xC000  # PS3.4 B.2.3
_ABOVE_A_FILE = 1 << 20  # its meta information
_MEMORY = 4 << 30  # address space, threads' stacks included


def arrived(spool: Path) -> Path:
    return spool / "arrived"


def _receiving(spool: Path) -> Path:
    return spool / "receiving"


class Receiver:
    """A running receiver. `port`: where it listens, also when it was asked to choose (0)."""

    def __init__(
        self, *, spool: Path, address: str, port: int, tls: ssl.SSLContext | None, bounds: Bounds
    ) -> None:
        self.spool, self.bounds = spool, bounds
        self.number = itertools.count()
        for folder in (_receiving(spool), arrived(spool)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in _receiving(spool).iterdir():  # of a receiver that was killed; never acknowledged
            left.unlink()
        tempfile.tempdir = str(_receiving(spool))  # where pynetdicom writes what comes in
        _config.STORE_RECV_CHUNKED_DATASET = True
        _config.ENFORCE_UID_CONFORMANCE = True
        _config.LOG_HANDLER_LEVEL = "none"
        logging.getLogger("pynetdicom").disabled = True
        for name in ("acse", "association", "dul", "dimse", "fsm", "transport", "service_class", "pdu_items"):
            logging.getLogger(f"pynetdicom.{name}").disabled = True  # they quote what a caller sends
        entity = AE(ae_title="READER-STUDY")
        entity.maximum_associations = bounds.associations
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = bounds.idle_seconds
        entity.add_supported_context(VERIFICATION)
        for storage in STORAGE_CLASSES:
            entity.add_supported_context(storage, list(TRANSFER_SYNTAXES))
        self.server = Server(
            entity, (address, port), store=self.store, bounds=bounds, find_peer=self.find_peer, tls=tls
        )
        entity._servers.append(self.server)  # so that its limit of associations counts ours
        self.port = int(self.server.server_address[1])

    def find_peer(self, called: str) -> Admitted | None:
        return peers_in(self.spool).get(called)

    def store(self, event: Any) -> int:
        """Make a file that came whole an arrived one; "success" only when it is on disk under its name."""
        temporary, peer = event.request._dataset_path, event.assoc.peer
        if temporary is None:
            return NOT_UNDERSTOOD
        try:
            folder = arrived(self.spool) / peer.id
            folder.mkdir(mode=0o700, exist_ok=True)
            if self.is_full(folder):
                logger.warning("peer %s is told to wait: no room", peer.id)
                temporary.unlink()
                return OUT_OF_RESOURCES
            _sync(temporary)
            os.replace(temporary, folder / f"{time.time_ns():020d}-{next(self.number):06d}.dcm")
            _sync(folder)
        except OSError as error:
            logger.error("a file of peer %s could not be kept: %s", peer.id, error.strerror)
            temporary.unlink(missing_ok=True)
            return OUT_OF_RESOURCES
        return SUCCESS

    def is_full(self, folder: Path) -> bool:
        if shutil.disk_usage(self.spool).free < self.bounds.free_bytes:
            return True
        with os.scandir(folder) as waiting:
            return sum(1 for _ in itertools.islice(waiting, self.bounds.waiting_files)) >= (
                self.bounds.waiting_files
            )

    def serve(self) -> None:
        """Until `stop`."""
        self.server.serve_forever()

    def stop(self) -> None:
        for one in self.server.active_associations:
            one.abort()
        self.server.shutdown()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def tls_context(*, certificate: Path, key: Path, client_authorities: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or later; with `client_authorities`, a client must show a certificate that one of them signed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    if client_authorities is not None:
        context.load_verify_locations(client_authorities)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _confine(bounds: Bounds) -> None:
    """The last wall: whatever goes wrong in here, no larger file, no more memory, no core dump, no one else reads."""
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    most = bounds.file_bytes + _ABOVE_A_FILE
    for kind, wish in ((resource.RLIMIT_FSIZE, most), (resource.RLIMIT_AS, _MEMORY)):
        _soft, hard = resource.getrlimit(kind)
        value = wish if hard == resource.RLIM_INFINITY else min(wish, hard)
        resource.setrlimit(kind, (value, hard))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # an OSError instead


def add_arguments(parser: argparse.ArgumentParser, *, spool: Path | None = None) -> None:
    parser.add_argument(
        "--spool",
        type=Path,
        required=spool is None,
        default=spool,
        help="folder between the receiver and the worker",
    )
    parser.add_argument("--address", default="127.0.0.1", help="where to listen (default: this machine only)")
    parser.add_argument("--port", type=int, default=11112, help="0: any free one")
    parser.add_argument("--tls-certificate", type=Path, help="PEM; with it, callers must use TLS")
    parser.add_argument("--tls-key", type=Path, help="PEM")
    parser.add_argument(
        "--client-authorities", type=Path, help="PEM; callers must show a certificate of these"
    )


def receive(options: argparse.Namespace, *, bounds: Bounds | None = None) -> None:
    """Run until SIGTERM or SIGINT. One line on standard output says where it listens."""
    bounds = bounds or Bounds()
    tls = None
    if options.tls_certificate:
        tls = tls_context(
            certificate=options.tls_certificate,
            key=options.tls_key or options.tls_certificate,
            client_authorities=options.client_authorities,
        )
    elif options.client_authorities:
        raise SystemExit(
            "--client-authorities needs --tls-certificate: without TLS nobody shows a certificate."
        )
    else:
        logger.warning("no TLS: what is sent can be read on its way; use it inside a private network only")
    _confine(bounds)
    receiver = Receiver(
        spool=options.spool.resolve(), address=options.address, port=options.port, tls=tls, bounds=bounds
    )

    def end(_signal: int, _frame: Any) -> None:
        threading.Thread(target=receiver.stop).start()  # not here: the main thread is the one that serves

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    print(f"listening on {options.address} port {receiver.port}", flush=True)
    receiver.serve()


def main(arguments: Sequence[str]) -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    parser = argparse.ArgumentParser(description="Receive DICOM files from the peers of a study.")
    add_arguments(parser)
    receive(parser.parse_args(arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
