"""A patient's folder as it comes off a hospital's archive, and what lies about beside such folders."""

import io
import shutil
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from inference.cohort.header import header_of, plant_identifiers, speak_tersely
from inference.cohort.hospital import Hospital, Variant
from inference.cohort.identity import Identity, scanned_at, uid
from inference.cohort.scans import Scans
from inference.dicom.write import nm_dataset, pt_datasets
from inference.physics.patient import STATES, State
from inference.volume import Volume


def folder_name(identity: Identity, hospital: Hospital) -> str:
    """Hospitals name folders after patients, in two ways here."""
    if hospital.variant is Variant.TEXTBOOK:
        latin = f"{identity.person.family}_{identity.person.given}".replace(" ", "_").replace("'", "")
        return f"{identity.patient_id}_{latin}"
    return f"{identity.person.written.replace(' ', '_')}_{identity.birth_date:%Y%m%d}_{identity.patient_id}"


def write_patient(
    scans: Scans, identity: Identity, hospital: Hospital, *, target: Path, scratch: Path
) -> None:
    """Write every file under `scratch`, then move all to `target` at once: a folder that exists is whole."""
    shutil.rmtree(scratch, ignore_errors=True)
    for state in STATES:
        (scratch / "SPECT").mkdir(parents=True, exist_ok=True)
        spect = _spect(scans.spect[state], identity, hospital, state=state)
        (scratch / "SPECT" / f"{state}.dcm").write_bytes(_as_exported(spect, hospital))
        (scratch / "PET" / state).mkdir(parents=True)
        for number, ds in enumerate(_pet(scans.pet[state], identity, hospital, state=state), start=1):
            name = (
                f"IM{number:04d}.dcm" if hospital.variant is Variant.TEXTBOOK else f"{ds.SOPInstanceUID}.dcm"
            )
            (scratch / "PET" / state / name).write_bytes(_as_exported(ds, hospital))
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch.rename(target)


def write_oddments(identity: Identity, hospital: Hospital, *, site: Path) -> None:
    """One note that is not DICOM and one screen save with burned-in names: neither may get into a study."""
    note = (
        f"{identity.person.written} さん {identity.patient_id}\n"
        f"再検予定 {identity.pet_at:%Y/%m/%d} 担当 {identity.operator.written}\n"
    )
    (site / "読影メモ.txt").write_text(note, encoding="utf-8")
    (site / "SCREENSAVE_001.dcm").write_bytes(_as_exported(_screen_save(identity, hospital), hospital))


def _spect(volume: Volume, identity: Identity, hospital: Hospital, *, state: State) -> Dataset:
    header = header_of(identity, hospital, modality="NM", state=state)
    header["SOPInstanceUID"] = f"{header['SeriesInstanceUID']}.1"
    ds = nm_dataset(_stacked(volume, hospital), header=header, state=state)
    _finish(ds, identity, hospital, state=state)
    return ds


def _pet(volume: Volume, identity: Identity, hospital: Hospital, *, state: State) -> list[Dataset]:
    header = header_of(identity, hospital, modality="PT", state=state)
    slices = pt_datasets(_stacked(volume, hospital), header=header, state=state)
    for ds in slices:
        ds.SOPInstanceUID = f"{ds.SeriesInstanceUID}.{ds.InstanceNumber}"
        _finish(ds, identity, hospital, state=state)
    return slices


def _stacked(volume: Volume, hospital: Hospital) -> Volume:
    """The same image; terse scanners stack it from the base, so slices run against the image normal."""
    if hospital.variant is Variant.TEXTBOOK:
        return volume
    flip = np.diag([1.0, 1.0, -1.0, 1.0])
    flip[2, 3] = len(volume.voxels) - 1
    return Volume(volume.voxels[::-1], volume.affine @ flip, volume.kind)


def _finish(ds: Dataset, identity: Identity, hospital: Hospital, *, state: State) -> None:
    plant_identifiers(ds, identity, hospital)
    if hospital.variant is Variant.TERSE:
        speak_tersely(ds, state=state)


def _screen_save(identity: Identity, hospital: Hospital) -> Dataset:
    """A Secondary Capture in colour; the name is in the pixels, where no header cleaning reaches."""
    side = 256
    picture = Image.new("RGB", (side, side), (12, 12, 16))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((78, 88, 178, 188), outline=(230, 140, 30), width=22)
    draw.text((8, 8), f"{identity.person.family} {identity.person.given[0]}", fill=(255, 255, 255))
    draw.text((8, 24), f"ID {identity.patient_id}  {identity.birth_date:%Y-%m-%d}", fill=(255, 255, 255))
    draw.text((8, side - 20), hospital.name, fill=(255, 255, 255))
    ds = Dataset()
    for keyword, value in header_of(identity, hospital, modality="NM", state="stress").items():
        setattr(ds, keyword, value)
    at = scanned_at(identity, modality="NM", state="stress")
    ds.SOPClassUID = SecondaryCaptureImageStorage
    ds.SeriesInstanceUID = uid(identity, hospital, at, 99)
    ds.SOPInstanceUID = uid(identity, hospital, at, 99, 1)
    ds.Modality = "NM"
    ds.ConversionType = "WSD"
    ds.ImageType = ["DERIVED", "SECONDARY", "SCREEN SAVE"]
    ds.SeriesDescription = "Screen Save"
    ds.SeriesNumber, ds.InstanceNumber = 99, 1
    ds.BurnedInAnnotation = "YES"
    ds.SamplesPerPixel, ds.PlanarConfiguration = 3, 0
    ds.PhotometricInterpretation = "RGB"
    ds.Rows = ds.Columns = side
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    ds.PixelData = picture.tobytes()
    return ds


def _as_exported(ds: Dataset, hospital: Hospital) -> bytes:
    """The file's bytes; archives leave their mark in the preamble and the file meta group too."""
    scanner = hospital.pet if ds.Modality == "PT" else hospital.spect
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ds.SOPClassUID
    meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = "2.25.212331674205110398131207166113206530468"
    meta.ImplementationVersionName = "PACS_5_2"
    meta.SourceApplicationEntityTitle = f"{scanner.station}_SCU"
    meta.PrivateInformationCreatorUID = "2.25.212331674205110398131207166113206530469"
    meta.PrivateInformation = f"exported for {ds.PatientID} ".encode()
    ds.file_meta = meta
    ds.preamble = f"{scanner.station} {ds.PatientID}".encode().ljust(128, b"\0")
    out = io.BytesIO()
    dcmwrite(out, ds, enforce_file_format=True)
    return out.getvalue()
