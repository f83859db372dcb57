"""`python -m inference correct ctac|chang`: a file in, a corrected file out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.correct import chang, ctac
from inference.correct.method import NOT_A_FULL_TURN, NOT_SQUARE
from inference.dicom.derived import source_image, taken_over
from inference.dicom.projections import read_attenuation, read_projections
from inference.dicom.read import Unreadable, read_header, read_volume
from inference.dicom.state import state_of
from inference.dicom.values import number_of, parsed
from inference.dicom.write import Organ, nm_dataset, to_bytes, uid_from
from inference.volume import Kind, Volume

_FULL_TURN_DEG = 340.0


class Refused(ValueError):
    """This cannot be corrected, in one sentence."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "correct",
        description="Both make a transaxial NM file. Hearts: use ctac; reorient the result at the workstation to the "
        "short axis before quantify or a study takes it. Chang's correction is mostly for heads: images of hearts "
        "come reoriented to the short axis, and it needs the transaxial image from before that.",
    )
    methods = parser.add_subparsers(required=True, metavar="method")
    by_map = methods.add_parser(
        "ctac",
        help="reconstruct projections with a map of the tissue (SPECT/CT)",
        description=f"OSEM, {ctac.ITERATIONS} iterations of {ctac.SUBSETS} subsets, with attenuation from the map, the "
        "resolution of a low-energy high-resolution collimator and, if its window was recorded, scatter. Projections "
        "and map must be of one patient in one frame of reference. cohort --with projections simulates both.",
        epilog="example: python -m inference correct ctac --projections PROJECTIONS/stress.dcm "
        "--attenuation MUMAP/stress.dcm --out var/ctac.dcm",
    )
    by_map.add_argument(
        "--projections", type=Path, required=True, metavar="FILE", help="NM TOMO file of a circular orbit"
    )
    by_map.add_argument(
        "--attenuation",
        type=Path,
        required=True,
        metavar="FILE",
        help="NM RECON TOMO TRANSMISSION file, coefficients in 1/cm",
    )
    by_map.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="new NM file; never overwrites"
    )
    by_map.set_defaults(
        run=lambda given: _run(
            given.out, lambda: correct_by_map(_read(given.projections), _read(given.attenuation))
        )
    )
    by_guess = methods.add_parser(
        "chang",
        help="multiply an image by Chang's factors for uniform tissue",
        description="Chang's correction of zeroth order: uniform tissue inside one ellipse a slice, which is fitted to "
        "the image. For uncorrected transaxial images from views over 360 degrees, such as heads; not for short-axis "
        "images.",
        epilog="example: python -m inference correct chang NAC/brain.dcm --out var/chang.dcm",
    )
    by_guess.add_argument(
        "image",
        type=Path,
        metavar="IMAGE",
        help="NM RECON TOMO file as it was reconstructed, before any reorientation; not corrected",
    )
    by_guess.add_argument(
        "--mu",
        type=float,
        default=0.012,
        metavar="1/MM",
        help="attenuation coefficient in 1/mm; default: 0.012, as is usual for 99mTc in a head with scatter left in",
    )
    by_guess.add_argument(
        "--threshold",
        type=float,
        default=0.1,
        metavar="SHARE",
        help="the body is where the image is above this share of its brightest hundredth; default: 0.1",
    )
    by_guess.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="new NM file; never overwrites"
    )
    by_guess.set_defaults(
        run=lambda given: _run(
            given.out,
            lambda: correct_by_guess(_read(given.image), mu_per_mm=given.mu, threshold=given.threshold),
        )
    )


def correct_by_map(projections: bytes, attenuation: bytes) -> Dataset:
    """The CTAC image of an NM TOMO file and the attenuation map of the same patient in the same place.

    Raises Unreadable, Refused.
    """
    source, tissue = (parsed(data, pixels=False) for data in (projections, attenuation))
    counts, volume = read_projections(projections), read_attenuation(attenuation)
    if not source.get("PatientID") or source.PatientID != tissue.get("PatientID"):
        raise Refused("The projections and the attenuation map are not known to be of one patient.")
    frame = source.get("FrameOfReferenceUID")
    if not frame or frame != tissue.get("FrameOfReferenceUID"):
        raise Refused(
            "The projections and the attenuation map have different frames of reference: register them."
        )
    words = (
        f"OSEM {ctac.ITERATIONS}x{ctac.SUBSETS} with attenuation from the map given, resolution of a low-energy "
        f"high-resolution collimator (assumed) at {counts.radius_mm:.0f} mm, "
    )
    if counts.scatter is None:
        words += "no scatter correction"
    else:
        words += f"scatter as {ctac.SCATTER_RATIO:g} of the lower window smoothed by {ctac.SCATTER_SMOOTHING_MM:g} mm"
    return _described(
        ctac.corrected(counts, volume),
        source,
        references=(source, tissue),
        corrected=("ATTN",) if counts.scatter is None else ("ATTN", "SCAT"),
        words=f"{words}; Gaussian filter {ctac.POST_FILTER_MM:g} mm. Research use only.",
    )


