"""What an identifier looks like in free text, planted and in words that only look a little like one."""

import pytest
from django.utils.translation import override

from reader_study.cases.messages import FAILURES, FLAGS, UNPROVEN
from reader_study.intake.identifiers import SMALLEST_IDENTIFIER
from reader_study.problems import Invalid
from reader_study.studies.screening import FEWEST_DIGITS, screened
from tests.reader_study.intake.files import Secrets

CLEAN = (
    "Is this the stress image? SSS 12, SDS 4; TID 1.22, LVEF 45 %.",
    "Please export the short axis again with 64 x 64 pixels of 6.4 mm, zoom 1.45, 32 views, 25000 ms a frame.",
    "Butterworth filter, order 5, cut-off 0.45; 99mTc-tetrofosmin 740 MBq, 13N-ammonia 555 MBq, 2 days apart.",
    "Case A-0001: apex and base are the wrong way round in slices 12-14.",
    "Kawasaki disease, Takayasu arteritis, Hashimoto thyroiditis are not the question. Siemens, GE, Canon D-SPECT.",
    "Segments 7 8 13 14 17, slices 12 13 14 and 12-14, scores 2 1 0 3 4 4 2; 64 64 6.4; 1 200 counts.",
    "Score 3/4 in segment 17; the ratio is 10/12; version 2.1.3; between 3 and 5 minutes.",
    "負荷画像の心尖部が欠けています。再構成条件（OSEM 10回、12サブセット）を教えてください。",
    "川崎病、高安動脈炎、橋本病の既往とは関係ありません。前壁・下壁の集積低下は減弱によるものでしょうか。",
    "安静像と負荷像が逆ではありませんか。症例A-0001、スライス12。患者の体動はありませんでした。",
    "However, This image is darker. Apex, Base and Septum lie well; in May 3 of 60 views, in March 12 scans a day.",
    "Siemens, Canon and GE; Butterworth, order 5. The study id is missing; an identical image; it is valid 2 days.",
    "The patient moved. May we have the unfiltered image? March-through artefact in 5 of 60 views.",
)
PLANTED = (
    "scan of 2026-01-02",
    "born 1950/3/4",
    "on 02.01.2026",
    "on 1/2/26",
    "series 20260102",
    "on 12 Jan 2026",
    "on January 12, 2026",
    "the 3rd of it was 3rd March 1951",
    "born March 1961",
    "born in Sept. 1961",
    "on the 3rd of March 1961",
    "1961年3月に生まれた",
    "撮像日は2026年1月2日",
    "令和8年1月の検査",
    "昭和25年生まれ",
    "H30.4.1",
    "前回はR8.1.2です",
    "Tanakaさん",
    "電話090-1234-5678",
    "前回はR8.1.2です",
    "Tanakaさん",
    "MRN A-771",
    "patient ID: 4711",
    "chart no. 881",
    "患者ID 4711",
    "カルテ番号：99-12",
    "number 123456",
    "number 12\u200b3456",
    "number 123\u00ad456",
    "ID A12345",
    "ID: 12B",
    "her ID is KMU-77",
    "IDはA12345",
    "number １２３４５６７８",
    "number 12-3456-78",
    "call 090 1234 5678",
    "mail taro@example.org",
    "YAMADA^TARO",
    "山田^太郎",
    "Mr. Tanaka moved",
    "it is O'Brien, John",
    "Nakagawara, Taro moved",
    "sent by MÜLLER, Anna",
    "Mrs Nakagawara",
    "patient name Oyakata",
    "it is Suzuki's scan",
    "her surname is Oyakata",
    "田中様の画像",
    "タロウさんの画像",
    "氏名：親方",
    "鈴木の再検査です",
)


@pytest.mark.parametrize("text", CLEAN)
def test_what_is_said_of_images_passes(text: str) -> None:
    assert screened(f"  {text}\n") == text


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_the_program_itself_says_of_an_image_may_be_a_reason(language: str) -> None:
    with override(language):
        for sentence in (*FLAGS.values(), *FAILURES.values(), *UNPROVEN.values()):
            assert screened(str(sentence))


@pytest.mark.parametrize("text", PLANTED)
def test_what_could_name_a_person_is_found_and_quoted(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        screened(f"Please look. {text}")
    assert refused.value.code == "identifiers"
    assert refused.value.details["found"]
    assert f"“{refused.value.details['found'][0]}”" in refused.value.message


@pytest.mark.parametrize("seed", range(20))
def test_invented_patients_are_found_as_a_header_has_them(seed: int) -> None:
    secrets = Secrets(seed)
    name = f"{secrets.word('family')}^{secrets.word('given')}"
    for planted in (secrets.patient_id, secrets.date("birth"), name, f"{secrets.kanji('name')}様"):
        with pytest.raises(Invalid):
            screened(f"It says {planted} in the file.")


def test_as_many_digits_are_too_many_as_in_a_header() -> None:
    assert len(str(SMALLEST_IDENTIFIER)) == FEWEST_DIGITS
    assert screened("12345 counts") == "12345 counts"
    with pytest.raises(Invalid):
        screened("123456 counts")
