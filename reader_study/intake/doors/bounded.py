"""pynetdicom's acceptor with bounds on everything a caller may make it hold, and only known peers admitted.

pynetdicom 3.0 reads whatever length a PDU claims (issue 1086), keeps command fragments and unanswered messages without
end, shakes hands for TLS in the thread that accepts, and waits for ever for the rest of a PDU. Needs no Django.
"""

import hashlib
import logging
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pynetdicom import AE, evt
from pynetdicom.acse import ACSE
from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.pdu_primitives import P_DATA
from pynetdicom.transport import AssociationSocket, RequestHandler, ThreadedAssociationServer

from reader_study.intake.doors.admission import Admitted

logger = logging.getLogger(__name__)
_NO_REASON, _CALLING_UNKNOWN, _CALLED_UNKNOWN = 1, 3, 7  # PS3.8 9.3.4, of the service user
_LONGEST_TITLE = 16


@dataclass(frozen=True)
class Bounds:
    """What one caller, and all of them together, may make the receiver hold. Bytes and seconds."""

    file_bytes: int = 64 << 20
    files: int = 20_000  # of one association
    association_bytes: int = 16 << 30
    association_seconds: float = 4 * 3600
    associations: int = 8
    connections: int = 32
    connections_of_one: int = 8
    waiting_files: int = 20_000  # of one peer, not collected yet
    free_bytes: int = 2 << 30  # that stay free on the disk
    pdu_bytes: int = 256 << 10
    command_bytes: int = 16 << 10
    pdu_seconds: float = 60.0  # for one PDU to come whole
    handshake_seconds: float = 10.0
    idle_seconds: float = 60.0


class _Socket(AssociationSocket):
    """Never holds more than one PDU of bounded length, nor waits longer than its time for it."""

    bounds = Bounds()

    def recv(self, nr_bytes: int) -> bytearray:
        if nr_bytes > self.bounds.pdu_bytes:
            raise OSError("a PDU is longer than was negotiated")
        raw = self.socket
        if raw is None:
            raise OSError("the connection is closed")
        data, until = bytearray(), time.monotonic() + self.bounds.pdu_seconds
        while len(data) < nr_bytes:
            if time.monotonic() > until:
                raise TimeoutError("a PDU did not come whole in time")
            block = raw.recv(min(65_536, nr_bytes - len(data)))
            if not block:
                break
            data += block
        _acknowledge_at_once(raw)
        return data


def _acknowledge_at_once(raw: socket.socket) -> None:
    """A sender with Nagle's algorithm waits 40 ms a file for an acknowledgement that Linux holds back."""
    if hasattr(socket, "TCP_QUICKACK"):
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


class _Messages(DIMSEServiceProvider):
    """Takes the fragments of messages, and gives up an association that sends too much of anything."""

    def __init__(self, assoc: Association, bounds: Bounds) -> None:
        super().__init__(assoc)
        self.bounds, self.began = bounds, time.monotonic()
        self.all_bytes = self.messages = self.command = self.data = 0

    def receive_primitive(self, primitive: P_DATA) -> None:
        reason = self.too_much(primitive)
        if reason:
            logger.warning("association given up: %s", reason)
            self.forget()
            self.dul.event_queue.put("Evt19")  # an A-ABORT follows
            return
        super().receive_primitive(primitive)
        if self.message is None:
            self.messages += 1
            self.command = self.data = 0

    def too_much(self, primitive: P_DATA) -> str:
        for _context, fragment in primitive.presentation_data_value_list:
            if not fragment:
                return "a fragment without its first byte"
            if fragment[0] & 1:
                self.command += len(fragment)
            else:
                self.data += len(fragment)
            self.all_bytes += len(fragment)
        bounds, message = self.bounds, self.message
        to_disk = message is not None and getattr(message, "_data_set_file", None) is not None
        if self.command > bounds.command_bytes or (self.data > bounds.command_bytes and not to_disk):
            return "a command is too long"
        if self.data > bounds.file_bytes:
            return "a file is too large"
        if self.all_bytes > bounds.association_bytes or self.messages > bounds.files:
            return "too much in one association"
        if time.monotonic() - self.began > bounds.association_seconds:
            return "too long an association"
        return "answers are not waited for" if self.msg_queue.qsize() > 1 else ""

    def forget(self) -> None:
        """Remove what came of a file that does not come whole, and files that nobody will acknowledge."""
        message, self.message = self.message, None
        files = [getattr(message, "_data_set_file", None)]
        while not self.msg_queue.empty():
            files.append(getattr(self.msg_queue.get_nowait()[1], "_dataset_file", None))
        for file in files:
            if file is not None:
                file.close()
                Path(file.name).unlink(missing_ok=True)


