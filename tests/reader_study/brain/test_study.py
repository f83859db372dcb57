"""From two heads at the door to cases that can be allocated; Chang's and virtual CTAC are computed on the way."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from inference.brain.neutral import REGIONS, SHAPE
from inference.cohort.brain_folder import make_brain_cohort
from inference.correct.method import CHANG
from reader_study.allocation.actions import allocate
from reader_study.audit.models import Entry
from reader_study.cases.models import Image
from reader_study.cases.queries import readable_cases
from reader_study.cases.storage import store
from reader_study.studies.models import Study
from tests.reader_study.allocation.drafts import PASSWORD, sign_charter
from tests.reader_study.brain.heads import head_file
from tests.reader_study.cases.world import World
from tests.reader_study.intake.sending import send, verdicts

pytestmark = pytest.mark.django_db
SETS = ("chang", "ctac", "uncorrected", "virtual_ctac")


def images_of(study: Study) -> list[Image]:
    return list(
        Image.objects.filter(case__study=study, superseded_at=None).order_by("case__subject", "image_set")
    )


def accept_all(browser: Any, study: Study) -> None:
    for image in images_of(study):
        path = f"/api/images/{image.id}"
        assert browser.get(f"{path}/volume").status_code == 200
        answer = browser.post(f"{path}/qc", {"decision": "accepted"})
        assert answer.status_code == 200, answer.content


def volume_of(image: Image) -> np.ndarray[Any, np.dtype[np.uint16]]:
    return np.frombuffer(store().get(image.neutral_key), "<u2").reshape(SHAPE)


def region(image: Image, name: str) -> float:
    assert image.segments is not None
    return float(image.segments[REGIONS.index(name)])


@pytest.fixture
def heads() -> list[bytes]:
    """Two patients; the second has lost half of the uptake of the left parietal lobe."""
    return [
        head_file(kind, patient=patient, lost=lost)
        for patient, lost in ((1, ""), (2, "parietal_left"))
        for kind in ("uncorrected", "ctac")
    ]


def test_two_heads_become_two_cases_that_can_be_allocated(
    browser: Any, world: World, study: Study, heads: Sequence[bytes], everybody_works: Any
) -> None:
    upload = send(browser, study, heads)
    made = everybody_works()
    assert verdicts(browser, upload) == [("accepted", "")] * 4
    assert len(made) == 4 and made.count(CHANG.digest) == 2
    images = images_of(study)
    assert [image.image_set for image in images] == [*SETS, *SETS]
    assert {(image.image_set, image.source) for image in images} == {
        ("uncorrected", "upload"),
        ("ctac", "upload"),
        ("chang", "correction"),
        ("virtual_ctac", "translation"),
    }
    for image in images:
        assert (image.status, image.code, image.state) == ("ready", "", "perfusion")
        assert len(store().get(image.neutral_key)) == 2 * 80 * 112 * 96
        healthy = image.case.subject == "A-0001"
        share = region(image, "parietal_left") / region(image, "parietal_right")
        assert share == pytest.approx(1, abs=0.1) if healthy else share < 0.8, (image.image_set, share)
        computed = image.image_set == "virtual_ctac"
        assert bool(image.uncertainty_neutral_key) == computed and not image.uncertainty_polar_key
        assert not computed or len(image.uncertainty_segments or []) == 12
    # Chang's method lifts the middle of the head, and lies as the image that it corrects.
    uncorrected, chang = (next(i for i in images if i.image_set == name) for name in ("uncorrected", "chang"))
    middle, edge = (
        (slice(36, 44), slice(50, 62), slice(42, 54)),
        (slice(36, 44), slice(20, 30), slice(42, 54)),
    )
    gain = volume_of(chang).astype(float) / np.maximum(volume_of(uncorrected), 1)
    assert gain[middle].mean() > 1.2 * gain[edge].mean()

    (one, other) = browser.get(f"/api/studies/{study.id}/cases").json()
    assert not one["complete"] and {need["code"] for need in one["needs"]} == {"qc_pending"}
    accept_all(browser, study)
    assert [case["complete"] for case in browser.get(f"/api/studies/{study.id}/cases").json()] == [True, True]
    assert len(readable_cases(study)) == 2
    world.investigator.set_password(PASSWORD)
    sign_charter(study, world.investigator)
    allocation = allocate(actor=world.investigator, study=study, seed=bytes(32))
    assert allocation.pk


def test_what_was_computed_says_so_and_can_be_fetched(
    browser: Any, study: Study, heads: Sequence[bytes], everybody_works: Any
) -> None:
    send(browser, study, heads[:2])
    everybody_works()
    (case,) = browser.get(f"/api/studies/{study.id}/cases").json()
    images = {image["image_set"]: image for image in browser.get(f"/api/cases/{case['id']}").json()["images"]}
    assert images["chang"]["model"] == {
        "name": "chang",
        "version": "1",
        "digest": CHANG.digest,
        "members": None,
        "flags": [],
    }
    assert images["virtual_ctac"]["model"]["name"] != "chang"
    for name, synthetic in (("chang", None), ("virtual_ctac", "YES")):
        got = browser.get(f"/api/images/{images[name]['id']}/dicom")
        assert got.status_code == 200
        assert got["Content-Disposition"].endswith(f'A-0001-{name.replace("_", "-")}-perfusion.dcm"')
        header = dcmread(io.BytesIO(got.content))
        assert header.PatientID == "A-0001" and header.get("SyntheticData") == synthetic
        assert header.BodyPartExamined == "BRAIN"
    assert browser.get(f"/api/images/{images['ctac']['id']}/dicom").status_code == 404
    assert browser.get(f"/api/images/{images['ctac']['id']}/polar").status_code == 404
    recorded = Entry.objects.filter(action="translation.recorded", study=study.id)
    assert {entry.detail["image_set"] for entry in recorded} == {"chang", "virtual_ctac"}


def test_changs_correction_of_the_site_takes_the_place_of_ours(
    browser: Any, study: Study, heads: Sequence[bytes], everybody_works: Any
) -> None:
    send(browser, study, heads[:1])
    assert len(everybody_works()) == 2
    upload = send(browser, study, [head_file("chang")])
    assert everybody_works() == []
    assert verdicts(browser, upload) == [("accepted", "")]
    now = Image.objects.get(case__study=study, image_set="chang", superseded_at=None)
    assert now.source == "upload"
    # The site's own stays: no other is computed in its place.
    assert Image.objects.filter(case__study=study, image_set="chang").count() == 2


def test_what_was_computed_goes_with_its_source(
    browser: Any, study: Study, heads: Sequence[bytes], everybody_works: Any
) -> None:
    send(browser, study, heads[:2])
    everybody_works()
    old = Image.objects.get(case__study=study, image_set="uncorrected")
    browser.post(f"/api/images/{old.id}/qc", {"decision": "rejected", "reason": "moved"})
    send(browser, study, [head_file("uncorrected", InstanceNumber=2)])
    assert len(everybody_works()) == 2
    gone = Image.objects.filter(case__study=study).exclude(superseded_at=None)
    assert {image.image_set for image in gone} == {"uncorrected", "chang", "virtual_ctac"}
    assert [image.image_set for image in images_of(study)] == list(SETS)


@pytest.mark.science
def test_a_simulated_cohort_becomes_ready(
    browser: Any, world: World, study: Study, everybody_works: Any, tmp_path: Path
) -> None:
    """`cohort --organ brain`: a perfusion head and one of the transporter, as a hospital exports them."""
    make_brain_cohort(patients=2, sites=1, seed=9201, out=tmp_path / "cohort", jobs=1)
    files = [path.read_bytes() for path in sorted((tmp_path / "cohort").rglob("brain.dcm"))]
    assert len(files) == 8
    upload = send(browser, study, files)
    everybody_works()
    # A fifth of the time is corrected by CT too: the place is taken, so a person decides.
    assert (
        sorted(verdicts(browser, upload)) == [("accepted", "")] * 6 + [("quarantined", "second_series")] * 2
    )
    images = images_of(study)
    assert [image.image_set for image in images] == [*SETS, *SETS]
    assert {image.status for image in images} == {"ready"}
    assert sorted({image.case.subject for image in images if "not_perfusion" in image.flags}) == ["A-0002"]
    assert not [image.flags for image in images if "regions_doubted" in image.flags]
    accept_all(browser, study)
    assert len(readable_cases(study)) == 2
    world.investigator.set_password(PASSWORD)
    sign_charter(study, world.investigator)
    assert allocate(actor=world.investigator, study=study, seed=bytes(32)).pk
