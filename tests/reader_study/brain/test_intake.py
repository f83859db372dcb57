"""A brain study takes the images of heads, each in its place, and no heart."""

from typing import Any

import pytest
from django.utils.translation import override
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.brain.neutral import REGIONS
from inference.dicom.codes import Code
from reader_study.cases.models import Image
from reader_study.intake.reasons import sentence
from reader_study.studies.models import Study
from reader_study.studies.organs import BRAIN_REGIONS
from tests.reader_study.brain.heads import head_file
from tests.reader_study.cases.world import World
from tests.reader_study.intake.files import Secrets, nm_file, noise
from tests.reader_study.intake.sending import send, spect, verdicts
from tests.reader_study.intake.waiting import waiting

pytestmark = pytest.mark.django_db


def placed(study: Study) -> set[tuple[str, str, str]]:
    images = Image.objects.filter(case__study=study, superseded_at=None)
    return set(images.values_list("image_set", "state", "source"))


def test_each_correction_has_its_place(browser: Any, study: Study, work: Any) -> None:
    upload = send(browser, study, [head_file(kind) for kind in ("uncorrected", "chang", "ctac")])
    work()
    assert verdicts(browser, upload) == [("accepted", "")] * 3
    assert placed(study) == {
        ("uncorrected", "perfusion", "upload"),
        ("chang", "perfusion", "upload"),
        ("ctac", "perfusion", "upload"),
    }
    for image in Image.objects.filter(case__study=study):
        assert (image.status, image.lv, image.polar_key, image.contour_key) == ("ready", None, "", "")
        assert image.segments is not None and len(image.segments) == len(BRAIN_REGIONS)


def test_the_regions_of_the_form_are_those_that_are_measured() -> None:
    assert REGIONS == BRAIN_REGIONS


def test_the_door_says_which_images_a_site_has_to_send(browser: Any, world: World, study: Study) -> None:
    places = {
        one.id: [
            (place["image_set"], place["state"])
            for place in browser.get(f"/api/studies/{one.id}/intake").json()["places"]
        ]
        for one in (study, world.study)
    }
    assert places[study.id] == [("uncorrected", "perfusion"), ("ctac", "perfusion")]
    assert places[world.study.id] == [
        (image_set, state) for image_set in ("spect", "pet") for state in ("stress", "rest")
    ]


def test_a_correction_without_a_name_waits_and_says_what_helps(browser: Any, study: Study, work: Any) -> None:
    unnamed = head_file("ctac", SeriesDescription="AC TRANSAXIAL")
    upload = send(browser, study, [unnamed, head_file("ctac", patient=2, SeriesDescription="Chang or CTAC")])
    work()
    assert verdicts(browser, upload) == [("quarantined", "correction_unknown")] * 2
    for file in waiting(browser, study)["files"]:
        assert "Chang" in file["message"] and "CT" in file["message"]
        assert file["helps"] == [] and "series description" in file["instead"]
    assert placed(study) == set()


@pytest.mark.parametrize("part", ["HEART", "CHEST"])
def test_a_heart_in_a_brain_study_is_refused_in_one_sentence(
    browser: Any, study: Study, work: Any, part: str
) -> None:
    upload = send(browser, study, [spect(1, BodyPartExamined=part)])
    work()
    assert verdicts(browser, upload) == [("refused", "other_organ")]
    (file,) = browser.get(f"/api/uploads/{upload}").json()["files"]
    assert file["message"] == "The file says that it shows another organ than the one that this study reads."
    with override("ja"):
        assert "別の臓器" in sentence("other_organ")


def test_a_short_axis_is_a_heart_whatever_the_body_part(browser: Any, study: Study, work: Any) -> None:
    file = nm_file(noise(), state="rest", secrets=Secrets(3), more={"BodyPartExamined": ""})
    upload = send(browser, study, [file])
    work()
    assert verdicts(browser, upload) == [("refused", "other_organ")]


def test_a_head_in_a_heart_study_is_refused(browser: Any, world: World, work: Any) -> None:
    upload = send(browser, world.study, [head_file("uncorrected")])
    work()
    assert verdicts(browser, upload) == [("refused", "other_organ")]


def test_what_is_no_head_cannot_be_used(browser: Any, study: Study, work: Any) -> None:
    send(
        browser, study, [head_file("ctac"), blank := head_file("chang", patient=2, PixelData=bytes(327_680))]
    )
    assert blank
    work()
    image = Image.objects.get(case__study=study, image_set="chang")
    assert (image.status, image.code) == ("failed", "no_brain")


def test_the_transporter_is_flagged(browser: Any, study: Study, work: Any) -> None:
    injected = Dataset()
    injected.RadiopharmaceuticalCodeSequence = Code("429296007", "SCT", "Ioflupane I^123^").sequence()
    send(browser, study, [head_file("ctac", RadiopharmaceuticalInformationSequence=Sequence([injected]))])
    work()
    image = Image.objects.get(case__study=study)
    assert image.status == "ready" and "not_perfusion" in image.flags
