"""The PDF is the same for the same lock, says what it is on every page, and prints the result's numbers."""

import io
import re

import pytest
from pypdf import PdfReader

from reader_study.agreement.analysis import analyse
from reader_study.agreement.report import render
from tests.reader_study.agreement.synthetic import snapshot, without_last_reads

A4 = (595, 842)


@pytest.fixture(scope="module")
def result():
    return analyse(snapshot(), replicates=300)


@pytest.fixture(scope="module")
def pdf(result):
    return render(result)


@pytest.fixture(scope="module")
def pages(pdf):
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def rendered(lock):
    return PdfReader(io.BytesIO(render(analyse(lock, replicates=20)))).pages


def test_the_same_result_gives_the_same_bytes(result, pdf):
    assert render(result) == pdf


def test_it_opens_as_a4_pages(result, pdf):
    reader = PdfReader(io.BytesIO(pdf))
    sizes = {tuple(round(float(side)) for side in page.mediabox[2:]) for page in reader.pages}
    assert sizes == {A4}
    assert reader.metadata.title == f"Agreement report: {result['study']['title']}"


def test_every_page_says_simulated_data_and_names_lock_and_model(result, pages):
    for number, text in enumerate(pages, start=1):
        assert "SIMULATED DATA" in text
        assert f"Data lock {result['lock']['sha256'][:16]}" in text
        assert "made by AI: heart-spect-to-pet 1.0.0" in text
        assert "Research use only" in text
        assert f"Page {number} of {len(pages)}" in text


def test_real_data_are_not_called_simulated():
    texts = [page.extract_text() for page in rendered(snapshot(patients=2, simulated=False, title="Title"))]
    assert not [text for text in texts if "simulated" in text.lower()]


def test_the_first_page_has_the_lock_the_key_results_and_the_limits(result, pages):
    digest = result["lock"]["sha256"]
    assert " ".join(digest[n : n + 8] for n in range(0, 64, 8)) in pages[0]
    assert "Key results" in pages[0]
    assert "Virtual PET can fill in real defects" in pages[0]
    assert "Few patients" in pages[0]


def test_the_second_page_says_the_same_in_japanese(pages):
    assert "主な結果" in pages[1]
    assert "シミュレーション" in pages[1]
    numbers = [re.findall(r"\d+\.\d+", re.sub(r"[0-9a-f]{8}", "", text)) for text in pages[:2]]
    assert sorted(numbers[0]) == sorted(numbers[1])


def test_a_japanese_title_and_name_are_printed():
    lock = snapshot(patients=2, title="仮想PETの評価")
    lock["lock"]["locked_by"] = "山田花子"
    text = rendered(lock)[0].extract_text()
    assert "仮想PETの評価" in text
    assert "山田花子" in text


def test_every_share_is_on_one_line_of_its_cell():
    """The widest, "100 %", does not break in the narrowest column."""
    lock = snapshot(patients=2)
    for read, entry in zip(lock["reads"], lock["allocation"]["entries"], strict=True):
        read["scores"] = {state: [0 if entry["arm"] == "C" else 4] * 17 for state in ("stress", "rest")}
    (page,) = [text for page in rendered(lock) if "Table 1." in (text := page.extract_text())]
    assert page.count("100 %") >= 2 * 17


def test_the_japanese_page_has_no_english_words_among_its_numbers():
    text = rendered(snapshot(patients=3))[1].extract_text()
    assert "算出不能" in text
    assert "not estimable" not in text
    assert not re.search(r"\d to ", text)


def test_markup_in_a_title_or_reason_is_printed_not_obeyed():
    lock = snapshot(patients=2, title="SPECT <b>& PET")
    lock["lock"]["reason"] = "a < b </para>"
    text = rendered(lock)[0].extract_text()
    assert "SPECT <b>& PET" in text
    assert "a < b </para>" in text


def test_a_study_without_washout_says_so():
    lock = snapshot(patients=2)
    lock["protocol"]["document"]["washout_days"] = 0
    text = rendered(lock)[0].extract_text()
    assert "in 3 sessions without a washout" in text


