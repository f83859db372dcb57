"""What the report says of cases whose key was opened while the study was read."""

from collections.abc import Mapping
from typing import Any

from reader_study.agreement.report.lookup import Result
from reader_study.agreement.report.style import typeset
from reader_study.agreement.report.wording import signed, whole


def emergencies(result: Result) -> list[str]:
    opened = result.document.get("emergency_unblinded")
    if opened is None:
        return []
    told = "; ".join(
        f"{typeset(row['subject'])} on {row['at'][:10]}, asked by {typeset(row['requested_by'])}, approved by "
        f"{typeset(row['approved_by'])} ({typeset(row['reason'])})"
        for row in opened["cases"]
    )
    return [
        f"<b>Emergency unblinding.</b> While the study was read, two people opened the key of "
        f"{whole(len(opened['cases']))} of its cases to the investigator: {told}. Readers were not told. These cases "
        f"are in every number of this report. {_without(result)}"
    ]


def _without(result: Result) -> str:
    rest = result.document["emergency_unblinded"]["without"]
    if rest is None:
        return "There are no other cases to compare with."
    labels = {arm["code"]: typeset(arm["label"]) for arm in result.arms}
    whole_study = {
        (row["arm"], row["state"]): row for row in result.document["score_differences"] if row["segment"] == 0
    }
    rows = [
        f"{labels[row['arm']]} {row['state']} {_mean(row)} instead of {_mean(whole_study[row['arm'], row['state']])}"
        for row in rest["score_differences"]
    ]
    return (
        f"Mean score differences of the other {whole(rest['n_cases'])} cases alone, all segments: {'; '.join(rows)}. "
        "The results file holds their intervals and the readers' agreement without these cases."
    )


def _mean(row: Mapping[str, Any]) -> str:
    return signed(row["mean_difference"]["estimate"], 2)
