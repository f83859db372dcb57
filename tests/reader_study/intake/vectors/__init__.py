"""Files and what stage 1 makes of them, for every engine that carries out the procedure.

`python -m tests.reader_study.intake.vectors OUT` writes `vectors.json`, the inputs and the expected sealed files. All
is invented and follows from seeds.
"""

import hashlib
import io
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from pydicom import dcmread, dcmwrite
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from reader_study.intake.deidentification import Answers, Blank, deidentify, report_digest
from reader_study.intake.description import Pixels
from reader_study.intake.pseudonyms import Pseudonyms
from reader_study.intake.reasons import NotTaken
from reader_study.intake.structure import read_structure
from reader_study.intake.text_lines import shows_lines
from tests.reader_study.intake.files import Secrets, nm_file, noise
from tests.reader_study.intake.planted import KINDS, usual

KEY = hashlib.sha256(b"key of the vectors").digest()


@dataclass(frozen=True)
class Vector:
    """One question to stage 1."""

    name: str
    data: bytes
    answers: Answers = Answers()
    needles: tuple[str, ...] = ()


def vectors() -> Iterator[Vector]:
    """All questions, in a fixed order."""
    for kind in KINDS:
        for implicit in (False, True):
            planted = usual(kind, 7, implicit=implicit)
            yield Vector(
                f"{kind.lower()}-{'implicit' if implicit else 'explicit'}",
                planted.data,
                needles=tuple(planted.secrets.planted.values()),
            )
    nm = usual("NM", 8).data
    yield Vector("sealed-before", deidentify(read_structure(nm), pseudonyms=Pseudonyms(KEY)).data)
    yield Vector("answers", nm, Answers(state="rest", view="transaxial", pixels=Pixels.SEEN))
    yield Vector("blanked", nm, Answers(blank=(Blank(None, 2, 3, 5, 6), Blank(1, 0, 0, 40, 1))))
    yield Vector("another-patient", nm, Answers(patient_id=b"7654321"))
    yield Vector("no-patient-id", edited(nm, PatientID=""))
    yield Vector("not-reconstructed", edited(nm, ImageType=["ORIGINAL", "PRIMARY", "STATIC", "EMISSION"]))
    yield Vector("synthetic", edited(nm, SyntheticData="YES"))
    yield Vector("impossible-slope", edited(nm, RescaleSlope="1e300"))
    yield Vector("slope-of-nothing", edited(nm, RescaleSlope="0"))
    yield Vector("other-systems", of_other_systems(nm, OTHER_SYSTEMS))
    yield Vector("days-as-numbers", edited(nm, SeriesNumber=20010203, InstanceNumber=2001020304))
    for name, said in (
        ("corrected-by-chang", {"SeriesDescription": "NM 頭部 AC Chang"}),
        ("corrected-by-ct", {"SeriesDescription": "CTAC", "ImageID": "TRANS"}),
        (
            "corrected-by-its-method",
            {"SeriesDescription": "AC", "AttenuationCorrectionMethod": "CT of 7654321"},
        ),
        ("corrected-by-either", {"SeriesDescription": "CTAC or Chang", "ProcessingFunction": "OSEM"}),
    ):
        yield Vector(name, edited(nm, CorrectedImage=["ATTN"], SpecificCharacterSet="ISO_IR 192", **said))
    named = {"SeriesDescription": "TRANS", "ImageID": "TRANS", "ProcessingFunction": "OSEM 4x6 Chang"}
    yield Vector("corrected-by-its-processing", edited(nm, CorrectedImage="", **named))
    table = Dataset()
    table.LUTDescriptor, table.LUTData, table.ModalityLUTType = [2, 0, 16], b"\1\0\2\0", "US"
    yield Vector("scaled-by-a-table", edited(nm, ModalityLUTSequence=[table]))
    yield Vector("another-class", edited(nm, SOPClassUID="1.2.840.10008.5.1.4.1.1.7"))
    yield Vector("seal-broken", edited(deidentify(read_structure(nm), pseudonyms=Pseudonyms(KEY)).data,
                                       ImageComments="reader-study 1; kind=pet; state=rest"))  # fmt: skip
    once = deidentify(read_structure(nm), pseudonyms=Pseudonyms(KEY))
    yield Vector("sealed-with-a-real-date", edited(once.data, ContentDate="19480102"))
    yield Vector("sealed-with-other-pixels", once.data[:-1] + bytes([once.data[-1] ^ 1]))
    yield Vector("sealed-and-looked-at", edited(once.data, ImageComments=once.line.replace("unseen", "seen")))
    yield Vector("sealed-in-part", edited(nm, PatientID=once.subject.token, ImageComments=once.line))
    other = deidentify(read_structure(nm), pseudonyms=Pseudonyms(b"another key".ljust(32)))
    yield Vector("sealed-elsewhere", other.data)
    words = nm_file(
        noise((2, 8, 8)), state=None, secrets=Secrets(9), more={"SeriesDescription": "負荷 短軸像 AC"}
    )
    yield Vector(
        "japanese-words", edited(words, AcquisitionContextSequence=[], SpecificCharacterSet="ISO_IR 192")
    )


