import logging
from uuid import UUID

from inference.dicom.read import Unreadable
from inference.heart.ventricle import VentricleNotFound
from inference.objects import ObjectStore
from reader_study.cases import actions, derivation
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
        derived = derivation.derive(files, uncertainty=spread)
    except Unreadable as error:
        actions.record_failure(image_id=image.id, code=error.code)
        return
    except VentricleNotFound:
        actions.record_failure(image_id=image.id, code="no_left_ventricle")
        return
    except Exception:
        logger.exception("image %s cannot be derived", image.id)
        actions.record_failure(image_id=image.id, code="internal")
        return
    actions.record_derived(
        image_id=image.id,
        neutral_key=objects.put(derived.neutral),
        polar_key=objects.put(derived.polar),
        lv=derived.lv,
        segments=derived.segments,
        flags=derived.flags,
        uncertainty=_stored(objects, derived.uncertainty),
    )


def _stored(objects: ObjectStore, made: derivation.Uncertainty | None) -> actions.DerivedUncertainty | None:
    if made is None:
        return None
    return actions.DerivedUncertainty(
        neutral_key=objects.put(made.neutral), polar_key=objects.put(made.polar), segments=made.segments
    )


@app.task(name="cases.sweep")
def sweep() -> None:
    """What a lost message or a dead worker left behind; every few seconds."""
    actions.resend_overdue()