def test_what_the_protocol_declared_and_the_report_does_not_apply_is_named_on_the_first_page(pages):
    lock = snapshot(patients=2)
    document = lock["protocol"]["document"]
    document["reference"] = {"rule": "panel_median"}
    document["endpoints"] = [{"name": "Inferior segments, stress"}]
    first = " ".join(rendered(lock)[0].extract_text().split())
    assert "reference.rule = panel_median; Inferior segments, stress" in first
    assert "it applies no endpoint" in first
    assert "it applies no endpoint" not in " ".join(pages[0].split())


def test_missing_reads_are_told_on_every_page_that_counts_reads(pages):
    found = [" ".join(page.extract_text().split()) for page in rendered(without_last_reads(snapshot(), 3))]
    text = " ".join(found)
    assert "3 of 108 allocated reads were not signed" in found[0]
    assert "未署名の読影がある" in found[1]
    assert "locked with 3 reads not signed" in text
    assert "Reads that were allocated and never signed" in text
    assert "3 reads were not signed when the data were locked" in text
    assert text.count("R3 has left") == 4
    assert "All reads were signed" not in text.replace("by Hanako Investigator: All reads are signed", "")
    assert "All reads were signed before the data were locked" in " ".join(" ".join(pages).split())


def test_hidden_repeats_are_counted_apart_on_both_first_pages_and_in_the_methods():
    lock = snapshot(patients=2)
    entry, read = lock["allocation"]["entries"][0], lock["reads"][0]
    lock["allocation"]["entries"].append({**entry, "token": "repeat", "repetition": 1})
    lock["reads"].append({**read, "token": "repeat"})
    found = ["".join(page.extract_text().split()) for page in rendered(lock)]
    assert "18signedof18allocated" in found[0]
    assert "hiddenrepeats:1signedof1,innoneoftheresults" in found[0]
    assert "反復読影1件中1件に署名" in found[1]
    assert "Everythinginthisreportisoffirstreads" in "".join(found)
    assert "withouthiddenrepeats" in "".join(found)


def test_later_blocks_of_the_allocation_are_named_with_their_digests():
    lock = snapshot(patients=2)
    lock["allocation"]["blocks"] = [
        {
            "block": number,
            "digest": digit * 64,
            "algorithm": "williams-mixed-2",
            "sealed_at": "2026-11-20T08:00:00Z",
        }
        for number, digit in ((1, "a"), (2, "e"))
    ]
    text = " ".join(" ".join(page.extract_text() for page in rendered(lock)).split())
    assert "Allocation, block 2" in text
    assert " ".join(["e" * 8] * 8) in text


def test_the_last_page_says_where_the_journal_stood_and_what_the_seed_comes_from(result, pages):
    text = " ".join(" ".join(pages).split())
    assert "Journal, entry 321" in text
    assert " ".join(["c" * 8] * 8) in text
    assert (
        f"seed {result['provenance']['bootstrap']['seed']} (SHA-256 of study, protocol and allocation)"
        in text
    )


def test_figures_and_tables_are_numbered_without_gaps(pages):
    text = "\n".join(pages)
    for kind, last in (("Figure", 6), ("Table", 13)):
        found = [int(number) for number in re.findall(rf"{kind} (\d+)\.", text)]
        assert found == list(range(1, last + 1))


def test_the_table_prints_the_numbers_of_the_result(result, pages):
    text = "\n".join(pages).replace("–", "-")
    for row in result["score_differences"]:
        if row["arm"] == "A" and row["segment"]:
            low, high = row["mean_difference"]["interval"] or (None, None)
            if low is not None:
                assert f"({low:.2f} to {high:.2f})".replace("-0.00", "0.00") in text.replace("-0.00", "0.00")


@pytest.mark.parametrize(
    "made",
    [{"patients": 1}, {"patients": 2, "readers": 1}, {"missing": 1.0}, {"patients": 6, "readers": 11}],
    ids=["one case", "one reader", "nothing evaluable", "many readers"],
)
def test_thin_and_wide_studies_have_a_report(made):
    assert len(rendered(snapshot(**made))) >= 10
