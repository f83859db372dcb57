"""The charter is signed: from then on a change of it is an amendment, with a reason and a signature of its own."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from reader_study.accounts.actions import sign
from reader_study.accounts.models import User
from reader_study.audit.actions import record
from reader_study.problems import Conflict, Invalid
from reader_study.studies.actions import store_protocol, transition
from reader_study.studies.amendments import Effect, Stage, effects
from reader_study.studies.models import CharterSignature, ProtocolVersion, Role, Study
from reader_study.studies.protocol import Protocol, digest, parse, parse_new
from reader_study.studies.queries import current_protocol, is_locked, study_for_update, version_read

FROZEN = "protocol frozen"
AMENDED = "protocol amended"


@transaction.atomic
def freeze(*, actor: User, study: Study, password: str, sha256: str, reason: str) -> ProtocolVersion:
    """Freeze the protocol of a draft: the investigator signs the version in force.

    sha256: of the version that the investigator has read.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study.
    Invalid
        code "reason"; or code "protocol": it was stored long ago and breaks a rule that came later.
    Conflict
        code "not_draft"; or code "protocol_changed": another version is in force than the one that was read.
    Forbidden
        code "password".
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    if not reason.strip():
        raise Invalid("reason", _("Please give a reason."))
    if study.state != Study.State.DRAFT:
        raise Conflict("not_draft", _("The protocol is frozen already; it can only be amended."))
    version = version_read(study, sha256)
    parse_new(version.document)
    signature = sign(signer=actor, password=password, meaning=FROZEN, content_sha256=version.sha256)
    CharterSignature.objects.create(version=version, signature=signature)
    detail = {"protocol": version.version, "sha256": version.sha256, "signature": str(signature.id)}
    transition(study=study, to=Study.State.FROZEN, actor=actor, reason=reason.strip(), detail=detail)
    return version


@dataclass(frozen=True)
class Amendment:
    """A protocol that would take the place of the one in force."""

    before: ProtocolVersion
    after: Protocol
    effects: list[Effect]

    @property
    def sha256(self) -> str:
        return digest(self.after.as_document())

    @property
    def is_allowed(self) -> bool:
        return bool(self.effects) and all(effect.is_allowed for effect in self.effects)


def amendment(
    *, study: Study, document: dict[str, Any], adjudicated: bool, qualifying: bool = False
) -> Amendment:
    """What a document would amend, before anybody signs it.

    Raises
    ------
    Conflict
        code "draft": there is nothing to amend yet; code "locked".
    Invalid
        code "protocol".
    """
    stage = stage_of(study, adjudicated=adjudicated, qualifying=qualifying)
    before, after = current_protocol(study), parse_new(document)
    return Amendment(before, after, effects(parse(before.document), after, stage=stage))


def stage_of(study: Study, *, adjudicated: bool, qualifying: bool = False) -> Stage:
    """How far a study is whose protocol can be amended. Raises Conflict, code "draft" or "locked", for another."""
    if study.state == Study.State.DRAFT:
        raise Conflict("draft", _("The protocol is not frozen yet; it can simply be edited."))
    if is_locked(study.state):
        raise Conflict("locked", _("The data of this study is locked: nothing about it can change any more."))
    return Stage(allocated=study.allocated_at is not None, adjudicated=adjudicated, qualifying=qualifying)


@transaction.atomic
def amend(
    *,
    actor: User,
    study: Study,
    document: dict[str, Any],
    password: str,
    sha256: str,
    reason: str,
    adjudicated: bool,
    qualifying: bool = False,
) -> ProtocolVersion:
    """Amend a frozen protocol: a new version in force, with its reason and the investigator's signature.

    sha256: of the version in force that the amendment was made of. adjudicated: whether a read was. qualifying: whether
    the qualification of readers is open.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study.
    Invalid
        code "reason", code "protocol".
    Conflict
        code "draft", "locked" or "protocol_changed"; code "unchanged": it says the same; code "not_amendable": with
        `paths`, what cannot be amended any more.
    Forbidden
        code "password".
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    if not reason.strip():
        raise Invalid("reason", _("Please give a reason."))
    made = amendment(study=study, document=document, adjudicated=adjudicated, qualifying=qualifying)
    version_read(study, sha256)
    if not made.effects:
        raise Conflict("unchanged", _("The amended protocol says the same as the one in force."))
    if not made.is_allowed:
        refused = [effect for effect in made.effects if not effect.is_allowed]
        raise Conflict(
            "not_amendable",
            f"{refused[0].difference.place}: {refused[0].sentence}",
            paths=[effect.difference.place for effect in refused],
        )
    signature = sign(signer=actor, password=password, meaning=AMENDED, content_sha256=made.sha256)
    version = store_protocol(
        study=study, author=actor, document=made.after.as_document(), reason=reason.strip()
    )
    CharterSignature.objects.create(version=version, signature=signature)
    record(
        action="studies.protocol_amended",
        actor=actor.id,
        study=study.id,
        subject=f"protocol {version.version}",
        detail={
            "version": version.version,
            "sha256": version.sha256,
            "signature": str(signature.id),
            "reason": reason.strip(),
            "state": study.state,
            "paths": [effect.difference.place for effect in made.effects],
        },
    )
    return version


@transaction.atomic
def mark_allocated(*, study: Study) -> None:
    """The reads of a frozen study are allocated: no reader joins, and what the reads come from stays as it is."""
    study.allocated_at = timezone.now()
    study.save(update_fields=["allocated_at"])
