import logging
from typing import Any
from uuid import UUID

from inference.brain.mask import BrainNotFound
from inference.brain.orientation import NotUpright
from inference.dicom.read import Unreadable
from inference.heart.beat import BeatElsewhere
from inference.heart.sampling import TRACING_VERSION
from inference.heart.ventricle import VentricleNotFound
from inference.objects import ObjectStore
from reader_study.cases import actions, cines, derivation
from reader_study.cases.brain_derivation import DerivedBrain, derive_brain
from reader_study.cases.cine_derivation import derive_beat, derive_views
from reader_study.cases.models import OF_BRAIN, Image
from reader_study.cases.storage import store
from reader_study.celery import app

logger = logging.getLogger(__name__)


@app.task(name="cases.derive")
def derive(image_id: str) -> None:
    """Prepare one image for reading. Sent again, it finds the work done."""
    image = actions.start_derivation(image_id=UUID(image_id))
    if image is None:
        return
    objects = store()
    files = [objects.get(key) for key in image.dicom_keys]
    spread = objects.get(image.uncertainty_dicom_key) if image.uncertainty_dicom_key else None
    try:
        derived = (
            _stored_brain(objects, derive_brain(files, uncertainty=spread))
            if image.image_set in OF_BRAIN
            else _stored_heart(objects, derivation.derive(files, uncertainty=spread))
        )
    except (Unreadable, VentricleNotFound, BrainNotFound, NotUpright) as error:
        actions.record_failure(image_id=image.id, code=_code(error))
        return
    except Exception:
        logger.exception("image %s cannot be derived", image.id)
        actions.record_failure(image_id=image.id, code="internal")
        return
    actions.record_derived(image_id=image.id, **derived)
    if image.image_set == Image.Set.SPECT:
        cines.place_waiting(case_id=image.case_id)


@app.task(name="cases.derive_cine")
def derive_cine(cine_id: str) -> None:
    """Prepare moving pictures of one case. Sent again, it finds the work done."""
    cine = cines.start_cine(cine_id=UUID(cine_id))
    if cine is None:
        return
    objects = store()
    files = [objects.get(key) for key in cine.dicom_keys]
    try:
        if cine.placed_by is None:
            derived = derive_views(files)
        else:
            derived = derive_beat(files, spect=[objects.get(key) for key in cine.placed_by.dicom_keys])
    except (Unreadable, VentricleNotFound, BeatElsewhere) as error:
        cines.record_cine_failure(cine_id=cine.id, code=_code(error))
        return
    except Exception:
        logger.exception("cine %s cannot be derived", cine.id)
        cines.record_cine_failure(cine_id=cine.id, code="internal")
        return
    cines.record_cine(cine_id=cine.id, key=objects.put(derived.data), frames=derived.frames)


def _code(error: ValueError) -> str:
    match error:
        case Unreadable():
            return error.code
        case VentricleNotFound():
            return "no_left_ventricle"
        case BeatElsewhere():
            return "beat_elsewhere"
        case NotUpright():
            return "not_upright"
        case _:
            return "no_brain"


def _stored_heart(objects: ObjectStore, made: derivation.Derived) -> dict[str, Any]:
    """What `record_derived` keeps of it."""
    spread = made.uncertainty
    return {
        "neutral_key": objects.put(made.neutral),
        "polar_key": objects.put(made.polar),
        "contour_key": objects.put(made.contour),
        "lv": made.lv,
        "tracing": TRACING_VERSION,
        "segments": made.segments,
        "flags": made.flags,
        "uncertainty": spread
        and actions.DerivedUncertainty(
            neutral_key=objects.put(spread.neutral),
            polar_key=objects.put(spread.polar),
            segments=spread.segments,
        ),
    }


def _stored_brain(objects: ObjectStore, made: DerivedBrain) -> dict[str, Any]:
    spread = made.uncertainty
    return {
        "neutral_key": objects.put(made.neutral),
        "segments": made.segments,
        "flags": made.flags,
        "uncertainty": spread
        and actions.DerivedUncertainty(
            neutral_key=objects.put(spread.neutral), polar_key="", segments=spread.segments
        ),
    }


@app.task(name="cases.sweep")
def sweep() -> None:
    """What a lost message or a dead worker left behind; every few seconds."""
    actions.resend_overdue()
    cines.resend_overdue_cines()
