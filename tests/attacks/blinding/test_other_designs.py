"""Must not differ: what a reader can get before the first signature of a sequential design, and beside moving pictures.

The arms of such designs look different by intention, once they may: what is compared is all that must be alike.
"""

from collections.abc import Callable
from dataclasses import replace
from itertools import takewhile
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from inference.objects import ObjectStore
from reader_study.cases.models import Cine, Image
from reader_study.reading.models import Read
from reader_study.studies.organs import ImageSet
from reader_study.studies.protocol import Arm, Intake, Protocol
from reader_study.studies.protocol_display import CINE_FILES
from reader_study.studies.templates import aided_sequential, aided_side_by_side
from tests.attacks.blinding.observation import Observed, Observer, pictures, without_voxels
from tests.attacks.blinding.phantom_study import PhantomStudy, opened_with, phantom_study

pytestmark = pytest.mark.django_db

Steps = tuple[tuple[str, ...], ...]
IN_STEPS: Steps = (("spect",), ("spect", "virtual_pet"))
PET_ALONE: Steps = (("pet",),)
SPECT_ALONE: Steps = (("spect",),)
WITH_VIRTUAL: Steps = (("spect", "virtual_pet"),)
WITH_PET: Steps = (("spect", "pet"),)


def _with_cines(**options: Any) -> Protocol:
    """Every arm shows SPECT; two of them something beside it."""
    plain = aided_side_by_side(**options)
    beside = Arm("C", "SPECT with PET", ((ImageSet.SPECT, ImageSet.PET),))
    return replace(
        plain,
        arms=(*plain.arms[:2], beside),
        reference_arm="A",
        display=replace(plain.display, cine=tuple(CINE_FILES)),
        intake=Intake(also=tuple(CINE_FILES.values())),
    )


def _add_cines(made: PhantomStudy) -> None:
    store, random = ObjectStore(settings.OBJECT_STORE), np.random.default_rng(3)
    for image in Image.objects.filter(case=made.case, image_set="spect"):
        for kind, shape in (("gated", (8, 64, 80, 80)), ("projections", (60, 64, 64))):
            Cine.objects.create(
                case=made.case,
                kind=kind,
                state=image.state,
                dicom_keys=["0" * 64],
                placed_by=image if kind == "gated" else None,
                status=Cine.Status.READY,
                key=store.put(random.integers(0, 40_000, shape).astype("<u2").tobytes()),
                frames=shape[0],
            )


@pytest.fixture(scope="module")
def worlds(django_db_setup, django_db_blocker, tmp_path_factory) -> dict[Steps, Observed]:
    """Worlds that differ only in which arm comes first: what the first read shows -> what was seen."""
    kept, settings.OBJECT_STORE = settings.OBJECT_STORE, tmp_path_factory.mktemp("objects")
    with django_db_blocker.unblock():
        try:
            return {
                **_seen(aided_sequential, IN_STEPS, PET_ALONE),
                **_seen(_with_cines, SPECT_ALONE, WITH_VIRTUAL, WITH_PET),
            }
        finally:
            settings.OBJECT_STORE = kept


def _seen(template: Callable[..., Protocol], *firsts: Steps) -> dict[Steps, Observed]:
    found = {}
    with transaction.atomic():
        study = phantom_study(template)
        if template is _with_cines:
            _add_cines(study)
        for first in firsts:
            with opened_with(study, first):
                client = Client()
                client.force_login(study.reader)
                observer = Observer(client)
                observer.ask("get", "/api/reading/worklist", label="first")
                observer.read_and_sign(
                    str(Read.objects.order_by("session").values_list("token", flat=True)[0])
                )
                found[first] = observer.seen
        transaction.set_rollback(True)
    return found


def before_the_signature(seen: Observed) -> Observed:
    return {
        asked: seen[asked] for asked in takewhile(lambda asked: not asked.endswith("signature right"), seen)
    }


def test_until_the_first_signature_a_read_in_steps_is_as_one_without(worlds):
    in_steps, alone = (before_the_signature(without_voxels(worlds[first])) for first in (IN_STEPS, PET_ALONE))
    assert len(in_steps) > 50 and any("another step" in asked for asked in in_steps)
    assert in_steps.keys() == alone.keys()
    assert [asked for asked in alone if in_steps[asked] != alone[asked]] == []


def test_two_sets_give_the_same_bytes_whichever_lies_beside_spect_moving_pictures_too(worlds):
    one, other = (without_voxels(worlds[first]) for first in (WITH_VIRTUAL, WITH_PET))
    assert one.keys() == other.keys()
    assert [asked for asked in one if one[asked] != other[asked]] == []


def test_moving_pictures_are_the_same_bytes_in_every_arm(worlds):
    moving = [
        {asked: body for asked, body in pictures(worlds[first]).items() if "/cines/" in asked}
        for first in (SPECT_ALONE, WITH_VIRTUAL, WITH_PET)
    ]
    assert len(moving[0]) == 4
    assert moving[0] == moving[1] == moving[2]