def correct_by_guess(data: bytes, *, mu_per_mm: float, threshold: float) -> Dataset:
    """The image of an NM file times Chang's factors. Raises Unreadable, Refused."""
    header = read_header(data)
    if header.modality != "NM":
        raise Refused("Chang's correction is for NM images.")
    if header.ai_generated:
        raise Refused("This image was made by a network; correct the one that it was made from.")
    if header.attenuation_corrected:
        raise Refused("This image has been corrected for attenuation already.")
    if not 0 < mu_per_mm < 0.1 or not 0 < threshold < 1:
        raise Refused(
            "--mu must be a coefficient in 1/mm (water at 140 keV: 0.015), --threshold a share below 1."
        )
    volume = read_volume([data])
    if volume.kind is not Kind.TRANSAXIAL:
        raise Refused(
            "Chang's correction needs slices across the body, and this is a short-axis image: give the transaxial "
            "image that it was reoriented from, or correct its projections with a map of the tissue (correct ctac)."
        )
    i_mm, j_mm, _ = volume.spacing
    if volume.voxels.shape[1] != volume.voxels.shape[2] or not np.isclose(i_mm, j_mm, rtol=1e-3):
        raise Refused(NOT_SQUARE)
    source = parsed(data, pixels=True)
    arcs = [number_of(item.ScanArc) for item in source.get("RotationInformationSequence") or []]
    if arcs and sum(arcs) < _FULL_TURN_DEG:
        raise Refused(NOT_A_FULL_TURN.format(found=f"{sum(arcs):.0f}"))
    return _described(
        chang.chang_corrected(volume, mu_per_mm=mu_per_mm, threshold=threshold),
        source,
        references=(source,),
        corrected=("ATTN",),
        words=f"Chang's correction of zeroth order, {mu_per_mm:g}/mm inside one ellipse a slice fitted to the image "
        f"at {threshold:g} of its brightest hundredth. Research use only.",
    )


def _described(
    volume: Volume,
    source: Dataset,
    *,
    references: tuple[Dataset, ...],
    corrected: tuple[str, ...],
    words: str,
) -> Dataset:
    """An NM RECON TOMO file of the same study that says what was done to what. Same input, same bytes."""
    state, _ = state_of(source)
    organ: Organ = "brain" if source.get("BodyPartExamined") == "BRAIN" else "heart"
    ds = nm_dataset(volume, header={}, state=state, organ=organ, corrected=corrected)
    taken_over(source, ds)
    name = [words, *(str(reference.SOPInstanceUID) for reference in references)]
    ds.SeriesInstanceUID = uid_from("corrected series", *name)
    ds.SOPInstanceUID = uid_from("corrected instance", *name)
    ds.SeriesNumber = int(source.get("SeriesNumber") or 0) + 500
    ds.SeriesDescription = " ".join(filter(None, ["AC", (state or "").upper(), "TRANSAXIAL"]))
    ds.DerivationDescription = words
    # Of several windows only the photopeak is reconstructed.
    ds.EnergyWindowInformationSequence = ds.EnergyWindowInformationSequence[:1]
    ds.SourceImageSequence = Sequence([source_image(one, preserved=False) for one in references])
    ds.Manufacturer = "Reader Study"
    return ds


def _run(out: Path, made: Callable[[], Dataset]) -> int:
    try:
        if out.exists():
            raise Refused(f"{out} exists already; name another file.")
        out.parent.mkdir(parents=True, exist_ok=True)
        data = to_bytes(made())
    except (Unreadable, Refused) as reason:
        print(reason, file=sys.stderr)
        return 1
    out.write_bytes(data)
    print(out)
    return 0


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise Refused(f"{path} is a folder; give one file of it.")
    return path.read_bytes()
