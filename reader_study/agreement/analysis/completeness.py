"""What was due and what came: nothing missing is hidden, nothing is imputed."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from reader_study.agreement.analysis.frame import Frame
from reader_study.agreement.analysis.sums import summed_scores


def missing_reads(snapshot: Mapping[str, Any]) -> dict[str, Any] | None:
    """The reads (repeats too) that were allocated but never signed, now with case and arm, and the reason for
    locking without them; None when every read was signed. Where adjudication is not done, `adjudication` counts its
    reads that were never signed and the discordant pairs that it never came to.
    """
    missing = snapshot["missing_reads"]
    if missing is None:
        return None
    entries = {entry["token"]: entry for entry in snapshot["allocation"]["entries"]}
    codes = {reader["id"]: reader["code"] for reader in snapshot["readers"]}
    subjects = {case["id"]: case["subject"] for case in snapshot["cases"]}
    reads = [
        {
            "reader": codes[read["reader"]],
            "session": read["session"],
            "position": read["position"],
            "subject": subjects[entries[read["token"]]["case"]],
            "arm": entries[read["token"]]["arm"],
            "repetition": entries[read["token"]]["repetition"],
        }
        for read in missing["reads"]
    ]
    reads.sort(key=lambda read: (read["reader"], read["session"], read["position"]))
    pending = missing.get("adjudication")
    counts = {"reads": len(pending["reads"]), "waiting": pending["waiting"]} if pending else None
    return {"reason": missing["reason"], "reads": reads, **({"adjudication": counts} if counts else {})}


def rows(frame: Frame) -> list[dict[str, Any]]:
    """One row a site, reader and arm: first reads due and signed, segments not evaluable, sums that could be
    formed.
    """
    sums = summed_scores(frame)
    found = []
    for site in sorted(set(frame.sites.tolist())):
        at_site = frame.sites == site
        for reader, code in enumerate(frame.readers):
            for index, arm in enumerate(frame.arms):
                due = frame.due[at_site, reader, index]
                signed = frame.signed[at_site, reader, index]
                absent = np.isnan(frame.scores[at_site, reader, index][signed])
                row = {
                    "site": site,
                    "reader": code,
                    "arm": arm.code,
                    "due": int(due.sum()),
                    "signed": int(signed.sum()),
                }
                for state, name in enumerate(frame.states):
                    row[f"not_evaluable_{name}"] = int(absent[:, state].sum())
                for name, values in sums.items():
                    row[name] = int(np.count_nonzero(~np.isnan(values[at_site, reader, index])))
                found.append(row)
    return found