class _Negotiation(ACSE):
    """Rejects whoever is no peer before anything else is negotiated."""

    assoc: "BoundedAssociation"

    def _negotiate_as_acceptor(self) -> None:
        peer = self.assoc.server.peer_of(self.assoc)
        if not isinstance(peer, Admitted):
            self.send_reject(0x01, 0x01, peer)  # permanent, by the service user
            evt.trigger(self.assoc, evt.EVT_REJECTED, {})
            self.assoc.kill()
            return
        self.assoc.peer = peer
        super()._negotiate_as_acceptor()


class BoundedAssociation(Association):
    """An association made of the bounded parts. `peer`: whose it is, once it is established."""

    server: "Server"
    peer: Admitted
    dimse: _Messages

    def kill(self) -> None:
        super().kill()
        self.dimse.forget()

    @classmethod
    def adopt(cls, made: Any, server: "Server") -> "BoundedAssociation":
        """pynetdicom makes its associations itself; what one is made of is exchanged before it starts."""
        made.__class__, made.server = cls, server
        raw = made.dul.socket
        raw.__class__, raw.bounds = _Socket, server.bounds
        made.dimse, made.acse = _Messages(made, server.bounds), _Negotiation(made)
        adopted: BoundedAssociation = made
        return adopted


class Handler(RequestHandler):
    """Makes an association for a connection."""

    server: "Server"

    def _create_association(self) -> Association:
        return BoundedAssociation.adopt(super()._create_association(), self.server)


class Server(ThreadedAssociationServer):
    """Accepts a bounded number of connections, each with its own thread, time limits and bounds."""

    daemon_threads = True

    def __init__(
        self,
        entity: AE,
        address: tuple[str, int],
        *,
        store: Callable[[Any], int],
        bounds: Bounds,
        find_peer: Callable[[str], Admitted | None],
        tls: ssl.SSLContext | None,
    ) -> None:
        self.bounds, self.find_peer, self.tls = bounds, find_peer, tls
        self.beginning, self.lock = 0, threading.Lock()
        super().__init__(
            entity,
            address,
            entity.ae_title,
            entity.supported_contexts,
            evt_handlers=[(evt.EVT_C_STORE, store)],
            request_handler=Handler,
        )

    def verify_request(self, request: Any, client_address: Any) -> bool:
        running = self.active_associations
        of_one = sum(one.requestor.address == client_address[0] for one in running)
        with self.lock:
            if len(running) + self.beginning >= self.bounds.connections:
                return False
            if of_one >= self.bounds.connections_of_one:
                return False
            self.beginning += 1
        return True

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread: the accepting one never waits for a caller."""
        try:
            request.settimeout(self.bounds.handshake_seconds)
            request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                request = self.tls.wrap_socket(request, server_side=True)
            request.settimeout(self.bounds.pdu_seconds)
            super().finish_request(request, client_address)
        finally:
            with self.lock:
                self.beginning -= 1

    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.warning("a connection of %s failed: %s", client_address[0], type(sys.exception()).__name__)

    def peer_of(self, assoc: Association) -> Admitted | int:
        """The peer that calls; or why nobody may call so, from there: a reason of PS3.8 9.3.4."""
        asked, line, address = assoc.requestor.primitive, assoc.dul.socket, str(assoc.requestor.address)
        if asked is None or line is None:
            return _NO_REASON
        called, calling = str(asked.called_ae_title).strip(), str(asked.calling_ae_title).strip()
        found = self.find_peer(called)
        connection, certificate = line.socket, None
        if isinstance(connection, ssl.SSLSocket) and (shown := connection.getpeercert(binary_form=True)):
            certificate = hashlib.sha256(shown).hexdigest()
        objection = "nobody has this called title"
        if found is not None:
            objection = found.objection(calling=calling, address=address, certificate=certificate)
        if found is None or objection:
            logger.warning(
                "refused a call: calling title %s, called title %s, from %s: %s",
                printable(calling), printable(called), address, objection,
            )  # fmt: skip
            return _CALLED_UNKNOWN if found is None else _CALLING_UNKNOWN
        logger.info("peer %s calls from %s", found.id, address)
        return found


def printable(title: str) -> str:
    """A title as it may stand in a log: no control characters, nothing that looks like another line."""
    return repr(
        "".join(sign if sign.isascii() and sign.isprintable() else "?" for sign in title[:_LONGEST_TITLE])
    )
