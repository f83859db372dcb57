"""Which DICOM peers may send: what the application tells the receiver, in one file between the two.

The receiver has no database and no key. The worker writes this file into the receiver's folder; a receiver that
finds none, or one that it cannot read, admits nobody. Needs no Django.
"""

import ipaddress
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

_FILE = "peers.json"
_MAX_BYTES = 1 << 20


@dataclass(frozen=True)
class Admitted:
    """A peer that may send; see `doors.models.Peer`. `id` is the name of its folder."""

    id: str
    called: str
    calling: str
    networks: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()

    def objection(self, *, calling: str, address: str, certificate: str | None) -> str:
        """Why a call under this title, from this address, with this client certificate (SHA-256) is not the peer's;
        empty if it is."""
        if calling != self.calling:
            return "the peer with this called title has another calling title"
        if self.networks:
            host = ipaddress.ip_address(address)
            host = getattr(host, "ipv4_mapped", None) or host
            if not any(host in ipaddress.ip_network(network) for network in self.networks):
                return "the address is in none of the peer's networks"
        if self.certificates and certificate not in self.certificates:
            return (
                "the client certificate is not the peer's"
                if certificate
                else "no client certificate was shown"
            )
        return ""


def publish(spool: Path, peers: Iterable[Mapping[str, Any]]) -> None:
    """Write the peers, if they changed: whole, or not at all."""
    text = json.dumps(list(peers), sort_keys=True)
    path = spool / _FILE
    try:
        if path.read_text() == text:
            return
    except (OSError, UnicodeDecodeError):
        pass
    spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=spool, prefix=".peers-")
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(name).chmod(0o644)
    os.replace(name, path)


def peers_in(spool: Path) -> dict[str, Admitted]:
    """The peers by the title they call; none, where the file is absent or not as `publish` writes it."""
    try:
        with (spool / _FILE).open("rb") as file:
            listed = json.loads(file.read(_MAX_BYTES))
        peers = [
            Admitted(
                id=str(UUID(peer["id"])),
                called=str(peer["called"]),
                calling=str(peer["calling"]),
                networks=tuple(str(ipaddress.ip_network(network)) for network in peer["networks"]),
                certificates=tuple(
                    value for value in peer["certificates"] if re.fullmatch("[0-9a-f]{64}", value)
                ),
            )
            for peer in listed
        ]
        # A certificate that cannot be read must not become "any certificate".
        if any(
            len(peer.certificates) != len(line["certificates"])
            for peer, line in zip(peers, listed, strict=True)
        ):
            return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}
    return {peer.called: peer for peer in peers}
