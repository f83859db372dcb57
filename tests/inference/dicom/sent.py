"""One image as every kind of hospital sends it: NM in one file or one a slice, PT, enhanced PET, CT, gated."""

from collections.abc import Sequence

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import CTImageStorage

from inference.dicom.enhanced import ENHANCED_PET
from inference.dicom.gated import gated_dataset
from inference.dicom.write import decimals, nm_dataset, pt_datasets, set_pixels, to_bytes, uid_from
from inference.volume import Kind, Volume

SCANNED = {"SeriesDate": "20240102", "SeriesTime": "101500"}


def transaxial(shape: tuple[int, int, int] = (5, 6, 7)) -> Volume:
    """Noise across the body, on the canonical grid; no two orders of it are alike."""
    voxels = np.random.default_rng(2).integers(0, 32_000, shape).astype(np.float32)
    voxels[0, 0, 0] = 32_000
    affine = np.diag([3.0, 3.5, 4.0, 1.0])
    affine[:3, 3] = (-120.0, -110.0, 30.0)
    return Volume(voxels, affine, Kind.TRANSAXIAL)


def nm_slices(volume: Volume) -> list[Dataset]:
    """NM, one file a slice, each with its own position."""
    whole = nm_dataset(volume, header={}, state="stress")
    stored = np.frombuffer(whole.PixelData, "<u2").reshape(-1, whole.Rows, whole.Columns)
    slices = []
    for k, plane in enumerate(stored):
        ds = nm_dataset(volume, header={}, state="stress")
        ds.SOPInstanceUID = uid_from("slice", str(whole.SOPInstanceUID), str(k))
        ds.InstanceNumber, ds.NumberOfFrames, ds.SliceVector = k + 1, 1, [1]
        position = volume.affine[:3, 3] + k * volume.affine[:3, 2]
        ds.DetectorInformationSequence[0].ImagePositionPatient = decimals(position)
        set_pixels(ds, plane)
        slices.append(ds)
    return slices


def ct_slices(volume: Volume) -> list[Dataset]:
    """CT, one file a slice, signed; the voxels are Hounsfield units."""
    slices = []
    for k, plane in enumerate(volume.voxels):
        ds = Dataset()
        ds.SOPClassUID, ds.Modality = CTImageStorage, "CT"
        ds.StudyInstanceUID, ds.SeriesInstanceUID = "2.25.1", "2.25.2"
        ds.SOPInstanceUID = f"2.25.{10 + k}"
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        i, j, step = volume.spacing
        ds.PixelSpacing, ds.SliceThickness = decimals([j, i]), str(step)
        axes = volume.affine[:3, :2] / (i, j)
        ds.ImageOrientationPatient = decimals(axes.T)
        ds.ImagePositionPatient = decimals(volume.affine[:3, 3] + k * volume.affine[:3, 2])
        ds.RescaleSlope, ds.RescaleIntercept, ds.RescaleType = "1", "-1024", "HU"
        set_pixels(ds, (plane + 1024).astype("<u2"))
        slices.append(ds)
    return slices


def enhanced_pet(frames: Sequence[Volume]) -> Dataset:
    """Enhanced PET with its geometry in functional groups; several volumes are the times of one beat."""
    first = frames[0]
    ds = pt_datasets(first, header=SCANNED, state=None)[0]
    for keyword in ("ImageOrientationPatient", "ImagePositionPatient", "PixelSpacing", "SliceThickness"):
        del ds[keyword]
    del ds.RescaleSlope, ds.RescaleIntercept
    ds.SOPClassUID = ENHANCED_PET
    i, j, _ = first.spacing
    axes = first.affine[:3, :2] / (i, j)
    measures, orientation, shared = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = decimals([j, i])
    orientation.ImageOrientationPatient = decimals(axes.T)
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = Items([measures]), Items([orientation])
    ds.SharedFunctionalGroupsSequence = Items([shared])
    groups, planes = [], []
    for slot, volume in enumerate(frames):
        for k, plane in enumerate(volume.voxels):
            slope = float(plane.max()) / 30_000 or 1.0
            position, meaning, content, beat = Dataset(), Dataset(), Dataset(), Dataset()
            position.ImagePositionPatient = decimals(volume.affine[:3, 3] + k * volume.affine[:3, 2])
            meaning.RescaleSlope, meaning.RescaleIntercept = decimals([slope])[0], "0"
            content.TemporalPositionIndex = slot + 1
            beat.NominalCardiacTriggerDelayTime = 100.0 * slot
            own = Dataset()
            own.PlanePositionSequence = Items([position])
            own.PixelValueTransformationSequence = Items([meaning])
            own.FrameContentSequence = Items([content])
            if len(frames) > 1:
                own.CardiacSynchronizationSequence = Items([beat])
            groups.append(own)
            planes.append(np.rint(plane.astype(np.float64) / float(meaning.RescaleSlope)).astype("<u2"))
    ds.PerFrameFunctionalGroupsSequence = Items(groups)
    ds.NumberOfFrames = len(planes)
    set_pixels(ds, np.stack(planes))
    return ds


def beating(still: Volume, slots: int = 4) -> list[Volume]:
    """Each frame darker than the one before."""
    return [Volume(still.voxels / (1 + slot), still.affine, still.kind) for slot in range(slots)]


def gated_nm(frames: Sequence[Volume]) -> Dataset:
    return gated_dataset(frames, header={}, state="stress", beat_ms=800)


def gated_pt(frames: Sequence[Volume]) -> list[Dataset]:
    """PT, one file for each slice and time slot."""
    files = []
    for slot, volume in enumerate(frames):
        for ds in pt_datasets(volume, header=SCANNED, state="rest"):
            ds.SeriesType = ["GATED", "IMAGE"]
            ds.NumberOfTimeSlots, ds.NumberOfRRIntervals = len(frames), 1
            ds.ImageIndex = slot * len(volume.voxels) + int(ds.ImageIndex)
            ds.TriggerTime = str(100 * slot)
            ds.SOPInstanceUID = uid_from("gated slice", str(ds.SOPInstanceUID), str(slot))
            files.append(ds)
    return files


def as_files(datasets: Sequence[Dataset]) -> list[bytes]:
    return [to_bytes(ds) for ds in datasets]
