"""Must not differ: everything a reader can get for one phantom, whichever arm the read shows.

And by no byte, voxels included: the same read with and without the uncertainty that came with a virtual PET.
"""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from inference.dicom.read import read_header
from inference.objects import ObjectStore
from reader_study.cases.models import Image
from reader_study.reading.models import Read, Unlock
from reader_study.reading.unlocks import answer_unlock
from reader_study.studies.charter_conduct import Conduct
from reader_study.studies.protocol import Protocol
from reader_study.studies.templates import kawakubo_replica
from tests.attacks.blinding.observation import Observed, Observer, pictures, without_voxels
from tests.attacks.blinding.phantom_study import PhantomStudy, opened_with, phantom_study

pytestmark = pytest.mark.django_db
IMAGE_SETS = ("spect", "virtual_pet", "pet")
CERTAIN = "virtual_pet of an older model, without uncertainty"

# What would tell an arm, a site, a case or a file. "s_pet" is a colour table that every read offers.
TELLING = re.compile(
    rb"spect\b|(?<!s_)pet\b|virtual|\barm\b|\bsites?\b|hospital|\bcases?\b|subject|image_set|modality|dicom"
    rb"|DICM|works|A-0001|neutral|_key|uncertain|spread|deviation|\b1\.2\.840\.|\b2\.25\.\d",
    re.IGNORECASE,
)

# What there is to choose from, the same whatever was read: compared above, and named by its labels.
CHOICES = "/sessions/1/questions session ended"


@pytest.fixture(scope="module")
def worlds(django_db_setup, django_db_blocker, tmp_path_factory) -> dict[str, Observed]:
    """Worlds that differ only in which arm comes first: image set of the first read -> what was seen."""
    kept, settings.OBJECT_STORE = settings.OBJECT_STORE, tmp_path_factory.mktemp("objects")
    with django_db_blocker.unblock():
        try:
            with transaction.atomic():
                study = phantom_study(_asking)
                found = {image_set: _world(study, image_set) for image_set in IMAGE_SETS}
                _forget_uncertainty()
                found[CERTAIN] = _world(study, "virtual_pet")
                transaction.set_rollback(True)
        finally:
            settings.OBJECT_STORE = kept
    return found


def _asking(**options: Any) -> Protocol:
    """A day of few reads, breaks, and all the questions that there are."""
    conduct = Conduct(daily_cap=2, break_after_minutes=5, ask_recall=True, ask_arm=True)
    return replace(kawakubo_replica(**options), conduct=conduct)


def _forget_uncertainty() -> None:
    none = dict.fromkeys((f"uncertainty_{kind}_key" for kind in ("dicom", "neutral", "polar")), "")
    assert Image.objects.exclude(uncertainty_dicom_key="").update(**none, uncertainty_segments=None) == 2


def _world(made: PhantomStudy, first: str) -> Observed:
    with opened_with(made, ((first,),)):
        return _observe(made, first)


