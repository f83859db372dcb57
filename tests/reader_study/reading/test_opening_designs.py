"""Opening designs beside the usual one: several steps, two image sets together, a brain, moving pictures."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from reader_study.allocation import queries
from reader_study.allocation.actions import allocate
from reader_study.allocation.queries import assignments
from reader_study.cases.models import Case, Cine, Image
from reader_study.problems import Conflict
from reader_study.reading.models import ReadCine, ReadingStudy, ReadVolume
from reader_study.reading.opening import open_study
from reader_study.studies.protocol import Intake, Protocol
from reader_study.studies.protocol_display import CINE_FILES
from reader_study.studies.templates import (
    aided_sequential,
    aided_side_by_side,
    brain_attenuation,
)
from tests.reader_study.allocation.drafts import PASSWORD, Draft, frozen
from tests.reader_study.reading.reads import opened

pytestmark = pytest.mark.django_db


def pictures(planned: Draft, arm: str) -> list[set[tuple[int, int, str, str]]]:
    """Of each read of an arm: (step, set, state, image set) of every volume that was laid out."""
    names = {image.neutral_key: image.image_set for image in Image.objects.all()}
    return [
        {
            (volume.step, volume.set, volume.state, names[volume.neutral_key])
            for volume in ReadVolume.objects.filter(read=key.token)
        }
        for key in assignments(planned.study)
        if key.arm == arm
    ]


def test_each_step_has_its_own_pictures():
    planned = opened(template=aided_sequential, per_site=(1,), readers=1)
    assert pictures(planned, "A") == [
        {
            (1, 1, "stress", "spect"), (1, 1, "rest", "spect"),
            (2, 1, "stress", "spect"), (2, 1, "rest", "spect"),
            (2, 2, "stress", "virtual_pet"), (2, 2, "rest", "virtual_pet"),
        }
    ]  # fmt: skip
    assert pictures(planned, "B") == [{(1, 1, "stress", "pet"), (1, 1, "rest", "pet")}]


def test_two_image_sets_lie_side_by_side_under_numbers():
    planned = opened(template=aided_side_by_side, per_site=(1,), readers=1)
    assert pictures(planned, "B") == [
        {(1, 1, "stress", "spect"), (1, 1, "rest", "spect"),
         (1, 2, "stress", "virtual_pet"), (1, 2, "rest", "virtual_pet")}
    ]  # fmt: skip


def test_the_layouts_of_every_step_are_written_out():
    opened(template=aided_sequential, per_site=(1,), readers=1)
    display = ReadingStudy.objects.get().display
    names = [layout["name"] for layout in display["layouts"]]
    assert names == ["8x12", "8x10", "6x16", "2x6", "8x6+6", "8x7+7"]
    assert display["default_layout"] == "8x12"
    assert display["cine"] == [] and display["sums_when_complete"] is False


def test_a_brain_has_neither_ventricle_nor_map_and_is_asked_for_its_regions():
    planned = opened(template=brain_attenuation, per_site=(1,), readers=1)
    assert ReadVolume.objects.count() == 4
    assert pictures(planned, "C") == [{(1, 1, "perfusion", "virtual_ctac")}]
    volume = ReadVolume.objects.first()
    assert (volume.dims, volume.spacing_mm) == ([96, 112, 80], 2)
    assert (volume.polar_key, volume.contour_key, volume.apex_k) == ("", "", None)
    form = ReadingStudy.objects.get().form
    assert (form["segments"], form["states"], len(form["regions"])) == (12, ["perfusion"], 12)
    asymmetry = next(field for field in form["fields"] if field["name"] == "asymmetry_striatum")
    assert asymmetry["when"] == {"scores": [9, 10], "at_least": 1}


@pytest.mark.parametrize(("with_contour", "shown"), [("spect virtual_pet pet", {"c" * 64}), ("pet", {""})])
def test_contours_go_along_where_every_picture_has_one_so_that_they_tell_no_arm(with_contour, shown):
    planned = frozen(per_site=(1,), readers=1)
    Image.objects.filter(image_set__in=with_contour.split()).update(contour_key="c" * 64)
    allocate(actor=planned.investigator, study=planned.study)
    open_it(planned)
    assert set(ReadVolume.objects.values_list("contour_key", flat=True)) == shown


# --- moving pictures


def with_cine(kind: str, **options: object) -> Protocol:
    """Where every arm shows SPECT, its moving pictures tell no arm."""
    plain = aided_side_by_side(**options)
    return replace(
        plain,
        arms=plain.arms[:2],
        reference_arm="A",
        display=replace(plain.display, cine=(kind,)),
        intake=Intake(also=(CINE_FILES[kind],)),
    )


with_projections = partial(with_cine, "projections")
with_beats = partial(with_cine, "gated")


def cine_of(case: Case, kind: str, state: str, **changes: object) -> Cine:
    ready = {"status": Cine.Status.READY, "key": "d" * 64, "frames": 8}
    spect = Image.objects.get(case=case, image_set="spect", state=state) if kind == "gated" else None
    return Cine.objects.create(
        case=case,
        kind=kind,
        state=state,
        dicom_keys=["0" * 64],
        placed_by=spect,
        lease_until=timezone.now() + timedelta(hours=1),
        **{**ready, **changes},
    )


def open_it(planned: Draft) -> ReadingStudy:
    return open_study(
        actor=planned.investigator, study=planned.study, password=PASSWORD, reason="All cases are in"
    )


def test_moving_pictures_are_the_same_in_every_arm_and_only_of_the_kinds_that_are_shown():
    planned = frozen(per_site=(2,), readers=1, template=with_projections)
    cine_of(planned.cases[0], "projections", "stress")
    cine_of(planned.cases[0], "gated", "rest")
    allocation = allocate(actor=planned.investigator, study=planned.study)
    open_it(planned)
    assert [cine["kind"] for cine in allocation.inputs["cines"]] == ["projections"]
    of_case = {key.token for key in assignments(planned.study) if key.case_id == planned.cases[0].id}
    assert len(of_case) == 2
    assert {
        (cine.read_id, cine.kind, cine.state, cine.key, cine.frames, cine.apex_k)
        for cine in ReadCine.objects.all()
    } == {(token, "projections", "stress", "d" * 64, 8, None) for token in of_case}


def test_a_beat_has_the_ventricle_it_is_placed_by():
    planned = frozen(per_site=(1,), readers=1, template=with_beats)
    cine = cine_of(planned.cases[0], "gated", "stress")
    allocate(actor=planned.investigator, study=planned.study)
    open_it(planned)
    assert ReadCine.objects.count() == 2
    for laid_out in ReadCine.objects.all():
        assert (laid_out.kind, laid_out.dims, laid_out.spacing_mm) == ("gated", [80, 80, 64], 2)
        assert laid_out.base_k == cine.placed_by.lv["base_k"]


def test_nothing_is_allocated_while_a_moving_picture_is_being_prepared():
    planned = frozen(per_site=(1,), readers=1, template=with_projections)
    cine_of(planned.cases[0], "projections", "stress", status=Cine.Status.DERIVING, key="", frames=None)
    with pytest.raises(Conflict) as refusal:
        allocate(actor=planned.investigator, study=planned.study)
    assert refusal.value.code == "cines"
    assert planned.cases[0].subject in refusal.value.message
    Cine.objects.update(status=Cine.Status.READY, key="d" * 64, frames=8)
    allocate(actor=planned.investigator, study=planned.study)


def test_a_moving_picture_that_changed_after_the_allocation_stops_the_opening():
    planned = frozen(per_site=(1,), readers=1, template=with_projections)
    cine_of(planned.cases[0], "projections", "stress")
    allocate(actor=planned.investigator, study=planned.study)
    Cine.objects.update(superseded_at=timezone.now())
    with pytest.raises(Conflict) as refusal:
        open_it(planned)
    assert refusal.value.code == "images_changed"


def test_a_list_that_was_sealed_before_there_were_contours_is_opened(monkeypatch):
    planned = frozen(per_site=(1,), readers=1)
    today = queries.images_of

    def images_of_then(cases):
        return [
            {name: value for name, value in image.items() if name != "contour_key"} for image in today(cases)
        ]

    monkeypatch.setattr(queries, "images_of", images_of_then)
    allocation = allocate(actor=planned.investigator, study=planned.study)
    monkeypatch.undo()
    assert "contour_key" not in allocation.inputs["images"][0]
    assert open_it(planned)
