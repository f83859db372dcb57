"""What people type into a file is understood, where it says so is told, and a browser understands it alike."""

import json
import re
import shutil
import subprocess

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.dicom import codes, state
from inference.dicom.state import (
    corrected_from,
    folded,
    method_from,
    state_from,
    state_of,
    view_and_source,
    view_from,
)

STATES = {
    "MPI STRESS Tc99m": "stress",
    "SA_STRESS1": "stress",
    "STR SA [Recon]": "stress",
    "Adenosine TF": "stress",
    "ＳＴＲＥＳＳ": "stress",  # full width
    "ｽﾄﾚｽ SA": "stress",  # half width
    "運動負荷時": "stress",
    "薬剤負荷(アデノシン)": "stress",
    "ｱﾃﾞﾉｼﾝ負荷": "stress",
    "Ergometer 75W": "stress",
    "rest_gated": "rest",
    "RST SA": "rest",
    "安静時 短軸": "rest",
    "無負荷": "rest",
    "遅延像": "rest",
    "Redistribution 4h": "rest",
    "Stress/Rest 1-day": None,
    "負荷 安静": None,
    "Cardiac arrest": None,
    "Restoration": None,
    "distress": None,
    "Myocard": None,
    "": None,
}
VIEWS = {
    "Short Axis": "short_axis",
    "SAX_AC": "short_axis",
    "Sht Axis": "short_axis",
    "SA": "short_axis",
    "短軸": "short_axis",
    "短軸断層像": "short_axis",
    "V Long Ax": "vertical_long_axis",
    "VLA": "vertical_long_axis",
    "VERT LONG AXIS": "vertical_long_axis",
    "垂直長軸断層": "vertical_long_axis",
    "垂直断面長軸": "vertical_long_axis",
    "H Long Ax": "horizontal_long_axis",
    "HorLA": "horizontal_long_axis",
    "水平長軸": "horizontal_long_axis",
    "Transaxials": "transaxial",
    "TRANSVERSE": "transaxial",
    "横断像": "transaxial",
    "体軸断面": "transaxial",
    "SA VLA HLA": None,
    "Salt lake": None,
    "NASA": None,
    "": None,
}


@pytest.mark.parametrize("text", STATES)
def test_a_text_says_stress_or_rest_or_nothing(text: str) -> None:
    said = STATES[text]
    assert state_from({"SeriesDescription": text}) == (said, "SeriesDescription" if said else "")


@pytest.mark.parametrize("text", VIEWS)
def test_a_text_says_the_view_or_nothing(text: str) -> None:
    said = VIEWS[text]
    assert view_from({"ImageID": text}) == (said, "ImageID" if said else "")


@pytest.mark.parametrize(
    ("texts", "coded", "said"),
    [
        (
            {"StudyDescription": "Stress + rest", "SeriesDescription": "rest"},
            [],
            ("rest", "SeriesDescription"),
        ),
        ({"SeriesDescription": "stress", "ProtocolName": "Rest MIBI"}, [], ("rest", "ProtocolName")),
        ({"ProtocolName": "rest"}, [("109091", "DCM")], ("stress", "AcquisitionContextSequence")),
        (
            {"ProtocolName": "rest"},
            [("109091", "DCM"), ("128975004", "SCT")],
            ("rest", "ProtocolName"),
        ),  # both
        ({"InterventionDrugName": "ADENOSINE"}, [], ("stress", "InterventionDrugName")),
        ({"InterventionDrugName": "nitroglycerin"}, [("C-B1000", "SRT")], (None, "")),
    ],
)
def test_the_most_specific_source_decides(
    texts: dict[str, str], coded: list[tuple[str, str]], said: tuple[str | None, str]
) -> None:
    assert state_from(texts, coded) == said


