from datetime import datetime
from itertools import product

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset
from pydicom.uid import UID

from inference.cohort.hospital import MOST_HOSPITALS, hospital
from inference.cohort.identity import Identity, identity_of, scanned_at, uid
from inference.cohort.people import Person, invent_person
from inference.physics.patient import STATES, Sex

SEXES: tuple[Sex, Sex] = ("M", "F")


def identities(count: int, *, seed: int = 1) -> list[Identity]:
    return [
        identity_of(
            seed=seed, index=index, sex="F", body_mass_index=23.0, hospital=hospital(index % MOST_HOSPITALS)
        )
        for index in range(count)
    ]


def test_no_two_patients_share_a_number_an_accession_or_a_uid() -> None:
    people = identities(300)
    assert len({one.patient_id for one in people}) == 300
    assert len({one.spect_accession for one in people} | {one.pet_accession for one in people}) == 600
    uids = [
        uid(one, hospital(index % MOST_HOSPITALS), scanned_at(one, modality=modality, state=state), number)
        for index, one in enumerate(people)
        for number, (modality, state) in enumerate(product(("NM", "PT"), STATES))
    ]
    assert len(set(uids)) == 1200
    # Image numbers and a dot are still to come.
    assert all(UID(one).is_valid and len(one) <= 58 for one in uids)


def test_uids_give_the_day_away_as_real_ones_do() -> None:
    one = identities(1)[0]
    assert f".{one.spect_at:%Y%m%d}." in uid(one, hospital(0), one.spect_at, 1)


def test_pet_comes_days_after_spect_and_age_fits_the_birth_date() -> None:
    for one in identities(100):
        assert 5 <= (one.pet_at.date() - one.spect_at.date()).days < 60
        assert 45 <= one.age <= 86
        birthday_this_year = one.spect_at.year - one.birth_date.year
        assert one.age in (birthday_this_year, birthday_this_year - 1)
        assert scanned_at(one, modality="NM", state="stress") < scanned_at(one, modality="NM", state="rest")
        assert scanned_at(one, modality="PT", state="rest") < scanned_at(one, modality="PT", state="stress")


def test_the_same_seed_invents_the_same_people() -> None:
    assert identities(5) == identities(5)
    assert identities(5) != identities(5, seed=2)


def test_three_in_four_names_are_japanese() -> None:
    japanese = sum(bool(one.person.kanji[0]) for one in identities(300))
    assert 190 < japanese < 260


@pytest.mark.parametrize("number", range(2))
def test_every_name_survives_the_hospital_s_character_set(number: int) -> None:
    """ISO 2022 hides backslash bytes inside kanji, where a careless writer or reader splits the value."""
    rng = np.random.default_rng(0)
    for person in {invent_person(rng, sex=sex) for sex in SEXES for _ in range(400)}:
        ds = Dataset()
        ds.SpecificCharacterSet = list(hospital(number).character_set)
        ds.PatientName = person.person_name
        ds.PatientComments = f"連絡先 {person.written}"
        ds.InstitutionalDepartmentName = person.written
        ds.InstitutionAddress = hospital(number).address
        file = DicomBytesIO()
        file.is_little_endian, file.is_implicit_VR = True, False
        write_dataset(file, ds)
        file.seek(0)
        read = read_dataset(file, is_implicit_VR=False, is_little_endian=True)
        read.decode()
        assert str(read.PatientName) == person.person_name
        assert read.PatientComments == f"連絡先 {person.written}"
        assert read.InstitutionalDepartmentName == person.written
        assert read.InstitutionAddress == hospital(number).address


def test_a_name_has_latin_ideographic_and_phonetic_parts() -> None:
    person = Person("SATO", "HANAKO", ("佐藤", "花子"), ("さとう", "はなこ"))
    assert person.person_name == "SATO^HANAKO=佐藤^花子=さとう^はなこ"
    assert Person("SANTOS", "MARIA").person_name == "SANTOS^MARIA"
    assert Person("SANTOS", "MARIA").written == "MARIA SANTOS"


def test_uid_components_have_no_leading_zero_at_early_hours() -> None:
    one = identities(1)[0]
    assert UID(uid(one, hospital(0), datetime(2024, 1, 2, 0, 3, 4), 1)).is_valid
