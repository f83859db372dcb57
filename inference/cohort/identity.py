"""Everything about a simulated patient that must never leave his hospital."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from inference.cohort.hospital import Hospital, Variant
from inference.cohort.people import Person, invent_person
from inference.cohort.plan import Stream, stream
from inference.physics.patient import Sex, State

_FIRST_STUDY = date(2022, 4, 1)
_UID_ROOT = "1.2.826.0.1.3680043.8.498"  # pydicom's own, free for files that pydicom writes
_TOWNS = ("中央区", "北区", "東町", "緑ヶ丘", "川西")


@dataclass(frozen=True)
class Identity:
    """One person, two examinations: SPECT and, days later, PET."""

    patient_id: str
    person: Person
    sex: Sex
    birth_date: date
    height_m: float
    weight_kg: float
    address: str
    telephone: str
    insurance_id: str
    referring: Person
    reading: Person
    operator: Person
    spect_at: datetime
    pet_at: datetime
    spect_accession: str
    pet_accession: str

    @property
    def age(self) -> int:
        had_birthday = (self.spect_at.month, self.spect_at.day) >= (
            self.birth_date.month,
            self.birth_date.day,
        )
        return self.spect_at.year - self.birth_date.year - (not had_birthday)


def identity_of(*, seed: int, index: int, sex: Sex, body_mass_index: float, hospital: Hospital) -> Identity:
    """Who patient `index` is; the number in the hospital holds `index`, so no two patients share one."""
    rng = stream(seed=seed, index=index, of=Stream.IDENTITY)
    day = _FIRST_STUDY + timedelta(days=int(rng.integers(0, 900)))
    height = float(rng.normal(1.66 if sex == "M" else 1.53, 0.06))
    number = int(rng.integers(10, 99)) * 1_000_000 + int(rng.integers(100)) * 10_000 + index
    spect_at = datetime.combine(day, time(9, int(rng.integers(60)), int(rng.integers(60))))
    pet_day = day + timedelta(days=int(rng.integers(5, 60)))
    return Identity(
        patient_id=f"{number:010d}"
        if hospital.variant is Variant.TEXTBOOK
        else f"{hospital.code[-1].upper()}-{number}",
        person=invent_person(rng, sex=sex),
        sex=sex,
        birth_date=day - timedelta(days=int(rng.integers(46 * 365, 86 * 365))),
        height_m=round(height, 2),
        weight_kg=round(body_mass_index * height**2, 1),
        address=f"{hospital.name_local[:2]}市{rng.choice(_TOWNS)}{rng.integers(1, 9)}-{rng.integers(1, 30)}",
        telephone=f"0{rng.integers(11, 99)}-{rng.integers(200, 999)}-{rng.integers(1000, 9999)}",
        insurance_id=f"{rng.integers(10_000_000, 99_999_999)}",
        referring=invent_person(rng, sex="M"),
        reading=invent_person(rng, sex="F"),
        operator=invent_person(rng, sex="M"),
        spect_at=spect_at,
        pet_at=datetime.combine(pet_day, time(13, int(rng.integers(60)), int(rng.integers(60)))),
        spect_accession=f"{day:%Y%m%d}{index + 1:05d}",
        pet_accession=f"{pet_day:%Y%m%d}{index + 1:05d}P",
    )


def scanned_at(identity: Identity, *, modality: str, state: State) -> datetime:
    """Rest follows stress by four hours for SPECT and precedes it by one for PET."""
    if modality == "NM":
        return identity.spect_at + timedelta(hours=0 if state == "stress" else 4)
    return identity.pet_at + timedelta(hours=1 if state == "stress" else 0)


def uid(identity: Identity, hospital: Hospital, at: datetime, *parts: int) -> str:
    """A UID as scanners make them: station, patient's number, date and time in clear."""
    number = int("".join(filter(str.isdigit, identity.patient_id)))
    return ".".join(
        [
            _UID_ROOT,
            str(hospital.number + 1),
            str(number),
            f"{at:%Y%m%d}",
            str(int(f"{at:%H%M%S}")),
            *map(str, parts),
        ]
    )
