"""Which person looked at a case's files or answered for them, when, and what was decided: from the journal."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from reader_study.accounts.models import User
from reader_study.audit.models import Entry
from reader_study.audit.queries import entries_of
from reader_study.cases.models import Case
from reader_study.intake.description import COORDINATOR, Pixels
from reader_study.intake.models import Instance, KeptApart, Upload

_IN_QUARANTINE = ("intake.quarantine_looked", "intake.quarantine_answered", "intake.quarantine_taken")
_SEEN = (Pixels.SEEN, Pixels.BLANKED)


def acts_of(case: Case, instances: Sequence[Instance]) -> list[dict[str, Any]]:
    """Every look and answer that concerned the files, in order of time; no values of a patient.

    Each: `at` (ISO 8601, UTC), `person`, `role` ("coordinator" of the case's site; "sender" where no account stands
    behind a delivery), `act` ("before_sending", "looked_header", "looked_values", "looked_picture", "answered",
    "sent_again"), `decided` (what was said, with its value where it is no one's secret), `taken` (whether the file
    was taken after it), `files` (SOP UIDs).
    """
    by_fingerprint = {bytes(i.fingerprint): i for i in instances}
    kept = {
        str(row.id): by_fingerprint[bytes(row.fingerprint)]
        for row in KeptApart.objects.filter(
            study=case.study_id, site=case.site_id, fingerprint__in=list(by_fingerprint)
        )
    }
    entries = list(
        entries_of(case.study_id).filter(action__in=_IN_QUARANTINE, detail__file__in=list(kept))
        if kept
        else ()
    )
    people = dict(
        User.objects.filter(pk__in={e.actor for e in entries if e.actor}).values_list("pk", "full_name")
    )
    answered: dict[UUID, set[str]] = defaultdict(set)
    acts = []
    for entry in entries:
        instance = kept[entry.detail["file"]]
        if entry.action == "intake.quarantine_answered":
            answered[instance.id] |= set(entry.detail["said"])
        acts.append(_in_quarantine(entry, instance, people, answered[instance.id]))
    acts += _before_sending(instances, answered)
    return sorted(acts, key=lambda act: (act["at"], act["act"], act["files"]))


def _in_quarantine(
    entry: Entry, instance: Instance, people: dict[UUID, str], said: set[str]
) -> dict[str, Any]:
    detail, decided = entry.detail, dict[str, str]()
    if entry.action == "intake.quarantine_looked":
        values = "values" if detail.get("values") else "header"
        act, taken = f"looked_{'picture' if detail['what'] == 'picture' else values}", False
    elif entry.action == "intake.quarantine_taken":
        act, taken = "sent_again", True
    else:
        act, taken = "answered", bool(detail["taken"])
        # What an earlier answer said may have been said otherwise since: values are those the file was taken with.
        known = {"state": instance.state, "view": instance.view, "pixels": instance.pixels} if taken else {}
        names = said if taken else set(detail["said"])
        decided = {name: known.get(name, "") for name in sorted(names - {"blank"})}
    return {
        "at": entry.at.isoformat(),
        "person": people.get(entry.actor, "") if entry.actor else "",
        "role": "coordinator" if entry.actor else "sender",
        "act": act,
        "decided": decided,
        "taken": taken,
        "files": [instance.sop_uid],
    }


def _before_sending(instances: Sequence[Instance], answered: dict[UUID, set[str]]) -> list[dict[str, Any]]:
    """What the files say that a person decided, and nobody on the server did: by their upload's sender."""
    files: dict[tuple[UUID, tuple[tuple[str, str], ...]], list[str]] = defaultdict(list)
    uploads: dict[UUID, Upload] = {}
    for i in instances:
        later = answered[i.id]
        decided = [
            (name, value)
            for name, value, by_person in (
                ("pixels", i.pixels, i.pixels in _SEEN),
                ("state", i.state, i.state_from == COORDINATOR),
                ("view", i.view, i.view_from == COORDINATOR),
            )
            if by_person and name not in later
        ]
        if i.upload and decided:
            uploads[i.upload.id] = i.upload
            files[i.upload.id, tuple(decided)].append(i.sop_uid)
    return [
        {
            "at": uploads[upload].created_at.isoformat(),
            "person": sender_of(uploads[upload]),
            "role": "coordinator" if uploads[upload].created_by else "sender",
            "act": "before_sending",
            "decided": dict(decided),
            "taken": True,
            "files": sorted(uids),
        }
        for (upload, decided), uids in files.items()
    ]


def sender_of(upload: Upload) -> str:
    """Who sent an upload: the person, or the application entity of a hospital."""
    return upload.created_by.full_name if upload.created_by else upload.peer
