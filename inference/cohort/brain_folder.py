"""A cohort of heads as hospitals' DICOM folders, with the truth apart: `cohort --organ brain`."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.cohort.brain import HEAD_IMAGES, VERSION, HeadImage, HeadScans, planned_head, simulate_head
from inference.cohort.folder import as_exported, folder_name
from inference.cohort.header import header_of, plant_identifiers
from inference.cohort.hospital import Hospital, Variant, hospital
from inference.cohort.identity import Identity, identity_of, scanned_at, uid
from inference.cohort.pool import claim, simulated, write_json
from inference.dicom import codes
from inference.dicom.orientation import flipped
from inference.dicom.write import STORED_MAXIMUM, nm_dataset, set_pixels, stored_values
from inference.physics.head_patient import HeadPatient, Tracer
from inference.volume import Volume

_STATEMENT = (
    "Every patient, person, institution and image of this cohort is simulated. "
    "truth/PATIENT.npz holds the tracer at the resolution of the corrected image (ideal), the corrected image without "
    "noise (noise_free) and with an exact CT too (exact), all in stored values of the patient's files, and the region "
    "of every voxel (labels)."
)
_SCRATCH, _TRUTH = ".unfinished", "truth"
_BODY_MASS_INDEX = 23.5


@dataclass(frozen=True)
class _Series:
    """How hospitals name one image of a head: at even sites in `words`, at odd ones in `tersely`."""

    number: int
    words: str
    tersely: str
    processing: str
    corrected: tuple[str, ...]


_SERIES: dict[HeadImage, _Series] = {
    "nac": _Series(1, "NAC", "補正なし", "OSEM 4x6", ()),
    "chang": _Series(11, "AC Chang", "AC Chang", "OSEM 4x6 Chang", ("ATTN",)),
    "ctac": _Series(21, "CTAC", "CTAC", "OSEM 4x6 AC SC RR", ("ATTN", "SCAT")),
    "short": _Series(31, "CTAC 1/5 time", "CTAC 短時間", "OSEM 4x6 AC SC RR", ("ATTN", "SCAT")),
}
_STUDY: dict[Tracer, tuple[str, str]] = {
    "perfusion": ("Brain perfusion SPECT", "脳血流シンチ"),
    "dat": ("Dopamine transporter SPECT", "ドパミントランスポーターシンチ"),
}
_RADIONUCLIDE: dict[Tracer, codes.Code] = {
    "perfusion": codes.TECHNETIUM_99M,
    "dat": codes.Code("21572004", "SCT", "^123^Iodine"),  # CID 18
}
_PHARMACEUTICAL: dict[Tracer, codes.Code] = {  # CID 25
    "perfusion": codes.Code("766886003", "SCT", "Technetium Tc^99m^ bicisate"),
    "dat": codes.Code("429296007", "SCT", "Ioflupane I^123^"),
}
_WINDOW_KEV: dict[Tracer, tuple[str, str]] = {"perfusion": ("126", "154"), "dat": ("143", "175")}


@dataclass(frozen=True)
class HeadMember:
    """One patient of a cohort of heads and where his files lie."""

    seed: int
    index: int
    sites: int
    patient: HeadPatient
    identity: Identity
    hospital: Hospital

    @property
    def folder(self) -> Path:
        """Relative to the cohort's directory."""
        return Path(self.hospital.code) / folder_name(self.identity, self.hospital)

    @property
    def truth(self) -> Path:
        """Relative to the cohort's directory; no upload takes it."""
        return Path(_TRUTH) / f"{self.identity.patient_id}.npz"


def make_brain_cohort(*, patients: int, sites: int, seed: int, out: Path, jobs: int) -> None:
    """Fill `out`; patients already there are kept, and `truth.json` appears when all are. Raises DifferentCohort."""
    manifest = {"organ": "brain", "seed": seed, "sites": sites, "version": VERSION}
    claim(out, manifest)
    (out / "truth.json").unlink(missing_ok=True)
    shutil.rmtree(out / _SCRATCH, ignore_errors=True)
    members = [head_member(seed=seed, index=index, sites=sites) for index in range(patients)]
    done = simulated(members, make=partial(_make, out=out), there=partial(_is_there, out=out), jobs=jobs)
    for number, (one, seconds) in enumerate(done, start=1):
        took = "kept" if seconds is None else f"{seconds:.1f}"
        print(f"{number}/{patients} {one.folder.name} {took}", flush=True)
    shutil.rmtree(out / _SCRATCH, ignore_errors=True)
    people = {one.identity.patient_id: _truth_of(one) for one in members}
    write_json(
        out / "truth.json", {"simulated": True, "statement": _STATEMENT, **manifest, "patients": people}
    )


def head_member(*, seed: int, index: int, sites: int) -> HeadMember:
    """Patients are dealt to the sites in turn, so a longer cohort begins with the shorter one."""
    patient, place = planned_head(seed=seed, index=index, sites=sites), hospital(index % sites)
    identity = identity_of(
        seed=seed, index=index, sex=patient.sex, body_mass_index=_BODY_MASS_INDEX, hospital=place
    )
    return HeadMember(seed, index, sites, patient, identity, place)


def head_path(kind: HeadImage) -> Path:
    """Where an image lies in its patient's folder."""
    return Path(kind.upper()) / "brain.dcm"


