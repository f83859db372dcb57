"""Must not differ: everything an adjudicator can get, whichever arm the read shows, and whether it is a decoy."""

import re
from collections import defaultdict
from itertools import count

import numpy as np
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from inference.objects import ObjectStore
from reader_study.allocation.actions import allocate
from reader_study.allocation.models import AdjudicationSeat
from reader_study.cases.models import Image
from reader_study.reading.models import ScoreSheet, Unlock
from reader_study.reading.opening import open_study
from reader_study.reading.unlocks import answer_unlock
from tests.attacks.blinding.observation import Observed, Observer, pictures, without_voxels
from tests.attacks.blinding.test_same_phantom import TELLING
from tests.reader_study.allocation.drafts import PASSWORD, Draft, frozen
from tests.reader_study.reading.adjudications import RULE, join, made, own_reads, sign_all

pytestmark = pytest.mark.django_db
World = tuple[str, bool]
"""Arm of the adjudicator's first read, and whether it is a decoy."""
WORLDS: tuple[World, ...] = (("A", False), ("B", False), ("C", False), ("A", True), ("C", True))
FIRST = "A-0001"


@pytest.fixture(scope="module")
def worlds(django_db_setup, django_db_blocker, tmp_path_factory) -> dict[World, Observed]:
    kept, settings.OBJECT_STORE = settings.OBJECT_STORE, tmp_path_factory.mktemp("objects")
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                study = _opened()
                found = {world: _seen(study, *world) for world in WORLDS}
                transaction.set_rollback(True)
        finally:
            settings.OBJECT_STORE = kept
    return found


def _opened() -> Draft:
    """Three cases in three arms; every picture is another one, as long as the others, of a heart in the same place."""
    study = frozen(adjudication=RULE, per_site=(3,), readers=2)
    store, random = ObjectStore(settings.OBJECT_STORE), np.random.default_rng(5)
    for image in Image.objects.filter(case__study=study.study):
        image.neutral_key, image.polar_key, image.contour_key = (
            store.put(random.integers(0, 40_000, size).astype("<u2").tobytes()) for size in (500, 90, 60)
        )
        image.lv = {"apex_k": 8, "base_k": 40.5, "radius_mm": 22.5}
        image.save(update_fields=["neutral_key", "polar_key", "contour_key", "lv"])
    allocate(actor=study.investigator, study=study.study)
    open_study(actor=study.investigator, study=study.study, password=PASSWORD, reason="All cases are in")
    join(study, "Judge 1")
    return study


def _seen(study: Draft, arm: str, decoy: bool) -> Observed:
    undo_all = transaction.savepoint()
    sign_all(study, discordant=[(FIRST, "B" if decoy else arm)])
    for number in count():
        undo = transaction.savepoint()
        round_ = made(study, seed=number.to_bytes(32, "big"))
        seat = AdjudicationSeat.objects.get(round=round_, position=1)
        if (seat.arm, seat.decoy) == (arm, decoy):
            break
        transaction.savepoint_rollback(undo)
    found = _observe(study)
    transaction.savepoint_rollback(undo_all)
    return found


def _observe(study: Draft) -> Observed:
    judge = study.study.memberships.get(role="adjudicator").user
    client = Client()
    client.force_login(judge)
    observer = Observer(client)
    token = str(own_reads(judge)[0].token)
    observer.ask("get", "/api/reading/worklist", label="first")
    observer.read_and_sign(token)
    observer.ask("get", "/api/reading/worklist", label="after")
    answer_unlock(
        actor=study.investigator,
        study=study.study,
        unlock_id=Unlock.objects.get().id,
        approved=True,
        reason="Go on",
    )
    observer.correct(token)
    observer.ask("get", "/api/reading/worklist", label="corrected")
    case = study.cases[0]
    image = Image.objects.get(case=case, image_set="spect", state="stress")
    named = {
        "token": token,
        "set": "1",
        "state": "stress",
        "kind": "gated",
        "study_id": str(study.study.id),
        "image_id": str(image.id),
        "version": "1",
        "sha256": image.neutral_key,
        "name": "report.pdf",
        "study": "1.2.3",
        "series": "1.2.3.4",
        "instance": "1.2.3.4.5",
        "frames": "1",
        "value": "7FE00010",
    }
    observer.walk(defaultdict(lambda: str(case.id), named))  # whatever else an address may name
    return observer.seen


def test_neither_arm_nor_decoy_changes_a_byte_but_for_tokens_and_voxels(
    worlds: dict[World, Observed],
) -> None:
    one, *others = (without_voxels(seen) for seen in worlds.values())
    assert len(one) > 100
    for other in others:
        assert other.keys() == one.keys()
        assert [asked for asked in one if one[asked] != other[asked]] == []


def test_pictures_and_answers_of_every_kind_were_among_them(worlds: dict[World, Observed]) -> None:
    for seen in worlds.values():
        assert {200, 201, 400, 403, 404, 409, 423} <= {status for status, _, _ in seen.values()}
        assert len(pictures(seen)) == 7


def test_no_word_tells_an_arm_a_case_a_reader_or_what_was_scored_before(
    worlds: dict[World, Observed],
) -> None:
    of_readers = re.compile(rb"Reader \d|decoy|discord|agree|round", re.IGNORECASE)
    for seen in worlds.values():
        for asked, (_, headers, body) in without_voxels(seen).items():
            if "/api/reading/" in asked:
                text = body + repr(headers).encode()
                assert not TELLING.findall(text) and not of_readers.findall(text), asked
    assert not ScoreSheet.objects.exists()  # nothing of these worlds is left


def test_an_adjudicator_gets_nothing_from_any_other_room(worlds: dict[World, Observed]) -> None:
    for asked, (status, _, _) in worlds["A", False].items():
        if re.match(r"get /api/(cases|images|uploads|studies/[^/ ]+/\w+)", asked):
            assert status in (404, 405), asked
