"""Opening a study for reading: the first place where the key meets the readers' world.

The others are adjudicating.py and qualifying.py, with what they need (pairs.py, adjudication_progress.py).

Only the pictures' names and the ventricle's place cross over; arm, case and site stay behind.
"""

from collections import defaultdict
from dataclasses import asdict
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from inference.brain import neutral as brain
from inference.heart.frame import NEUTRAL_SHAPE, NEUTRAL_SPACING_MM
from reader_study.accounts.actions import sign
from reader_study.accounts.models import User
from reader_study.allocation.models import Allocation
from reader_study.allocation.queries import Key, images_of, keys_of, shown_cines
from reader_study.audit.actions import record
from reader_study.cases.models import Image
from reader_study.cases.queries import readable_cases
from reader_study.problems import Conflict
from reader_study.reading.form import Form
from reader_study.reading.models import (
    Read,
    ReadCine,
    ReadingConduct,
    ReadingQualification,
    ReadingStudy,
    ReadVolume,
)
from reader_study.studies.actions import transition
from reader_study.studies.amendments import changes_reads
from reader_study.studies.documents import written
from reader_study.studies.models import Role, Study
from reader_study.studies.protocol import Protocol, parse
from reader_study.studies.queries import current_protocol, protocol_of, study_for_update

MEANING = "opened for reading"
MEANING_BLOCK = "further cases opened for reading"
VENTRICLE = ("apex_k", "base_k", "radius_mm")
# Organ -> the grid that all its volumes have: i, j, k, and its spacing.
GRIDS = {
    "heart": (NEUTRAL_SHAPE[::-1], NEUTRAL_SPACING_MM),
    "brain": (brain.SHAPE[::-1], brain.SPACING_MM),
}


