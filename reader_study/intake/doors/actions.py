import ipaddress
import re
import secrets
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.intake.doors.models import Peer
from reader_study.problems import Invalid, NotFound
from reader_study.studies.models import Role
from reader_study.studies.queries import sites_of, study_for

# PS3.5 6.2, VR AE: 16 characters of the default repertoire, no backslash, no control character; and no space here.
_TITLE = re.compile(r"[!-\[\]-~]{1,16}")
_MANAGE = (Role.INVESTIGATOR, Role.COORDINATOR)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # that are not taken for one another on the telephone


@transaction.atomic
def add_peer(
    *,
    actor: User,
    study_id: UUID,
    site_id: UUID,
    calling: str,
    networks: Sequence[str] = (),
    certificates: Sequence[str] = (),
) -> Peer:
    """Let a hospital's system send by DICOM for a site; its answer title is made here.

    Raises
    ------
    NotFound
        No such site that the person may speak for: an investigator for all, a coordinator for the own.
    Invalid
        code "calling", "networks" or "certificates": not of that form.
    """
    study = study_for(actor, study_id, *_MANAGE)
    site = sites_of(actor, study, *_MANAGE).filter(pk=site_id).first()
    if site is None:
        raise NotFound()
    if not _TITLE.fullmatch(calling):
        raise Invalid(
            "calling", _("An application entity title is 1 to 16 letters, digits or signs without spaces.")
        )
    try:
        within = [str(ipaddress.ip_network(network)) for network in networks]
    except ValueError:
        raise Invalid(
            "networks", _("A network is written as 192.0.2.0/24 or 2001:db8::/32; a host as 192.0.2.7.")
        ) from None
    known = [fingerprint.replace(":", "").lower() for fingerprint in certificates]
    if not all(_FINGERPRINT.fullmatch(fingerprint) for fingerprint in known):
        raise Invalid("certificates", _("A certificate is named by its SHA-256 fingerprint, 64 hex digits."))
    peer = Peer.objects.create(
        study=study,
        site=site,
        called="RS-" + "".join(secrets.choice(_LETTERS) for _letter in range(12)),
        calling=calling,
        networks=within,
        certificates=known,
        created_by=actor,
    )
    record(
        action="intake.peer_added",
        actor=actor.id,
        study=study.id,
        subject=f"peer {peer.id}",
        detail={"site": site.code, "calling": calling, "networks": within, "certificates": known},
    )
    return peer


@transaction.atomic
def revoke_peer(*, actor: User, peer_id: UUID) -> None:
    """The system may send no more. What it sent and was acknowledged is still taken. Again, it changes nothing."""
    peer = Peer.objects.select_for_update().filter(pk=peer_id).first()
    if peer is None:
        raise NotFound()
    study = study_for(actor, peer.study_id, *_MANAGE)
    if not sites_of(actor, study, *_MANAGE).filter(pk=peer.site_id).exists():
        raise NotFound()
    if peer.revoked_at is not None:
        return
    peer.revoked_at = timezone.now()
    peer.save(update_fields=["revoked_at"])
    record(action="intake.peer_revoked", actor=actor.id, study=study.id, subject=f"peer {peer.id}", detail={})
