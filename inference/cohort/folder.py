"""A patient's folder as it comes off a hospital's archive, and what lies about beside such folders."""

import io
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from PIL import Image, ImageDraw
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from inference.cohort.encoding import Encoding, phrased, stacked
from inference.cohort.header import header_of, plant_identifiers, speak_tersely
from inference.cohort.hospital import Hospital, Variant
from inference.cohort.identity import Identity, scanned_at, uid
from inference.cohort.scans import Scans
from inference.dicom.gated import gated_dataset
from inference.dicom.projections import Projections, attenuation_dataset, projections_dataset
from inference.dicom.write import nm_dataset, pt_datasets
from inference.physics.patient import STATES, State
from inference.volume import Volume

# How Corrected Image (0028,0051) describes a gamma camera's images.
_CORRECTED: dict[str, tuple[str, ...]] = {"spect": (), "chang": ("ATTN",), "ctac": ("ATTN", "SCAT")}
_SECONDS_PER_VIEW = 25.0
_BEAT_MS = 850.0


def folder_name(identity: Identity, hospital: Hospital) -> str:
    """Hospitals name folders after patients, in two ways here."""
    if hospital.variant is Variant.TEXTBOOK:
        latin = f"{identity.person.family}_{identity.person.given}".replace(" ", "_").replace("'", "")
        return f"{identity.patient_id}_{latin}"
    return f"{identity.person.written.replace(' ', '_')}_{identity.birth_date:%Y%m%d}_{identity.patient_id}"


def write_patient(
    scans: Scans,
    identity: Identity,
    hospital: Hospital,
    *,
    kinds: Collection[str],
    encodings: Collection[Encoding],
    target: Path,
    scratch: Path,
) -> None:
    """Write every file under `scratch`, then move all to `target` at once: a folder that exists is whole.

    kinds: which of "spect", "chang", "ctac", "pet", "projections", "mumap", "gated".
    """
    shutil.rmtree(scratch, ignore_errors=True)
    writer = _Writer(identity, hospital, frozenset(encodings), scratch)
    for kind, state in product(kinds, STATES):
        match kind:
            case "pet":
                writer.pet(scans.images["pet"][state], state=state)
            case "projections":
                writer.projections(scans.projections[state], state=state)
            case "mumap":
                writer.attenuation(scans.attenuation[state], state=state)
            case "gated":
                writer.gated(scans.gated[state], state=state)
            case _:
                writer.spect(scans.images[kind][state], kind=kind, state=state)
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch.rename(target)


def image_path(kind: str, state: State) -> Path:
    """Where an image lies in its patient's folder: one file, or for PET the folder of its slices."""
    return Path(kind.upper()) / (state if kind == "pet" else f"{state}.dcm")


def write_oddments(identity: Identity, hospital: Hospital, *, site: Path) -> None:
    """One note that is not DICOM and one screen save with burned-in names: neither may get into a study."""
    note = (
        f"{identity.person.written} さん {identity.patient_id}\n"
        f"再検予定 {identity.pet_at:%Y/%m/%d} 担当 {identity.operator.written}\n"
    )
    (site / "読影メモ.txt").write_text(note, encoding="utf-8")
    (site / "SCREENSAVE_001.dcm").write_bytes(as_exported(_screen_save(identity, hospital), hospital))


@dataclass(frozen=True)
class _Writer:
    """Puts one patient's images below `root`, in the ways of his hospital."""

    identity: Identity
    hospital: Hospital
    encodings: frozenset[Encoding]
    root: Path

    def spect(self, volume: Volume, *, kind: str, state: State) -> None:
        header = self._header(kind, state)
        ds = nm_dataset(self._stacked(volume), header=header, state=state, corrected=_CORRECTED[kind])
        phrased(ds, self.encodings)
        self._write(ds, self.root / image_path(kind, state), kind=kind, state=state)

    def projections(self, projections: Projections, *, state: State) -> None:
        header = self._header("projections", state)
        ds = projections_dataset(projections, header=header, state=state, seconds_per_view=_SECONDS_PER_VIEW)
        self._write(ds, self.root / image_path("projections", state), kind="projections", state=state)

    def attenuation(self, volume: Volume, *, state: State) -> None:
        ds = attenuation_dataset(volume, header=self._header("mumap", state), state=state)
        self._write(ds, self.root / image_path("mumap", state), kind="mumap", state=state)

    def pet(self, volume: Volume, *, state: State) -> None:
        header = header_of(self.identity, self.hospital, kind="pet", state=state)
        textbook = self.hospital.variant is Variant.TEXTBOOK
        for number, ds in enumerate(pt_datasets(self._stacked(volume), header=header, state=state), start=1):
            ds.SOPInstanceUID = f"{ds.SeriesInstanceUID}.{ds.InstanceNumber}"
            name = f"IM{number:04d}.dcm" if textbook else f"{ds.SOPInstanceUID}.dcm"
            self._write(ds, self.root / image_path("pet", state) / name, kind="pet", state=state)

    def gated(self, frames: Sequence[Volume], *, state: State) -> None:
        turned = [self._stacked(frame) for frame in frames]
        ds = gated_dataset(turned, header=self._header("gated", state), state=state, beat_ms=_BEAT_MS)
        phrased(ds, self.encodings)
        self._write(ds, self.root / image_path("gated", state), kind="gated", state=state)

    def _header(self, kind: str, state: State) -> dict[str, object]:
        header = header_of(self.identity, self.hospital, kind=kind, state=state)
        return {**header, "SOPInstanceUID": f"{header['SeriesInstanceUID']}.1"}

    def _stacked(self, volume: Volume) -> Volume:
        """The same image; terse scanners stack it from the base, so slices run against the image normal."""
        terse = {Encoding.BASE_FIRST} if self.hospital.variant is Variant.TERSE else set()
        return stacked(volume, self.encodings | terse)

    def _write(self, ds: Dataset, path: Path, *, kind: str, state: State) -> None:
        plant_identifiers(ds, self.identity, self.hospital)
        if self.hospital.variant is Variant.TERSE:
            speak_tersely(ds, kind=kind, state=state)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_exported(ds, self.hospital))


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
    for keyword, value in header_of(identity, hospital, kind="spect", state="stress").items():
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
    ds.Laterality = ds.PatientOrientation = ds.PositionReferenceIndicator = ""
    ds.SamplesPerPixel, ds.PlanarConfiguration = 3, 0
    ds.PhotometricInterpretation = "RGB"
    ds.Rows = ds.Columns = side
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    ds.PixelData = picture.tobytes()
    return ds


def as_exported(ds: Dataset, hospital: Hospital) -> bytes:
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