OTHER_SYSTEMS = {
    "SeriesNumber": ("IS", b"1234567 "),
    "InstanceNumber": ("IS", b"2147483647"),
    "ActualFrameDuration": ("DS", b"25000.0 "),
    "CountsAccumulated": ("IS", b"1500000.00"),
    "PixelSpacing": ("UN", b"6.8\\6.80 "),
    "PatientPosition": ("UN", b"HFS "),
    "NumberOfSlices": ("UN", b"\6\0"),
    "RescaleIntercept": ("DS", b"-0.000000000000000000000000000"),
    "CorrectedImage": ("CS", b"DECY\\SLSENS "),
}


def of_other_systems(data: bytes, values: Mapping[str, tuple[str, bytes]]) -> bytes:
    """The file with values of another representation than the dictionary's, byte for byte."""
    ds = dcmread(io.BytesIO(data))
    for keyword, (vr, value) in values.items():
        tag = Tag(tag_for_keyword(keyword) or 0)
        ds[tag] = RawDataElement(tag, vr, len(value), value, 0, False, True)
    out = io.BytesIO()
    dcmwrite(out, ds)
    return out.getvalue()


def pictures() -> Iterator[dict[str, object]]:
    """Small frames with and without text, and what `shows_lines` says of them."""
    rng = np.random.default_rng(30)
    for n in range(12):
        frame = rng.normal(200, 4 + 4 * n, (20, 72))
        if n % 3:
            image = Image.new("L", (72, 20))
            ImageDraw.Draw(image).text((2, 4), "YAMADA TARO", fill=255)
            frame += (1 if n % 2 else -0.7) * np.asarray(image, float) / (1 + n / 4)
        stored = np.clip(frame.round() - 300 * (n % 2), -32_768, 32_767).astype("<i2")
        said = {"rows": 20, "columns": 72, "pixels": b64encode(stored.tobytes()).decode("ascii")}
        yield {**said, "shows_lines": shows_lines(stored[np.newaxis])}


def edited(data: bytes, **values: object) -> bytes:
    """The file with other values."""
    ds = dcmread(io.BytesIO(data))
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    out = io.BytesIO()
    ds.save_as(out)
    return out.getvalue()


def answer(vector: Vector) -> tuple[dict[str, object], bytes]:
    """What stage 1 answers, as facts and the sealed file; the file is empty if it refuses."""
    facts: dict[str, object] = {
        "name": vector.name,
        "input": f"{vector.name}.dcm",
        "answers": _answers(vector.answers),
        "needles": list(vector.needles),
    }
    try:
        made = deidentify(read_structure(vector.data), pseudonyms=Pseudonyms(KEY), answers=vector.answers)
    except NotTaken as reason:
        return {**facts, "code": reason.code}, b""
    return {
        **facts,
        "code": "",
        "sealed": f"{vector.name}.sealed.dcm",
        "sha256": hashlib.sha256(made.data).hexdigest(),
        "subject": made.subject.token,
        "description": made.description.line(),
        "uids": [made.study_uid, made.series_uid, made.sop_uid],
        "slices": made.slices,
        "was_sealed": made.was_sealed,
        "report": [list(entry) for entry in made.report],
        "report_digest": report_digest(made.report),
    }, made.data


def write(folder: Path) -> int:
    """Write all vectors; how many."""
    folder.mkdir(parents=True, exist_ok=True)
    many = []
    for vector in vectors():
        facts, sealed = answer(vector)
        (folder / f"{vector.name}.dcm").write_bytes(vector.data)
        if sealed:
            (folder / f"{vector.name}.sealed.dcm").write_bytes(sealed)
        many.append(facts)
    document = {"key": KEY.hex(), "vectors": many, "pictures": list(pictures())}
    (folder / "vectors.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return len(many)


def _answers(answers: Answers) -> dict[str, object]:
    """As the browser's engine takes them."""
    said: dict[str, object] = {"pixels": answers.pixels, "blank": [asdict(box) for box in answers.blank]}
    said |= {name: value for name in ("state", "view") if (value := getattr(answers, name)) is not None}
    if answers.patient_id is not None:
        said["patientId"] = answers.patient_id.decode("ascii")
    return said
