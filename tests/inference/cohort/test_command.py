"""One small cohort, made twice in different ways, and read back as a stranger would."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from inference.__main__ import main
from inference.cohort.command import Member, Order, member
from inference.cohort.hospital import Variant
from inference.cohort.scans import Scans, simulate_patient
from inference.dicom.read import read_header, read_volume
from inference.physics.patient import STATES, State

SITES = 2
ORDER = Order(seed=1, sites=SITES)
MEMBERS = [member(ORDER, index) for index in range(2)]


def cohort(out: Path, *, patients: int, jobs: int, seed: int = 1, sites: int = SITES) -> int:
    return main(
        [
            "cohort",
            f"--patients={patients}",
            f"--sites={sites}",
            f"--seed={seed}",
            f"--out={out}",
            f"--jobs={jobs}",
        ]
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("cohort") / "two at once"
    assert cohort(out, patients=2, jobs=2) == 0
    return out


@pytest.fixture(scope="module")
def scans() -> list[Scans]:
    return [
        simulate_patient(seed=1, index=one.index, camera=one.hospital.camera, options=ORDER.options)
        for one in MEMBERS
    ]


def files_of(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def dicom_files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*.dcm"))


def test_an_interrupted_cohort_is_completed_to_the_same_bytes_whatever_the_jobs(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(made, out := tmp_path / "out")
    shutil.rmtree(out / MEMBERS[1].folder)
    (out / "truth.json").unlink()
    (out / ".unfinished" / "1" / "SPECT").mkdir(parents=True)  # what a killed run leaves
    capsys.readouterr()
    assert cohort(out, patients=2, jobs=1) == 0
    first, second, last = capsys.readouterr().out.splitlines()
    assert last.startswith(f"2 patients in {out}; ") and last.endswith(" processor seconds")
    assert first == f"1/2 {MEMBERS[0].folder.name} kept"
    assert second.startswith(f"2/2 {MEMBERS[1].folder.name} ")
    files = files_of(out)
    assert len(files) == 2 * (2 + 80) + 2 * SITES + 2  # notes and screen saves; truth and claim
    assert files == files_of(made)


def test_a_directory_of_another_seed_is_refused_and_left_alone(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_of(made)
    assert cohort(made, patients=2, jobs=1, seed=2) == 1
    assert "another cohort" in capsys.readouterr().err
    assert files_of(made) == before


def test_more_sites_than_there_are_hospitals_are_refused(tmp_path: Path) -> None:
    assert cohort(tmp_path / "out", patients=1, jobs=1, sites=7) == 2
    assert not (tmp_path / "out").exists()


def test_truth_stays_out_of_the_folders_that_are_uploaded(made: Path) -> None:
    truth = json.loads((made / "truth.json").read_text(encoding="utf-8"))
    assert truth["simulated"] is True and "simulated" in truth["statement"]
    assert set(truth["patients"]) == {one.identity.patient_id for one in MEMBERS}
    for one in MEMBERS:
        known = truth["patients"][one.identity.patient_id]
        assert [len(known["true_segments"][state]) for state in STATES] == [17, 17]
        assert known["sex"] == one.patient.sex
        for state in STATES:
            assert (
                read_header((made / known["spect"][state]).read_bytes()).patient_id == one.identity.patient_id
            )
            assert len(list((made / known["pet"][state]).iterdir())) == 40
    uploaded = [path.name for site in ("site-a", "site-b") for path in (made / site).rglob("*")]
    assert not [name for name in uploaded if "truth" in name]


def test_every_site_has_a_note_and_a_screen_save_that_do_not_belong(made: Path) -> None:
    for number, site in enumerate(("site-a", "site-b")):
        note = (made / site / "読影メモ.txt").read_text(encoding="utf-8")
        assert MEMBERS[number].identity.person.written in note
        picture = pydicom.dcmread(made / site / "SCREENSAVE_001.dcm")
        assert picture.SOPClassUID == "1.2.840.10008.5.1.4.1.1.7"
        assert picture.BurnedInAnnotation == "YES"
        assert picture.pixel_array.shape == (256, 256, 3)
        assert picture.pixel_array[8:20].max() > 200  # the name


def element_texts(ds: Dataset) -> str:
    return "\n".join(f"{element.keyword or element.tag}={element.value!r}" for element in ds.iterall())


@pytest.mark.parametrize("one", MEMBERS, ids=["textbook", "terse"])
def test_identifiers_are_planted_wherever_hospitals_leave_them(made: Path, one: Member) -> None:
    who = one.identity
    for path in (
        made / one.folder / "SPECT" / "stress.dcm",
        next(dicom_files(made / one.folder / "PET" / "rest")),
    ):
        ds = pydicom.dcmread(path)
        assert str(ds.PatientName) == who.person.person_name
        assert ds.PatientID == who.patient_id
        assert ds.PatientBirthDate == f"{who.birth_date:%Y%m%d}"
        assert ds.InstitutionName == one.hospital.name
        assert str(ds.ReferringPhysicianName) == who.referring.person_name
        assert ds.AccessionNumber in {who.spect_accession, who.pet_accession}
        assert who.person.written in ds.ImageComments and who.patient_id in ds.ImageComments
        request = ds.RequestAttributesSequence[0]
        assert request.ScheduledProtocolCodeSequence[0].CodeMeaning.endswith(who.person.family)
        assert ds.OtherPatientIDsSequence[0].PatientID == who.insurance_id
        assert f"{ds.SeriesDate}" in ds.SOPInstanceUID
        private = [element for element in ds if element.tag.is_private]
        nested = [
            str(item.PatientName) for element in private if element.VR == "SQ" for item in element.value
        ]
        assert nested == [who.person.person_name]
        values = repr([element.value for element in private if element.VR != "SQ"])
        assert who.telephone in values and who.patient_id in values and who.person.written in values
        raw = path.read_bytes()
        assert who.patient_id.encode() in raw[:128]  # preamble
        assert who.patient_id.encode() in ds.file_meta.PrivateInformation
        if ds.Modality == "NM":
            assert who.person.family[:5] in ds.ImageID
            assert who.patient_id in ds.EnergyWindowInformationSequence[0].EnergyWindowName


@pytest.mark.parametrize("one", MEMBERS, ids=["textbook", "terse"])
def test_no_file_of_a_patient_says_what_it_is(made: Path, one: Member) -> None:
    """The de-identifier must not be helped, and a reader must not be told, by a word no hospital writes."""
    for path in dicom_files(made / one.folder):
        text = element_texts(pydicom.dcmread(path)).lower()
        assert not [word for word in ("simulat", "phantom", "synthetic", "lesion") if word in text]


@pytest.mark.parametrize("index", [0, 1], ids=["textbook", "terse"])
@pytest.mark.parametrize("state", STATES)
def test_files_hold_the_volumes_that_were_simulated(
    made: Path, scans: list[Scans], index: int, state: State
) -> None:
    folder = made / MEMBERS[index].folder
    nm = (folder / "SPECT" / f"{state}.dcm").read_bytes()
    pt = [path.read_bytes() for path in dicom_files(folder / "PET" / state)]
    assert read_header(nm).state == state and read_header(pt[0]).state == state
    spect, wanted = read_volume([nm]), scans[index].images["spect"][state]
    np.testing.assert_allclose(spect.affine, wanted.affine, atol=1e-6)
    scale = wanted.voxels.sum() / spect.voxels.sum()
    np.testing.assert_allclose(spect.voxels * scale, wanted.voxels, atol=1e-3 * wanted.voxels.max())
    pet, reference = read_volume(pt), scans[index].images["pet"][state]
    np.testing.assert_allclose(pet.affine, reference.affine, atol=1e-6)
    np.testing.assert_allclose(pet.voxels, reference.voxels, atol=1e-3 * reference.voxels.max())


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("state", STATES)
def test_pet_is_closer_than_spect_to_what_there_was_to_see(
    scans: list[Scans], index: int, state: State
) -> None:
    one = scans[index]
    _, j, i = np.indices(one.images["ideal"][state].voxels.shape)
    heart = np.hypot(j - 31.5, i - 31.5) < 12
    ideal, spect, pet = (one.images[kind][state].voxels[heart] for kind in ("ideal", "spect", "pet"))
    assert np.corrcoef(pet, ideal)[0, 1] > 0.9
    assert np.corrcoef(pet, ideal)[0, 1] > np.corrcoef(spect, ideal)[0, 1] + 0.05


def test_the_terse_hospital_stacks_from_the_base_and_codes_nothing(made: Path) -> None:
    one = MEMBERS[1]
    assert one.hospital.variant is Variant.TERSE
    ds = pydicom.dcmread(made / one.folder / "SPECT" / "stress.dcm")
    assert float(ds.SpacingBetweenSlices) == -4.0
    assert not ds.AcquisitionContextSequence
    assert "ViewCodeSequence" not in ds.DetectorInformationSequence[0]
    assert ds.SeriesDescription.startswith("負荷")
    textbook = pydicom.dcmread(made / MEMBERS[0].folder / "SPECT" / "stress.dcm")
    assert float(textbook.SpacingBetweenSlices) == 4.0


def test_series_studies_and_frames_of_reference_are_told_apart(made: Path) -> None:
    for one in MEMBERS:
        headers = [pydicom.dcmread(path, stop_before_pixels=True) for path in dicom_files(made / one.folder)]
        assert len({ds.SOPInstanceUID for ds in headers}) == len(headers) == 82
        assert len({ds.SeriesInstanceUID for ds in headers}) == 4
        assert len({ds.FrameOfReferenceUID for ds in headers}) == 4
        assert len({ds.StudyInstanceUID for ds in headers}) == 2
        every = {ds.get(name) for ds in headers for name in ("StudyInstanceUID", "SeriesInstanceUID")}
        assert len(every) == 6
