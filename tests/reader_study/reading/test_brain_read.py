"""A brain is read through the same doors: regions for segments, no ventricle, no map, its own questions."""

import pytest

from reader_study.reading.draft import Draft as Content
from reader_study.reading.draft import content_sha256
from reader_study.reading.models import ScoreSheet
from reader_study.studies.organs import BRAIN_REGIONS
from reader_study.studies.templates import brain_attenuation
from tests.reader_study.reading.reads import Desk, event, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(signed_in) -> Desk:
    return Desk(signed_in(opened(template=brain_attenuation, per_site=(1,), readers=1).readers[0]))


def scores(values: list) -> list[dict]:
    return [
        event(number, state="perfusion", segment=number, value=value)
        for number, value in enumerate(values, start=1)
    ]


def test_it_shows_one_picture_without_a_ventricle_in_layouts_of_its_own(desk):
    token = desk.next()
    given = desk.read(token).json()
    assert given["form"]["regions"] == list(BRAIN_REGIONS)
    assert given["form"]["states"] == ["perfusion"]
    assert given["slots"] == [
        {
            "set": 1,
            "state": "perfusion",
            "dims": [96, 112, 80],
            "spacing_mm": 2,
            "full_scale": 40000,
            "lv": None,
            "polar": None,
            "contour": False,
        }
    ]
    views = {strip["view"] for layout in given["display"]["layouts"] for strip in layout["strips"]}
    assert views == {"TRA", "COR", "SAG"}
    assert given["draft"]["scores"] == {"perfusion": [None] * 12}
    for ask in (desk.polar, desk.contour):
        assert ask(token, "perfusion").status_code == 404


def test_an_asymmetry_is_asked_where_a_lobe_was_scored_and_the_read_is_signed(desk):
    token = desk.next()
    marks = [0] * 12
    marks[1] = 2
    sent = scores(marks)
    for name, value in (("quality", 4), ("overall", "equivocal"), ("confidence", 0)):
        sent.append(event(len(sent) + 1, "field", name=name, value=value))
    assert desk.send(token, *sent).status_code == 200
    answer = desk.sign(token, sha256="0" * 64, last_seq=15)
    assert answer.json()["missing"] == ["fields.asymmetry_frontal"]
    desk.send(token, event(16, "field", name="asymmetry_frontal", value="right_lower"))
    fields = {"quality": 4, "overall": "equivocal", "confidence": 0, "asymmetry_frontal": "right_lower"}
    sha256 = content_sha256(Content({"perfusion": marks}, fields), form_version=1)
    assert desk.sign(token, sha256=sha256, last_seq=16).status_code == 201
    assert ScoreSheet.objects.get().fields == fields


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (event(1), "state"),
        (event(1, state="perfusion", segment=13), "segment"),
        (event(1, state="perfusion", value=5), "score"),
        (event(1, "field", name="territories", value=["LAD"]), "field"),
    ],
)
def test_what_belongs_to_a_heart_is_refused(desk, wrong, code):
    answer = desk.send(desk.next(), wrong)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