def _observe(made: PhantomStudy, image_set: str) -> Observed:
    client = Client()
    client.force_login(made.reader)
    observer = Observer(client)
    tokens = [str(token) for token in Read.objects.order_by("session").values_list("token", flat=True)]
    observer.ask("get", "/api/reading/worklist", label="first")
    observer.ask("get", f"/api/reading/reads/{tokens[1]}", label="too early")
    observer.read_and_sign(tokens[0])
    observer.ask("get", "/api/reading/worklist", label="after")
    observer.end_session(str(made.study.id))
    observer.ask("get", "/api/reading/worklist", label="answered")
    answer_unlock(
        actor=made.investigator,
        study=made.study,
        unlock_id=Unlock.objects.get().id,
        approved=True,
        reason="Go on",
    )
    observer.correct(tokens[0])
    observer.ask("get", "/api/reading/worklist", label="corrected")
    observer.ask("post", "/api/reading/display-check", {"answers": {}}, label="half")
    image = Image.objects.get(case=made.case, image_set=image_set, state="stress")
    file = read_header(ObjectStore(settings.OBJECT_STORE).get(image.dicom_keys[0]))
    observer.walk(
        {
            "token": tokens[0],
            "reader_id": str(made.reader.id),
            "request_id": str(made.case.id),
            "set": "1",
            "session": "1",
            "state": "stress",
            "kind": "gated",
            "unlock_id": str(made.case.id),
            "study_id": str(made.study.id),
            "case_id": str(made.case.id),
            "cine_id": str(made.case.id),
            "image_id": str(image.id),
            "upload_id": str(made.case.id),
            "job_id": str(made.case.id),
            "peer_id": str(made.case.id),
            "kept_id": str(made.case.id),
            "query_id": str(made.query),
            "token_id": str(made.case.id),
            "membership_id": str(made.case.id),
            "invitation_id": str(made.case.id),
            "version": "1",
            "sha256": image.neutral_key,
            "name": "report.pdf",
            "study": file.study_uid,
            "series": file.series_uid,
            "instance": file.sop_uid,
            "frames": "1",
            "value": "7FE00010",
        }
    )
    return observer.seen


def test_two_arms_give_the_same_bytes_but_for_tokens_and_voxels(worlds):
    one, *others = (without_voxels(seen) for seen in worlds.values())
    assert len(one) > 100
    for other in others:
        assert other.keys() == one.keys()
        assert [asked for asked in one if one[asked] != other[asked]] == []


def test_the_uncertainty_of_a_virtual_pet_changes_no_byte_that_a_reader_gets(worlds):
    """Statuses, headers, voxels, refusals: of every address the server knows, by every method."""
    accompanied, alone = worlds["virtual_pet"], worlds[CERTAIN]
    assert any("/uncertainty/" in asked for asked in alone)
    assert len(pictures(alone)) == 7
    assert accompanied.keys() == alone.keys()
    assert [asked for asked in alone if alone[asked] != accompanied[asked]] == []


def test_every_kind_of_answer_was_among_them(worlds):
    """A comparison of refusals alone would prove nothing."""
    statuses = {status for asked, (status, _, _) in worlds["pet"].items() if "/api/reading/" in asked}
    assert {200, 201, 400, 403, 404, 405, 409, 423} <= statuses
    assert len(pictures(worlds["pet"])) == 7


def test_the_pictures_of_one_phantom_are_the_same_up_to_how_the_files_store_numbers(worlds):
    for asked, body in pictures(worlds["spect"]).items():
        shown = np.frombuffer(body, "<u2").astype(int)
        assert shown.size in (80 * 80 * 64, 24 * 72)
        for other in ("virtual_pet", "pet"):
            there = np.frombuffer(pictures(worlds[other])[asked], "<u2").astype(int)
            assert np.abs(there - shown).max() <= 40  # 0.1 % of full scale


def test_no_word_of_a_reader_answer_tells_an_arm_a_site_a_case_or_a_file(worlds):
    for seen in worlds.values():
        for asked, (_, headers, body) in without_voxels(seen).items():
            if "/api/reading/" in asked and not asked.endswith(CHOICES):
                text = body + repr(headers).encode()
                assert not TELLING.findall(text), asked


def test_a_picture_is_voxels_from_its_first_byte_to_its_last(worlds):
    """No header, no name, no padding: the corners of the grid lie outside the heart and are nearly empty."""
    for seen in worlds.values():
        for asked, body in pictures(seen).items():
            assert len(body) == (819_200 if "/volumes/" in asked else 3_456)
            assert b"DICM" not in body


def test_a_reader_gets_nothing_from_any_other_room(worlds):
    """Whatever id of the case or its images is tried, the answer is that there is nothing."""
    for asked, (status, _, body) in worlds["spect"].items():
        if re.match(r"get /api/(cases|images|uploads|studies/[^/ ]+/\w+)", asked):
            assert status in (404, 405), (asked, body)