def write_head(scans: HeadScans, one: HeadMember, *, target: Path, truth: Path, scratch: Path) -> None:
    """Write every file under `scratch`, then move all to `target` at once: a folder that exists is whole.

    All images of a patient are stored with one factor: what lies between an uncorrected and a corrected image
    is there in the stored values.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    factor = max(float(image.voxels.max()) for image in scans.images.values()) / STORED_MAXIMUM
    for kind in HEAD_IMAGES:
        ds = _dataset(scans.images[kind], one, kind=kind, factor=factor)
        path = scratch / head_path(kind)
        path.parent.mkdir(parents=True)
        path.write_bytes(as_exported(ds, one.hospital))
    truth.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        truth,
        ideal=scans.ideal.voxels / np.float32(factor),
        noise_free=scans.noise_free.voxels / np.float32(factor),
        exact=scans.exact.voxels / np.float32(factor),
        labels=scans.labels,
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch.rename(target)


def _make(one: HeadMember, out: Path) -> float:
    started = time.monotonic()
    scans = simulate_head(seed=one.seed, index=one.index, sites=one.sites)
    scratch = out / _SCRATCH / str(one.index)
    write_head(scans, one, target=out / one.folder, truth=out / one.truth, scratch=scratch)
    return time.monotonic() - started


def _is_there(one: HeadMember, out: Path) -> bool:
    return (out / one.folder).is_dir() and (out / one.truth).is_file()


def _truth_of(one: HeadMember) -> dict[str, object]:
    return {
        "index": one.index,
        "site": one.hospital.code,
        "name": one.identity.person.person_name,
        "sex": one.patient.sex,
        "tracer": one.patient.tracer,
        "images": {kind: (one.folder / head_path(kind)).as_posix() for kind in HEAD_IMAGES},
        "truth": one.truth.as_posix(),
        "patient": one.patient.as_json(),
    }


def _dataset(volume: Volume, one: HeadMember, *, kind: HeadImage, factor: float) -> Dataset:
    identity, place, tracer = one.identity, one.hospital, one.patient.tracer
    series = _SERIES[kind]
    stacked = _stacked(volume, place)
    header = _header(identity, place, tracer=tracer, series=series)
    ds = nm_dataset(stacked, header=header, state=None, organ="brain", corrected=series.corrected)
    set_pixels(ds, stored_values(stacked.voxels, factor))
    limits, window = Dataset(), Dataset()
    limits.EnergyWindowLowerLimit, limits.EnergyWindowUpperLimit = _WINDOW_KEV[tracer]
    window.EnergyWindowRangeSequence = Sequence([limits])
    ds.EnergyWindowInformationSequence = Sequence([window])
    injected = Dataset()
    injected.RadionuclideCodeSequence = _RADIONUCLIDE[tracer].sequence()
    injected.RadiopharmaceuticalCodeSequence = _PHARMACEUTICAL[tracer].sequence()
    ds.RadiopharmaceuticalInformationSequence = Sequence([injected])
    plant_identifiers(ds, identity, place)
    asked = ds.RequestAttributesSequence[0]
    asked.ScheduledProcedureStepDescription = f"{identity.person.written} {_STUDY[tracer][1]}"
    asked.ReasonForTheRequestedProcedure = f"dementia, Dr {identity.referring.family}"
    asked.ScheduledProtocolCodeSequence[0].CodeValue = "BRAIN-S"
    asked.ScheduledProtocolCodeSequence[0].CodeMeaning = f"Brain for {identity.person.family}"
    window.EnergyWindowName = f"brain {identity.patient_id}"
    if place.variant is Variant.TERSE:
        for detector in ds.DetectorInformationSequence:
            del detector.ViewCodeSequence
        ds.ProtocolName = f"Brain {ds.StationName}"
        ds.SeriesDescription = f"頭部 {series.tersely} NM"
    return ds


def _stacked(volume: Volume, place: Hospital) -> Volume:
    """The same image; terse scanners stack it from the top of the head, so slices run against the image normal."""
    if place.variant is Variant.TEXTBOOK:
        return volume
    voxels, affine = flipped(volume.voxels, volume.affine, 2)
    return replace(volume, voxels=voxels, affine=affine)


def _header(identity: Identity, place: Hospital, *, tracer: Tracer, series: _Series) -> dict[str, object]:
    """What hospitals write about any patient, with the words of a head instead of a heart."""
    at = scanned_at(identity, modality="NM", state="stress")
    study, in_japanese = _STUDY[tracer]
    family, who = identity.person.family, identity.person.written
    series_uid = uid(identity, place, at, series.number)
    return {
        **header_of(identity, place, kind="spect", state="stress"),
        "SeriesInstanceUID": series_uid,
        "SOPInstanceUID": f"{series_uid}.1",
        "SeriesNumber": series.number,
        "StudyDescription": f"{study} {family}",
        "SeriesDescription": f"{series.words} TRANSAXIAL {family}",
        "ProtocolName": f"Brain / {place.name}",
        "ImageID": f"Trans {family}"[:16],
        "ProcessingFunction": f"{series.processing} {identity.operator.family}",
        "DerivationDescription": f"reconstructed by {identity.operator.written}",
        "PerformedProcedureStepDescription": f"Brain {family}",
        "RequestedProcedureDescription": f"{in_japanese} {who}",
        "AdditionalPatientHistory": f"{who} {identity.age}歳 もの忘れ 紹介 {identity.referring.written}",
    }