@transaction.atomic
def open_study(*, actor: User, study: Study, password: str, reason: str) -> ReadingStudy:
    """Open an allocated study: its reads are laid out, and the investigator signs the sealed list's digest.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study.
    Conflict
        Not frozen; not allocated; or the protocol or an image is not the one that was allocated.
    Forbidden
        code "password".
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    if study.state == Study.State.DRAFT:
        raise Conflict("not_frozen", _("Freeze and sign the protocol before you open the study."))
    block = Allocation.objects.filter(study=study, block=1).select_related("protocol_version").first()
    if block is None:
        raise Conflict("not_allocated", _("Allocate the reads before you open the study."))
    if changes_reads(parse(block.protocol_version.document), protocol_of(study)):
        raise Conflict("protocol_changed", _("The protocol was changed after the reads were allocated."))
    _check_images(study, block)
    study = transition(study=study, to=Study.State.OPEN, actor=actor, reason=reason)
    signature = sign(signer=actor, password=password, meaning=MEANING, content_sha256=block.digest)
    protocol = protocol_of(study)
    opened = reading_study(study, protocol)
    hold_to(opened, protocol, protocol_sha256=current_protocol(study).sha256)
    reads = _lay_out(opened, block)
    record(
        action="reading.study_opened",
        actor=actor.id,
        study=study.id,
        subject=str(study.id),
        detail={"allocation": block.digest, "reads": reads, "signature": signature.id, "reason": reason},
    )
    return opened


@transaction.atomic
def open_block(*, actor: User, study: Study, password: str, reason: str) -> ReadingStudy:
    """Lay out a block of late cases after what each reader has, signed as the opening was.

    Raises
    ------
    NotFound
        The actor is not the investigator of the study.
    Conflict
        code "state": the study is not open; "no_block": no block waits; or an image is not the one that was allocated.
    Forbidden
        code "password".
    """
    study = study_for_update(actor, study.pk, Role.INVESTIGATOR)
    if study.state != Study.State.OPEN:
        raise Conflict("state", _("Only while a study is open can further cases be read."))
    block = next((block for block, opened in blocks(study) if not opened), None)
    if block is None:
        raise Conflict(
            "no_block", _("Every block that was allocated is open. Allocate the further cases first.")
        )
    _check_images(study, block)
    signature = sign(signer=actor, password=password, meaning=MEANING_BLOCK, content_sha256=block.digest)
    opened = ReadingStudy.objects.get(pk=study.pk)
    reads = _lay_out(opened, block)
    record(
        action="reading.block_opened",
        actor=actor.id,
        study=study.id,
        subject=f"block {block.block}",
        detail={
            "allocation": block.digest,
            "block": block.block,
            "reads": reads,
            "signature": signature.id,
            "reason": reason,
        },
    )
    return opened


def reading_study(study: Study, protocol: Protocol) -> ReadingStudy:
    """What readers may know of a study; laid out once, by its opening or before that by their qualification.

    What it holds cannot be amended in between (studies/amendments.py).
    """
    opened, _new = ReadingStudy.objects.get_or_create(
        study=study,
        defaults={
            "title": protocol.reader_title,
            "simulated": protocol.simulated,
            "form": _form(protocol).as_document(),
            "display": _display(protocol),
            "washout_days": protocol.washout_days,
        },
    )
    return opened


def hold_to(opened: ReadingStudy, protocol: Protocol, *, protocol_sha256: str) -> None:
    """From now on readers are held to what a protocol says of their sessions and of their qualification.

    When something is first laid out for them, when reading opens, and when the protocol is amended after that.
    """
    arms = [{"code": arm.code, "label": arm.label} for arm in protocol.arms]
    ReadingConduct.objects.create(
        study=opened,
        washout_days=protocol.washout_days,
        conduct=asdict(protocol.conduct),
        # In the order of the labels: that of the protocol says which are compared with which.
        arms=sorted(arms, key=itemgetter("label")) if protocol.conduct.ask_arm else [],
    )
    if (asked := protocol.qualification) is not None:
        ReadingQualification.objects.create(
            study=opened,
            training_reads=asked.training_cases,
            test_reads=asked.test_cases,
            measure=asked.threshold.measure,
            at_least=asked.threshold.at_least,
            attempts=asked.attempts,
            valid_days=asked.valid_days,
            protocol_sha256=protocol_sha256,
        )


def blocks(study: Study) -> list[tuple[Allocation, bool]]:
    """Every block of the allocation in order, and whether its reads are laid out."""
    found = [
        (block, block.assignments.values_list("token", flat=True).first())
        for block in Allocation.objects.filter(study=study)
        .select_related("protocol_version")
        .order_by("block")
    ]
    laid_out = set(
        Read.objects.filter(token__in=[token for _, token in found]).values_list("token", flat=True)
    )
    return [(block, token in laid_out) for block, token in found]


def _check_images(study: Study, allocation: Allocation) -> None:
    """What was sealed is what will be read: every allocated case still has the same images and cines."""
    sealed = allocation.inputs["images"]
    allocated = {UUID(image["case"]) for image in sealed}
    cases = [case for case in readable_cases(study) if case.case_id in allocated]
    now = {image["image"]: image for image in images_of(cases)}
    if not allocated <= {UUID(image["case"]) for image in now.values()}:
        raise Conflict(
            "case_incomplete",
            _("An allocated case is no longer complete. Restore its images before you open the study."),
        )
    cines = allocation.inputs.get("cines", [])
    kinds = {cine["kind"] for cine in cines}
    cines_now = shown_cines(cases, kinds=kinds)
    changed = {image["case"] for image in sealed if not _is_the_same(image, now.get(image["image"]))}
    changed |= {cine["case"] for cine in cines if cine not in cines_now}
    if changed:
        subjects = study.cases.filter(pk__in=changed).order_by("subject").values_list("subject", flat=True)
        raise Conflict(
            "images_changed",
            _("Images were replaced after the reads were allocated: %(subjects)s.")
            % {"subjects": ", ".join(subjects)},
        )


def _is_the_same(sealed: dict[str, Any], now: dict[str, Any] | None) -> bool:
    """Whether an image is still what was sealed; a list of long ago says less of it than is said today."""
    return now is not None and all(now.get(name) == value for name, value in sealed.items())


def _lay_out(opened: ReadingStudy, block: Allocation) -> int:
    """Write every read of a block with its pictures; returns how many."""
    study, protocol = block.study, parse(block.protocol_version.document)
    cases = {case.case_id: case for case in readable_cases(study)}
    keys: list[Key] = keys_of(block)
    Read.objects.bulk_create(
        Read(
            token=key.token,
            study=opened,
            reader_id=key.reader_id,
            session=key.session,
            position=key.position,
        )
        for key in keys
    )
    volumes = [
        volume_of(
            cases[key.case_id].images[image_set, state],
            organ=protocol.organ,
            read_id=key.token,
            step=step,
            set=number,
            state=state,
        )
        for key in keys
        for step, image_sets in enumerate(key.steps, start=1)
        for number, image_set in enumerate(image_sets, start=1)
        for state in protocol.states
    ]
    ReadVolume.objects.bulk_create(without_uneven_contours(volumes))
    cines: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for cine in block.inputs.get("cines", []):
        cines[UUID(cine["case"])].append(cine)
    ReadCine.objects.bulk_create(
        cine_of(cine, read_id=key.token) for key in keys for cine in cines[key.case_id]
    )
    return len(keys)


def without_uneven_contours(volumes: list[ReadVolume]) -> list[ReadVolume]:
    """Images prepared before contours were kept have none: where only some arms had one, it would tell them."""
    if not all(volume.contour_key for volume in volumes):
        for volume in volumes:
            volume.contour_key = ""
    return volumes


def volume_of(image: Image, *, organ: str, **place: Any) -> ReadVolume:
    dims, spacing_mm = GRIDS[organ]
    ventricle = image.lv or {}
    return ReadVolume(
        **place,
        neutral_key=image.neutral_key,
        polar_key=image.polar_key,
        contour_key=image.contour_key,
        dims=list(dims),
        spacing_mm=spacing_mm,
        **{name: ventricle.get(name) for name in VENTRICLE},
    )


def cine_of(cine: dict[str, Any], *, read_id: UUID) -> ReadCine:
    ventricle = cine["lv"] or {}
    return ReadCine(
        read_id=read_id,
        **{name: cine[name] for name in ("state", "kind", "key", "frames", "dims", "spacing_mm")},
        **{name: ventricle.get(name) for name in VENTRICLE},
    )


def _form(protocol: Protocol) -> Form:
    return Form.of({**protocol.form.as_document(), "states": list(protocol.states)})


def _display(protocol: Protocol) -> dict[str, Any]:
    """All that the protocol says of the picture, and what it leaves unsaid."""
    return {
        **written(protocol.display),
        "layouts": [layout.as_document() for layout in protocol.layouts],
        "default_layout": protocol.default_layout,
    }
