"""The CSV files have the documented columns and one row a score, and say why a score is not there."""

import csv
import io

import pytest

from reader_study.agreement.exports import dictionary_csv, reads_csv, segments_csv
from tests.reader_study.agreement.synthetic import snapshot

READ_COLUMNS = (
    "study_id,lock_id,site,case_id,reader_id,modality,state,read_no,step,segment,territory,score,missing_reason,"
    "confidence,sss,srs,sds,read_order,started_utc,finished_utc,set"
)
SEGMENT_COLUMNS = "case_id,modality,state,segment,mean,unit"


@pytest.fixture(scope="module")
def lock():
    lock = snapshot(patients=4, readers=2, missing=0.05)
    del lock["reads"][-1]
    return lock


def parsed(data):
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_columns_are_the_documented_ones_in_order(lock):
    assert reads_csv(lock, digest="d").decode().split("\n")[0] == READ_COLUMNS
    assert segments_csv(lock).decode().split("\n")[0] == SEGMENT_COLUMNS


def test_every_column_is_in_the_dictionary():
    rows = parsed(dictionary_csv())
    documented = {(row["file"], row["column"]) for row in rows}
    expected = {("reads.csv", name) for name in READ_COLUMNS.split(",")}
    expected |= {("segments.csv", name) for name in SEGMENT_COLUMNS.split(",")}
    assert documented == expected
    assert all(row["values"] and row["meaning"] for row in rows)


def test_every_allocated_read_has_34_rows_and_a_missing_score_a_reason(lock):
    rows = parsed(reads_csv(lock, digest="d"))
    assert len(rows) == 4 * 2 * 3 * 34
    for row in rows:
        assert (row["score"] == "") == (row["missing_reason"] != "")
    assert sum(row["missing_reason"] == "not_read" for row in rows) == 34
    lost = sum(scores.count("NE") for read in lock["reads"] for scores in read["scores"].values())
    assert sum(row["missing_reason"] == "not_evaluable" for row in rows) == lost > 0


def test_sums_are_empty_unless_complete_and_otherwise_right(lock):
    rows = parsed(reads_csv(lock, digest="d"))
    reads = {}
    for row in rows:
        reads.setdefault((row["case_id"], row["reader_id"], row["modality"]), []).append(row)
    complete = 0
    for found in reads.values():
        stress = [row["score"] for row in found if row["state"] == "stress"]
        assert found[0]["sss"] == ("" if "" in stress else str(sum(map(int, stress))))
        complete += "" not in stress
    assert 0 < complete < len(reads)


def test_no_column_is_always_empty(lock):
    for data in (reads_csv(lock, digest="d"), segments_csv(lock)):
        rows = parsed(data)
        assert [name for name in rows[0] if not any(row[name] for row in rows)] == []


def test_a_read_has_its_first_look_and_its_signature(lock):
    rows = [row for row in parsed(reads_csv(lock, digest="d")) if row["reader_id"] == "R1"]
    times = {(row["started_utc"], row["finished_utc"]) for row in rows}
    assert times == {("2026-11-20T00:00:00Z", "2026-11-20T00:01:30Z")}


def test_rows_do_not_depend_on_the_order_of_the_lock(lock):
    turned = {**lock, "reads": lock["reads"][::-1], "values": lock["values"][::-1]}
    assert reads_csv(turned, digest="d") == reads_csv(lock, digest="d")
    assert segments_csv(turned) == segments_csv(lock)


def test_read_order_counts_a_readers_reads_from_one(lock):
    rows = parsed(reads_csv(lock, digest="d"))
    for reader in ("R1", "R2"):
        assert {int(row["read_order"]) for row in rows if row["reader_id"] == reader} == set(range(1, 13))


def test_uptake_is_written_with_all_its_digits(lock):
    rows = parsed(segments_csv(lock))
    assert len(rows) == 4 * 3 * 2 * 17
    subjects = {case["subject"]: case["id"] for case in lock["cases"]}
    values = {(v["case"], v["image_set"], v["state"]): v["segments"] for v in lock["values"]}
    for row in rows:
        place = (subjects[row["case_id"]], row["modality"], row["state"])
        assert float(row["mean"]) == values[place][int(row["segment"]) - 1]
