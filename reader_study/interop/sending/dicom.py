"""C-STORE SCU: DICOM over TCP, with TLS where the archive wants it."""

import io
import re
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, evt
from pynetdicom.events import Event

from reader_study.interop.sending import WARNINGS, Answer, Outgoing, Unreachable
from reader_study.interop.sending.checkpoint import Checkpoint

CALLING = "READERSTUDY"
_ADDRESS = re.compile(r"([\x21-\x5b\x5d-\x7e]{1,16})@(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})")


@dataclass(frozen=True)
class Tls:
    """authority: certificates that the archive's must come from; certificate and key: our own, if it asks."""

    authority: Path
    certificate: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.certificate:
            context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass(frozen=True)
class DicomArchive:
    """An application entity. seconds: how long it may be silent."""

    aet: str
    host: str
    port: int
    calling: str = CALLING
    tls: Tls | None = None
    seconds: float = 60

    @classmethod
    def parse(cls, text: str, *, calling: str = CALLING, tls: Tls | None = None) -> "DicomArchive":
        """From "AET@host:port". Raises ValueError with a sentence."""
        found = _ADDRESS.fullmatch(text)
        if found is None or not 0 < int(found[3]) < 65536:
            raise ValueError(_("A DICOM archive is written AET@host:port, e.g. PACS@10.0.0.5:104."))
        return cls(found[1], found[2].strip("[]"), int(found[3]), calling, tls)

    @property
    def name(self) -> str:
        return f"{self.aet}@{self.host}:{self.port}"

    def send(self, files: Iterable[Outgoing]) -> Iterator[Answer]:
        pending = list(files)
        entity = AE(ae_title=self.calling)
        entity.connection_timeout = entity.acse_timeout = 15
        entity.dimse_timeout = entity.network_timeout = self.seconds
        for sop_class in sorted({file.sop_class for file in pending}):
            entity.add_requested_context(sop_class, [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
        association = entity.associate(
            self.host,
            self.port,
            ae_title=self.aet,
            tls_args=(self.tls.context(), self.host) if self.tls else None,
            evt_handlers=[(evt.EVT_CONN_OPEN, _without_delay)],
        )
        if not association.is_established:
            why = _("it refused us") if association.is_rejected else _("no connection")
            raise Unreachable(
                _("%(archive)s does not take files: %(why)s.") % {"archive": self.name, "why": why}
            )
        association._reactor_checkpoint = Checkpoint()
        try:
            taken = {str(context.abstract_syntax) for context in association.accepted_contexts}
            for file in pending:
                if file.sop_class not in taken:
                    yield Answer(file.sop_uid, False, "not_accepted")
                    continue
                if not association.is_established:
                    raise Unreachable(_("%(archive)s has ended the connection.") % {"archive": self.name})
                status = association.send_c_store(dcmread(io.BytesIO(file.data))).get("Status")
                kept = status == 0 or status in WARNINGS
                yield Answer(file.sop_uid, kept, "no_answer" if status is None else f"{status:04X}")
        finally:
            if association.is_established:
                association.release()


def _without_delay(event: Event) -> None:
    # Small last packets of a file would wait for the acknowledgement of the ones before: 50 ms a file.
    connection = event.assoc.dul.socket
    if connection is not None and connection.socket is not None:
        with suppress(OSError):
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
