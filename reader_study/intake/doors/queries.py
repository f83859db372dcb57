from typing import Any

from django.db.models import QuerySet

from reader_study.accounts.models import User
from reader_study.intake.doors.models import Peer
from reader_study.studies.models import Study
from reader_study.studies.queries import TAKES_FILES, sites_of


def visible_peers(user: User, study: Study) -> QuerySet[Peer]:
    """The peers of the sites that somebody may see, the revoked ones too."""
    peers = Peer.objects.filter(study=study, site__in=sites_of(user, study))
    return peers.select_related("site").order_by("created_at")


def admitted() -> list[dict[str, Any]]:
    """What the receiver has to know: the peers that may send now, of studies that take files."""
    peers = Peer.objects.filter(revoked_at=None, study__state__in=TAKES_FILES).order_by("created_at")
    return [
        {
            "id": str(peer.id),
            "called": peer.called,
            "calling": peer.calling,
            "networks": peer.networks,
            "certificates": peer.certificates,
        }
        for peer in peers
    ]
