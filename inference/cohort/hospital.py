"""Invented hospitals, of two kinds: what their scanners write, and how their staff export it."""

from dataclasses import dataclass
from enum import StrEnum

from inference.physics.camera import Camera


class Variant(StrEnum):
    """How much a hospital's files say, and where.

    TEXTBOOK: everything in the coded places. TERSE, legal too: base-first stacks with negative spacing, state
    and view only in words, files named by UID.
    """

    TEXTBOOK = "textbook"
    TERSE = "terse"


@dataclass(frozen=True)
class Scanner:
    manufacturer: str
    model: str
    station: str
    serial: str
    software: str


@dataclass(frozen=True)
class Hospital:
    code: str
    number: int
    variant: Variant
    name: str
    name_local: str
    address: str
    department: str
    character_set: tuple[str, ...]
    spect: Scanner
    pet: Scanner
    camera: Camera


_NAMES = (
    ("Aozora Heart Center", "青空循環器病センター", "北海道青空市中央1-2-3"),
    ("Minato General Hospital", "みなと総合病院", "神奈川県みなと市港町4-5"),
    ("Kita Medical University Hospital", "北医科大学附属病院", "秋田県北市本町7-1"),
    ("Sakuragaoka Red Pine Hospital", "桜ヶ丘赤松病院", "石川県桜市丘1-9"),
    ("Hikari Cardiovascular Clinic", "光循環器クリニック", "福岡県光市東2-6"),
    ("Mizuho Municipal Hospital", "瑞穂市民病院", "愛知県瑞穂市西8-8"),
)
MOST_HOSPITALS = len(_NAMES)
# Orbits fitted more or less closely to the body, collimators of several makers, other habits of smoothing.
_CAMERAS = (
    Camera(),
    Camera(radius_mm=225.0, hole_mm=1.11, hole_length_mm=24.05, sensitivity=0.9, post_filter_mm=10.0),
    Camera(radius_mm=255.0, hole_mm=1.5, hole_length_mm=35.0, sensitivity=1.2, post_filter_mm=8.5),
    Camera(radius_mm=215.0, hole_mm=1.4, hole_length_mm=24.7, sensitivity=1.3, post_filter_mm=10.5),
    Camera(radius_mm=240.0, hole_mm=1.22, hole_length_mm=27.0, sensitivity=0.8, post_filter_mm=9.5),
    Camera(radius_mm=265.0, hole_mm=1.8, hole_length_mm=35.0, sensitivity=1.1, post_filter_mm=8.0),
)


def hospital(number: int) -> Hospital:
    """Site `number` from 0: site-a, site-b, ...; even ones textbook, odd ones terse."""
    name, local, address = _NAMES[number]
    code = f"site-{chr(ord('a') + number)}"
    letter = code[-1].upper()
    character_set: tuple[str, ...]
    if number % 2 == 0:
        variant, character_set = Variant.TEXTBOOK, ("", "ISO 2022 IR 100", "ISO 2022 IR 87")
        spect = Scanner(
            "GE MEDICAL SYSTEMS", "Discovery NM/CT 670 Pro", f"NM{letter}670", f"67{number}4411", "4.0.3"
        )
        pet = Scanner(
            "GE MEDICAL SYSTEMS", "Discovery MI", f"PT{letter}DMI", f"93{number}2207", "pet_coreload.44"
        )
    else:
        variant, character_set = Variant.TERSE, ("ISO_IR 192",)
        spect = Scanner("SIEMENS NM", "Symbia Intevo", f"SYMBIA{letter}1", f"11{number}8093", "VB20A")
        pet = Scanner("SIEMENS", "Biograph mCT", f"MCT{letter}2", f"51{number}0336", "VG76A")
    return Hospital(
        code=code,
        number=number,
        variant=variant,
        name=name,
        name_local=local,
        address=address,
        department="Nuclear Medicine 核医学科",
        character_set=character_set,
        spect=spect,
        pet=pet,
        camera=_CAMERAS[number],
    )