def test_the_view_comes_from_the_code_then_the_progression_then_the_words() -> None:
    texts = {"ImageID": "VLA", "SliceProgressionDirection": "APEX_TO_BASE"}
    assert view_from(texts, [("G-A18B", "SRT")]) == ("horizontal_long_axis", "ViewCodeSequence")
    assert view_from(texts, [("1", "99SITE")]) == ("short_axis", "SliceProgressionDirection")
    assert view_from(texts | {"SliceProgressionDirection": "ANT_TO_INF"}) == ("vertical_long_axis", "ImageID")


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("STRESS SA AC", True),
        ("ＣＴＡＣ", True),
        ("吸収補正あり", True),
        ("減弱補正なし", False),
        ("SA NAC", False),
        ("Chang補正", True),
        ("NAC, Chang follows", False),
    ],
)
def test_words_say_whether_it_is_corrected(text: str, corrected: bool) -> None:
    said = corrected_from(
        {"ImageID": text}, modality="NM", image_type=["RECON TOMO", "EMISSION"], corrected_image=[]
    )
    assert said is corrected


def test_a_file_is_asked_in_all_its_places() -> None:
    ds = Dataset()
    ds.InterventionDrugInformationSequence = Sequence([Dataset()])
    ds.InterventionDrugInformationSequence[0].InterventionDrugName = "Regadenoson"
    assert state_of(ds) == ("stress", "InterventionDrugName")
    physiological, groups = Dataset(), Dataset()
    physiological.PatientPhysiologicalStateCodeSequence = codes.RESTING_STATE.sequence()
    groups.PatientPhysiologicalStateSequence = Sequence([physiological])
    ds.PerFrameFunctionalGroupsSequence = Sequence([groups])
    assert state_of(ds)[0] == "rest"
    ds.ImageID = "SA"
    assert view_and_source(ds) == ("short_axis", "ImageID")


@pytest.mark.skipif(
    shutil.which("node") is None, reason="node is not installed: what a browser reads is not tested"
)
def test_a_browser_reads_the_same_words_the_same_way() -> None:
    script = """
      const {patterns, texts} = JSON.parse(require('fs').readFileSync(0, 'utf8'));
      const fold = t => t.normalize('NFKC').replace(/[A-Z]/g, c => c.toLowerCase());
      const found = texts.map(t => [fold(t), patterns.map(p => new RegExp(p).test(fold(t)))]);
      process.stdout.write(JSON.stringify(found));
    """
    patterns = [
        state.STRESS_WORDS,
        state.REST_WORDS,
        *state.VIEW_WORDS.values(),
        state.CORRECTED_WORDS,
        state.UNCORRECTED_WORDS,
    ]
    texts = [*STATES, *VIEWS, "STRESS SA AC", "w/o attenuation correction", "ſa", "\u212a", "İSA", "SA\nrest"]
    run = subprocess.run(
        ["node", "-e", script],
        input=json.dumps({"patterns": patterns, "texts": texts}).encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    expected = [[folded(text), [bool(re.search(p, folded(text))) for p in patterns]] for text in texts]
    assert json.loads(run.stdout) == expected


@pytest.mark.parametrize(
    ("texts", "method"),
    [
        ({"SeriesDescription": "AC Chang TRANSAXIAL"}, "chang"),
        ({"SeriesDescription": "頭部 Ｃｈａｎｇ補正 NM"}, "chang"),
        ({"SeriesDescription": "チャン法"}, "chang"),
        ({"SeriesDescription": "CTAC"}, "ct"),
        ({"SeriesDescription": "BRAIN_CT-AC_TRA"}, "ct"),
        ({"SeriesDescription": "Brain AC (CT)"}, "ct"),
        ({"SeriesDescription": "CTによる減弱補正"}, "ct"),
        ({"SeriesDescription": "CT based attenuation correction"}, "ct"),
        ({"SeriesDescription": "AC", "ProcessingFunction": "OSEM Chang"}, "chang"),
        ({"SeriesDescription": "AC", "AttenuationCorrectionMethod": "CT"}, "ct"),
        ({"SeriesDescription": "AC", "AttenuationCorrectionMethod": "CHANG, 0.12/cm"}, "chang"),
        ({"SeriesDescription": "CTAC", "AttenuationCorrectionMethod": "Chang"}, "chang"),
        ({"SeriesDescription": "CTAC or Chang"}, ""),
        ({"SeriesDescription": "AC exchanged"}, ""),
        ({"SeriesDescription": "AC, SPECT/CT"}, ""),
        ({"SeriesDescription": "チャンネル AC"}, ""),
        ({}, ""),
    ],
)
def test_by_what_an_image_was_corrected(texts: dict[str, str], method: str) -> None:
    assert method_from(texts) == method
