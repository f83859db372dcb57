"""A file that passed the examination gets its place: case, name, row, and an image when its series is complete."""

import io
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from pydicom import dcmread

from inference.objects import digest_of
from reader_study.cases.actions import case_for_subject, register_image
from reader_study.cases.models import Case, Image
from reader_study.cases.queries import gives_way
from reader_study.cases.storage import store
from reader_study.intake import reports
from reader_study.intake.allowlist import METHOD, PROCEDURE_VERSION
from reader_study.intake.companions import make_cine
from reader_study.intake.deidentification import named
from reader_study.intake.examination import Examined
from reader_study.intake.models import Instance, Upload
from reader_study.intake.places import Place, place_of
from reader_study.intake.reasons import Quarantined, Refused
from reader_study.studies.models import Site, Study
from reader_study.studies.queries import held_state, protocol_of, takes_files


@dataclass(frozen=True)
class Sender:
    """With what a file came, and who answers for it. fingerprint: `queries.fingerprint` of its bytes.

    sent_report: digest of what the sender says it had done; actor: None for a peer without an account.
    """

    upload: Upload
    fingerprint: bytes
    sent_report: str | None
    actor: UUID | None


@dataclass(frozen=True)
class Placed:
    """new: False when it was there already; image: the one that it is a part of, if that is complete."""

    case: Case
    new: bool
    image: UUID | None


def case_of(examined: Examined, *, study: Study) -> Case | None:
    """The case of the file's subject, if it has one already."""
    return Case.objects.filter(study=study, subject_key=examined.subject.key).first()


@transaction.atomic  # a case that was made for a file that cannot stay goes with it
def place(examined: Examined, *, sender: Sender, case: Case | None = None, result: bytes = b"") -> Placed:
    """Store a file in its case; make an image of its series if it is complete now.

    case, result: the file's case and the file under the subject's name, if they were known before.

    Raises
    ------
    Quarantined
        It cannot have this place as it is: what `place_of` raises, "patient_mixed", "conflicting_copy",
        "second_series".
    Refused
        What `place_of` raises; "study_locked": the study takes no more files, whatever it did when the examination
        began.
    """
    upload, description = sender.upload, examined.description
    # The study's row comes first, as in every change of its state; held until the file has its place.
    if not takes_files(held_state(upload.study)):
        raise Refused("study_locked")
    wanted = place_of(examined, protocol=protocol_of(upload.study))
    image_set, state = wanted
    if case is None:
        case = case_for_subject(study=upload.study, site=upload.site, subject_key=examined.subject.key)
    result = result or named(examined.data, subject=case.subject)
    Case.objects.select_for_update().get(pk=case.pk)  # two uploads of one series take turns
    known = _collision(examined, case, upload.study, upload.site)
    if known is not None:
        if known.case_id != case.id:
            raise Quarantined("patient_mixed")
        if not _same_image(known, examined, wanted, result):
            raise Quarantined("conflicting_copy")
        return Placed(case, False, known.image_id)
    if image_set and _is_taken(case, image_set, state):
        raise Quarantined("second_series")
    report = reports.keep([[entry._asdict() for entry in examined.report]])[0]
    instance = Instance.objects.create(
        study=upload.study,
        site=upload.site,
        case=case,
        upload=upload,
        kind=description.kind,
        image_set=image_set,
        state=state,
        state_from=description.state_from,
        view=description.view or "",
        view_from=description.view_from,
        pixels=description.pixels,
        study_uid=examined.study_uid,
        series_uid=examined.series_uid,
        sop_uid=examined.sop_uid,
        sop_class=examined.sop_class,
        slices=examined.slices,
        size=len(result),
        object_key=store().put(result),
        fingerprint=sender.fingerprint,
        procedure=PROCEDURE_VERSION,
        report_id=report,
        sent_report_id=sender.sent_report,
        sealed_by_sender=examined.was_sealed,
    )
    if not image_set:
        make_cine(instance, actor=sender.actor)
        return Placed(case, True, None)
    return Placed(case, True, _complete_series(instance, sender))


def _collision(examined: Examined, case: Case, study: Study, site: Site) -> Instance | None:
    """A file of this site with the same SOP UID, or of the same examination under another patient ID."""
    same = Q(sop_uid=examined.sop_uid) | (Q(study_uid=examined.study_uid) & ~Q(case=case))
    return Instance.objects.filter(study=study, site=site).filter(same).first()


def _same_image(known: Instance, examined: Examined, wanted: Place, result: bytes) -> bool:
    """Whether a file says what the known one says, though another version or door may have put it another way."""
    if known.object_key == digest_of(result):
        return True
    if (known.kind, known.image_set, known.state) != (examined.description.kind, *wanted):
        return False
    before, now = (dcmread(io.BytesIO(data)) for data in (store().get(known.object_key), result))
    return bool(before.PixelData == now.PixelData)


def _is_taken(case: Case, image_set: str, state: str) -> bool:
    current = Image.objects.filter(case=case, image_set=image_set, state=state, superseded_at=None).first()
    return current is not None and not gives_way(current)


def _complete_series(instance: Instance, sender: Sender) -> UUID | None:
    """When the last file of a series has come, however many uploads that took: one image."""
    series = Instance.objects.filter(
        case=instance.case,
        image_set=instance.image_set,
        state=instance.state,
        series_uid=instance.series_uid,
        image=None,
    )
    if series.count() != instance.slices:
        return None
    image = register_image(
        case=instance.case,
        image_set=instance.image_set,
        state=instance.state,
        dicom_keys=sorted(series.values_list("object_key", flat=True)),
        source=Image.Source.UPLOAD,
        provenance={
            "upload": str(sender.upload.id),
            "state_source": instance.state_from,
            "view": instance.view,
            "view_source": instance.view_from,
            "method": METHOD,
            "procedure": PROCEDURE_VERSION,
        },
        actor=sender.actor,
    )
    series.update(image=image)
    return image.id
