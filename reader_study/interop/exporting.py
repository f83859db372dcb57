"""The files of a score export, from a lock's bytes and the headers of the images that were read."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator

from pydicom import dcmread
from pydicom.dataset import Dataset

from inference.objects import ObjectStore, digest_of
from reader_study.agreement.analysis.compute import canonical
from reader_study.cases.models import Image
from reader_study.interop.results import structured_report
from reader_study.interop.results.fhir import ReadImage, bundle
from reader_study.interop.results.scores import ScoredRead, ScoredStudy, SeenImage, scored_study

ARCHIVE, FHIR = "scores-sr.zip", "scores-fhir.json"
CONTENT_TYPES = {ARCHIVE: "application/zip", FHIR: "application/fhir+json"}
File = dict[str, str | int]


def made(lock: bytes, objects: ObjectStore, *, alive: Callable[[], None]) -> dict[str, File]:
    """Store the files; returns name -> key and size, for a report also its subject. The same lock, the same bytes.

    A report that was stored before is not made again, so that a second try goes on where the first one ended.
    alive: called after every report.
    """
    study = scored_study(json.loads(lock), lock_sha256=digest_of(lock))
    files: dict[str, File] = {}
    images: dict[str, ReadImage] = {}
    for read in study.reads:
        headers: dict[str, list[Dataset]] = {}
        for seen in read.images:
            if found := _headers(seen.image, objects):
                headers[f"{seen.state} {seen.image_set}"] = found
                images[seen.image] = _read_image(read, seen, found)
        if headers:  # a report without images says nothing that the tables do not say
            key = _report(read, headers, study, objects)
            name = f"sr/{read.name}.dcm"
            files[name] = {"key": key, "size": len(objects.get(key)), "subject": read.subject}
        alive()
    archive = _zipped((name, objects.get(str(file["key"]))) for name, file in files.items())
    document = canonical(bundle(study, images.values()))
    for name, data in ((ARCHIVE, archive), (FHIR, document)):
        files[name] = {"key": objects.put(data), "size": len(data)}
    return files


def _report(
    read: ScoredRead, headers: dict[str, list[Dataset]], study: ScoredStudy, objects: ObjectStore
) -> str:
    parts = ["score report", structured_report.FORMAT, study.lock_sha256, read.token, str(read.version)]
    name = digest_of("\n".join(parts).encode())
    try:
        key = objects.key_of(name)
        objects.get(key)
    except (LookupError, RuntimeError):  # not made yet, or lost since
        return objects.put_named(name, structured_report.report(read, headers, study=study))
    return key


def _headers(image_id: str, objects: ObjectStore) -> list[Dataset]:
    """Of the files of an image in the order of the slices; empty if the image is not there any more."""
    image = Image.objects.filter(pk=image_id).first()
    if image is None:
        return []
    found = [dcmread(io.BytesIO(objects.get(key)), stop_before_pixels=True) for key in image.dicom_keys]
    return sorted(found, key=lambda ds: (int(ds.get("InstanceNumber") or 0), str(ds.SOPInstanceUID)))


def _read_image(read: ScoredRead, seen: SeenImage, headers: list[Dataset]) -> ReadImage:
    first = headers[0]
    return ReadImage(
        image=seen.image,
        subject=read.subject,
        study_uid=str(first.StudyInstanceUID),
        series_uid=str(first.SeriesInstanceUID),
        modality=str(first.Modality),
        image_set=seen.image_set,
        organ=read.organ,
        instances=[(str(ds.SOPClassUID), str(ds.SOPInstanceUID)) for ds in headers],
    )


def _zipped(files: Iterator[tuple[str, bytes]]) -> bytes:
    """A ZIP archive without times of its own: the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
