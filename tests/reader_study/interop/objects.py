"""De-identified files as the intake leaves them, put where it puts them; small, and different for every seed."""

import hashlib
import io
import os
from collections.abc import Mapping, Sequence

import numpy as np
from django.utils import timezone
from pydicom import dcmread
from pydicom.dataset import Dataset

from inference.dicom.derived import derived_nm
from inference.dicom.read import read_volume
from inference.dicom.write import nm_dataset, pt_datasets, to_bytes, uid_from
from inference.model import ModelIdentity
from inference.objects import digest_of
from inference.volume import Kind, Volume
from reader_study.cases.models import Case, Image
from reader_study.cases.storage import store
from reader_study.intake.models import Instance
from reader_study.studies.models import Site, Study

MODEL = ModelIdentity(name="heart-spect-to-pet", version="1.0", digest="b" * 64)


def volume(seed: int, shape: tuple[int, int, int] = (6, 16, 16)) -> Volume:
    voxels = np.random.default_rng(seed).gamma(2, 100, shape).astype(np.float32)
    affine = np.eye(4)
    affine[:3, 0] = np.array([0.7071, 0.7071, 0.0]) * 6.4
    affine[:3, 1] = np.array([0.0, 0.0, -1.0]) * 6.4
    affine[:3, 2] = np.cross(affine[:3, 0], affine[:3, 1]) / 6.4
    affine[:3, 3] = [-100.0, -200.0, 300.0]
    return Volume(voxels, affine, Kind.SHORT_AXIS)


def header(case: Case, **more: object) -> dict[str, object]:
    of_case = (str(case.id),)
    return {
        "PatientID": case.subject,
        "PatientName": case.subject,
        "PatientSex": "F",
        "StudyDate": "20240229",
        "StudyTime": "101112.00",
        "StudyInstanceUID": uid_from("study", *of_case),
        **more,
    }


def case_of(study: Study, site: Site, number: int = 1) -> Case:
    subject = f"{site.code}-{number:04d}"
    key = hashlib.sha256(f"{study.id} {subject}".encode()).digest()[:16]
    return Case.objects.create(study=study, site=site, number=number, subject=subject, subject_key=key)


def spect_of(case: Case, state: str = "stress", seed: int = 1, **more: object) -> bytes:
    """A SPECT image of a case, in the store, with its rows. Returns the file."""
    series = uid_from("spect", str(case.id), state)
    given = header(case, SeriesInstanceUID=series, **more)
    data = to_bytes(nm_dataset(volume(seed), header=given, state=state))
    keep(case, "spect", state, [data])
    return data


def pet_of(case: Case, state: str = "stress", seed: int = 2, slices: int = 3) -> list[bytes]:
    series = uid_from("pet", str(case.id), state)
    made = pt_datasets(
        volume(seed, (slices, 16, 16)), header=header(case, SeriesInstanceUID=series), state=state
    )
    files = [to_bytes(ds) for ds in made]
    keep(case, "pet", state, files)
    return files


def virtual_pet_of(case: Case, source: bytes, *, uncertain: bool = False) -> tuple[Image, bytes]:
    """What the worker makes of a SPECT file: here the same picture, marked as computed."""
    parsed = dcmread(io.BytesIO(source))
    state = Image.objects.get(dicom_keys=[digest_of(source)]).state
    name = digest_of(source + b"translated")
    data = to_bytes(derived_nm(read_volume([source]), source=parsed, model=MODEL, name=name))
    more = {}
    if uncertain:
        spread = to_bytes(
            derived_nm(read_volume([source]), source=parsed, model=MODEL, name=name, role="uncertainty")
        )
        more = {"uncertainty_dicom_key": store().put(spread)}
    return keep(case, "virtual_pet", state, [data], **more), data


def keep(case: Case, image_set: str, state: str, files: Sequence[bytes], **more: object) -> Image:
    """Files of one image: objects, the image, ready and accepted, and for what was sent the intake's rows."""
    computed = image_set == "virtual_pet"
    keys = [store().put(data) for data in files]
    image = Image.objects.create(
        case=case,
        image_set=image_set,
        state=state,
        source="translation" if computed else "upload",
        dicom_keys=keys,
        status=Image.Status.READY,
        neutral_key=digest_of(b"neutral" + keys[0].encode()),
        polar_key=digest_of(b"polar" + keys[0].encode()),
        lv={},
        segments=[100.0] * 17,
        qc=Image.Decision.ACCEPTED,
        qc_by=case.study.memberships.get(role="investigator").user,
        qc_at=timezone.now(),
        **more,
    )
    if not computed:
        for key, data in zip(keys, files, strict=True):
            instance_of(case, image, key, dcmread(io.BytesIO(data), stop_before_pixels=True), len(files))
    return image


def instance_of(
    case: Case, image: Image | None, key: str, ds: Dataset, slices: int, **more: Mapping[str, object]
) -> Instance:
    image_set = image.image_set if image else ""
    return Instance.objects.create(
        study=case.study,
        site=case.site,
        case=case,
        kind=image_set or "ct",
        image_set=image_set,
        state=image.state if image else "",
        study_uid=ds.StudyInstanceUID,
        series_uid=ds.SeriesInstanceUID,
        sop_uid=ds.SOPInstanceUID,
        sop_class=ds.SOPClassUID,
        slices=slices,
        object_key=key,
        fingerprint=os.urandom(32),
        image=image,
        **more,
    )
