"""What a person says of a file that waits, and what becomes of it: taken, or kept with the next reason."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from reader_study.accounts.models import User
from reader_study.cases.actions import withdraw_image
from reader_study.cases.models import Case, Image
from reader_study.intake import quarantine, queries
from reader_study.intake.deidentification import Answers, Blank
from reader_study.intake.description import STATES, VIEWS, Pixels
from reader_study.intake.examination import Examined, Known, describe, examine
from reader_study.intake.models import KeptApart
from reader_study.intake.places import place_of
from reader_study.intake.placing import Placed, Sender, case_of, place
from reader_study.intake.quarantine_actions import (
    Verdict,
    as_row,
    close,
    conclude,
    data_of,
    known_by,
    record_act,
    still_held,
)
from reader_study.intake.reasons import Quarantined, Refused, instead
from reader_study.problems import Conflict, Invalid, Locked
from reader_study.studies.models import Study
from reader_study.studies.queries import protocol_of, takes_files

MAX_BOXES = 200
# What a person can say so that the file may yet be taken, by the reason for which it waits.
HELPS: Mapping[str, tuple[str, ...]] = {
    "state_unknown": ("state",),
    "no_patient_id": ("patient_id",),
    "patient_mixed": ("patient_id",),
    "burned_in": ("pixels",),
    "secondary": ("pixels",),
    "second_series": ("replace",),
}


@dataclass(frozen=True)
class Given:
    """What a person says about one file; what is None or empty was not said.

    pixels: "seen" (there is no text) or "blanked", then with boxes. replace: reason why the image that has the
    place is rejected for this one.
    """

    state: str | None = None
    view: str | None = None
    patient_id: str | None = None
    pixels: str | None = None
    blank: Sequence[Blank] = ()
    replace: str = ""


@dataclass(frozen=True)
class Answered:
    """What became of a file after an answer: taken; or kept, with a code of `reasons`."""

    taken: bool
    code: str
    case: Case | None = None


def answer(*, actor: User, kept_id: UUID, given: Given) -> Answered:
    """Say what a file did not say, and let it be examined again; outside a transaction, for that takes time.

    What is said is kept with the file, encrypted, until it goes. A file that is refused with an answer, or that no
    further answer could help, stays kept as it was, and the answer is forgotten: the file may be fine, and the
    answer wrong.

    Raises
    ------
    NotFound, Conflict
        As `see_header`; Conflict too, where an image to be replaced is in use, and with code "no_answer" for a
        file that waits for a reason which nothing said can clear.
    Locked
        The study takes no more files.
    Invalid
        code "answer": nothing was said, or what makes no sense.
    """
    _check(given)
    kept = queries.own_kept_apart(actor, kept_id)
    if not takes_files(kept.study.state):  # asked again where the file gets its place
        raise _locked()
    if instead(kept.code):
        raise Conflict("no_answer", instead(kept.code))
    data, said = data_of(kept), {**_said_before(kept), **_as_said(given)}
    pseudonyms, answers = queries.pseudonyms_of(kept.study, kept.site), _answers(said)
    try:
        examined = examine(
            data, pseudonyms=pseudonyms, kinds=queries.kinds_wanted(kept.study), answers=answers
        )
    except Refused as reason:
        return Answered(False, reason.code)
    except Quarantined as reason:
        if instead(reason.code):
            return Answered(False, reason.code)
        known = describe(data, pseudonyms=pseudonyms, answers=answers)
        return _kept_on(actor, kept, said, reason.code, known)
    try:
        return _taken(actor, kept, examined, given)
    except Quarantined as reason:
        return _kept_on(actor, kept, said, reason.code, known_by(examined))
    except Refused as reason:
        if reason.code != "study_locked":
            return Answered(False, reason.code)
        raise _locked() from None  # meanwhile


def _locked() -> Locked:
    return Locked("locked", _("The study is locked; it takes no more files."))


def _check(given: Given) -> None:
    said = [given.state, given.view, given.patient_id, given.pixels, given.replace.strip() or None]
    sensible = (
        given.state in (None, *STATES)
        and given.view in (None, *VIEWS)
        and given.pixels in (None, Pixels.SEEN, Pixels.BLANKED)
        and bool(given.blank) == (given.pixels == Pixels.BLANKED)
        and len(given.blank) <= MAX_BOXES
        and all(box.left < box.right and box.top < box.bottom for box in given.blank)
        and (given.patient_id is None or bool(given.patient_id.strip()))
    )
    if not sensible or all(item is None for item in said):
        raise Invalid("answer", _("The answer says nothing, or something that cannot be."))


def _as_said(given: Given) -> dict[str, Any]:
    """What an answer adds to those before, as JSON. A replacement is decided once, not remembered."""
    said: dict[str, Any] = {
        "state": given.state,
        "view": given.view,
        "patient_id": given.patient_id.strip() if given.patient_id else None,
        "pixels": given.pixels,
    }
    if given.pixels:
        said["blank"] = [[box.frame, box.left, box.top, box.right, box.bottom] for box in given.blank]
    return {name: value for name, value in said.items() if value is not None}


def _answers(said: Mapping[str, Any]) -> Answers:
    patient_id = said.get("patient_id")
    return Answers(
        state=said.get("state"),
        view=said.get("view"),
        pixels=Pixels(said.get("pixels", Pixels.UNSEEN)),
        blank=tuple(Blank(*box) for box in said.get("blank", ())),
        patient_id=patient_id.encode() if patient_id else None,
    )


def _said_before(kept: KeptApart) -> dict[str, Any]:
    if kept.answers is None or kept.wrapped_key is None:
        return {}
    text = quarantine.read_note(
        bytes(kept.answers), bytes(kept.wrapped_key), name=kept.id, study=kept.study_id, site=kept.site_id
    )
    said: dict[str, Any] = json.loads(text)
    return said


@transaction.atomic
def _kept_on(actor: User, kept: KeptApart, said: dict[str, Any], code: str, known: Known) -> Answered:
    kept = still_held(kept)
    place_of_key = {"name": kept.id, "study": kept.study_id, "site": kept.site_id}
    kept.code = code
    kept.answers = quarantine.seal_note(
        json.dumps(said).encode(), bytes(kept.wrapped_key or b""), **place_of_key
    )
    row = as_row(known)
    for name, value in row.items():
        setattr(kept, name, value)
    kept.save(update_fields=["code", "answers", *row])
    record_act(
        kept, "intake.quarantine_answered", actor.id, {"said": sorted(said), "taken": False, "code": code}
    )
    conclude(kept, Verdict.QUARANTINED, code, case=None)
    return Answered(False, code)


@transaction.atomic
def _taken(actor: User, kept: KeptApart, examined: Examined, given: Given) -> Answered:
    kept = still_held(kept)
    sender = Sender(
        upload=kept.upload,
        fingerprint=bytes(kept.fingerprint),
        sent_report=kept.files.order_by("number").values_list("report", flat=True).first(),
        actor=actor.id,
    )
    if given.replace.strip():
        _make_room(actor, examined, kept.study, given.replace)
    found: Placed = place(examined, sender=sender)
    said = sorted(name for name, value in vars(given).items() if value)
    close(kept, KeptApart.State.TAKEN, by=actor)
    if found.new:
        conclude(kept, Verdict.ACCEPTED, "", case=found.case)
    else:
        conclude(kept, Verdict.DUPLICATE, "duplicate", case=None)
    record_act(
        kept,
        "intake.quarantine_answered",
        actor.id,
        {"said": said, "taken": True, "case": found.case.subject, "sop_uid": examined.sop_uid},
    )
    return Answered(True, "" if found.new else "duplicate", found.case)


def _make_room(actor: User, examined: Examined, study: Study, reason: str) -> None:
    """Reject the image whose place the file is to have."""
    case = case_of(examined, study=study)
    image_set, state = place_of(examined, protocol=protocol_of(study))
    if case is None or not image_set:
        return
    places = Image.objects.filter(case=case, image_set=image_set, state=state, superseded_at=None)
    image = places.first()
    if image is not None and image.qc != Image.Decision.REJECTED:
        withdraw_image(actor=actor, image_id=image.id, reason=reason)
