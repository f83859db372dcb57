"""A read as a reader's browser gets it. A signed one has no pictures and no scores: it is not seen again."""

from typing import Any

from reader_study.reading import draft, queries
from reader_study.reading.display import display_of
from reader_study.reading.form import Form
from reader_study.reading.models import ReadCine, ReadVolume
from reader_study.reading.qualification import Feedback
from reader_study.reading.queries import Due, ReadState
from reader_study.reading.serializers import FULL_SCALE, POLAR_GRID
from reader_study.reading.standing import Standing


def contents(due: Due) -> dict[str, Any]:
    """What ReadSerializer shows, but for the display check, which is a matter of the reader."""
    standing, read = due.standing, due.read
    form = Form.of(read.study.form)
    sheet, before = standing.in_force, standing.step_before
    signed = due.state == ReadState.SIGNED
    volumes = list(read.volumes.filter(step=standing.step))
    last_seq, last_hash = queries.ledger_end(read)
    return {
        "token": read.token,
        "purpose": read.purpose,
        "study": read.study,
        "position": {
            "session": read.session,
            "number": read.position,
            "of": queries.reads_in_session(read),
        },
        "state": due.state,
        # Not how many there are: that would tell the arm before it is scored. A signature says whether one follows.
        "step": {"number": standing.step},
        "step_before": before.signature if before else None,
        "amendment": _amendment(standing),
        "unlock": own_unlock(standing),
        "form": form,
        "display": display_of(read.study.display, sets=len({volume.set for volume in volumes})),
        "slots": [] if signed else slots(form, volumes),
        "cines": [] if signed else cines(form, list(read.cines.all())),
        "last_seq": last_seq,
        "last_hash": last_hash,
        "draft": draft.fold(form, read.events.order_by("seq")) if due.state == ReadState.OPEN else None,
        "signature": sheet.signature if sheet and signed else None,
    }


def feedback(found: Feedback) -> dict[str, Any]:
    """A signed training read beside the reference, state by state."""
    return {
        "read": found.read,
        "form": found.form,
        "states": [
            {"state": state, "own": found.own[state], "reference": found.reference[state]}
            for state in found.form.states
        ],
    }


def own_unlock(standing: Standing) -> dict[str, Any] | None:
    """The request to correct the version in force, with what the investigator answered."""
    unlock = standing.unlock
    if unlock is None:
        return None
    return {
        "state": standing.unlock_state,
        "reason": unlock.reason,
        "requested_at": unlock.requested_at,
        "answer": standing.unlock_answer,
    }


def slots(form: Form, volumes: list[ReadVolume]) -> list[dict[str, Any]]:
    """The pictures of a step, set by set, in the order of the form's states."""
    return [
        {
            **_grid(volume),
            "set": volume.set,
            "polar": POLAR_GRID if volume.polar_key else None,
            "contour": bool(volume.contour_key),
        }
        for volume in sorted(volumes, key=lambda volume: (volume.set, form.states.index(volume.state)))
    ]


def cines(form: Form, found: list[ReadCine]) -> list[dict[str, Any]]:
    return [
        {**_grid(cine), "kind": cine.kind, "frames": cine.frames}
        for cine in sorted(found, key=lambda cine: (cine.kind, form.states.index(cine.state)))
    ]


def _grid(picture: ReadVolume | ReadCine) -> dict[str, Any]:
    ventricle = {"apex_k": picture.apex_k, "base_k": picture.base_k, "radius_mm": picture.radius_mm}
    return {
        "state": picture.state,
        "dims": picture.dims,
        "spacing_mm": picture.spacing_mm,
        "full_scale": FULL_SCALE,
        "lv": None if picture.apex_k is None else ventricle,
    }


def _amendment(standing: Standing) -> dict[str, Any] | None:
    if not standing.amending or standing.unlock is None or standing.in_force is None:
        return None
    signed = standing.in_force
    return {
        "reason": standing.unlock.reason,
        "version": signed.version + 1,
        "signed": draft.Draft(scores=signed.scores, fields=signed.fields),
    }
