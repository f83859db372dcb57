"""Opened studies with real pictures for real readers: `python -m tests.e2e.reading.studies` fills an empty database.

Hearts in three arms, a heart in two steps, two sets beside each other, a brain, one study that is over, one that is
frozen, whose reader has to qualify, and one that was read by others to the last read, with an adjudicator.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import django
import numpy as np
from django.core.management import call_command

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from inference.brain import neutral as brain  # noqa: E402
from inference.heart import contour, polar  # noqa: E402
from inference.heart.neutral import neutral_volume  # noqa: E402
from inference.heart.ventricle import find_left_ventricle  # noqa: E402
from inference.objects import ObjectStore  # noqa: E402
from inference.volume import Volume  # noqa: E402
from reader_study.allocation.actions import allocate  # noqa: E402
from reader_study.cases.models import Cine, Image  # noqa: E402
from reader_study.reading.opening import open_study  # noqa: E402
from reader_study.studies.actions import add_member, transition  # noqa: E402
from reader_study.studies.charter_conduct import Qualification, Threshold  # noqa: E402
from reader_study.studies.models import Role, Study  # noqa: E402
from reader_study.studies.organs import ImageSet  # noqa: E402
from reader_study.studies.protocol import Arm, Intake, Protocol  # noqa: E402
from reader_study.studies.templates import aided_sequential, brain_attenuation, kawakubo_replica  # noqa: E402
from tests.e2e.reading.studies_named import (  # noqa: E402
    ADJUDICATED,
    BRAINS,
    HEARTS,
    OVER,
    QUALIFYING,
    SIDE_BY_SIDE,
    STEPS,
)
from tests.inference.heart import phantom  # noqa: E402
from tests.reader_study.allocation.drafts import (  # noqa: E402
    PASSWORD,
    Draft,
    complete_case,
    draft,
    sign_charter,
    user,
)
from tests.reader_study.brain.heads import head  # noqa: E402
from tests.reader_study.reading.adjudications import RULE, join, sign_all  # noqa: E402
from tests.reader_study.reading.reads import Desk  # noqa: E402
from tests.reader_study.studies.second_person import unblind  # noqa: E402
from tests.reader_study.studies.states import unchecked  # noqa: E402

READERS = 3

VIEWS, BEATS = 60, 8


def main() -> None:
    call_command("migrate", verbosity=0)
    hearts = {
        "stress": heart(phantom.volume(phantom.one_defect(10), background=0.05)),
        "rest": heart(phantom.volume(background=0.05)),
    }
    heads = {"perfusion": {"neutral_key": _kept(brain.neutral_volume(brain.find_brain(head())).to_bytes())}}
    planned: dict[str, tuple[Callable[..., Protocol], dict[str, dict[str, object]]]] = {
        HEARTS: (kawakubo_replica, hearts),
        STEPS: (aided_sequential, hearts),
        SIDE_BY_SIDE: (_side_by_side, hearts),
        BRAINS: (brain_attenuation, heads),
        OVER: (kawakubo_replica, hearts),
    }
    studies = {}
    for title, (template, pictures) in planned.items():
        made = draft(
            template=partial(_titled, template, title),
            title=title,
            per_site=(2, 1) if title == HEARTS else (1, 1),
            readers=1 if title == OVER else READERS,
        )
        show(made, pictures)
        begin(made)
        studies[title] = made
    complete_case(
        studies[STEPS].study, studies[STEPS].cases[0].site, 9
    )  # too late for the list that is sealed
    _end(studies[OVER])
    studies[QUALIFYING] = _qualifying(hearts)
    studies[ADJUDICATED] = _discordant(hearts)
    print(json.dumps({title: str(made.study.pk) for title, made in studies.items()}))


def _titled(template: Callable[..., Protocol], name: str, **given: object) -> Protocol:
    return template(**{**given, "reader_title": name})


def _side_by_side(**given: object) -> Protocol:
    """Every arm shows SPECT, so that its moving pictures tell nobody the arm."""
    charter = kawakubo_replica(**given)  # type: ignore[arg-type]
    return replace(
        charter,
        arms=(
            Arm("A", "SPECT with virtual PET", ((ImageSet.SPECT, ImageSet.VIRTUAL_PET),)),
            Arm("B", "SPECT", ((ImageSet.SPECT,),)),
        ),
        reference_arm="B",
        sessions=2,
        intake=Intake(also=("projections", "gated_spect")),
        display=replace(charter.display, cine=("gated", "projections")),
    )


def _qualifying(pictures: dict[str, dict[str, object]]) -> Draft:
    """Three cases and a reader of its own; what trains and tests is chosen on its page."""
    asked = Qualification(
        training_cases=1, test_cases=1, threshold=Threshold("exact", 0.9), attempts=2, valid_days=180
    )
    made = draft(
        template=partial(_titled, kawakubo_replica, QUALIFYING),
        title=QUALIFYING,
        per_site=(2, 1),
        readers=0,
        qualification=asked,
    )
    reader = user("Quinn Qualifier")
    add_member(actor=made.investigator, study=made.study, email=reader.email, role=Role.READER)
    show(made, pictures)
    sign_charter(made.study, made.investigator)
    return made


def _kept(content: bytes) -> str:
    return ObjectStore(settings.OBJECT_STORE).put(content)


def heart(image: Volume) -> dict[str, object]:
    """What a study keeps of a short-axis image: the columns of its row, and the voxels."""
    ventricle = find_left_ventricle(image)
    neutral = neutral_volume(image, ventricle)
    wall = polar.wall_of(neutral)
    return {
        "neutral_key": _kept(neutral.to_bytes()),
        "polar_key": _kept(polar.encode(polar.in_per_cent(wall.activity))),
        "contour_key": _kept(contour.encode(wall.distance_mm)),
        "lv": dict(neutral.lv),
        "voxels": neutral.voxels,
    }


def begin(made: Draft) -> None:
    sign_charter(made.study, made.investigator)
    allocate(actor=made.investigator, study=made.study)
    reason = "All cases are in"
    open_study(actor=made.investigator, study=made.study, password=PASSWORD, reason=reason)


def show(made: Draft, pictures: dict[str, dict[str, object]]) -> None:
    """Real pictures in the place of the stand-ins, the same in every arm, and what moves."""
    for state, picture in pictures.items():
        columns = {name: value for name, value in picture.items() if name != "voxels"}
        images = Image.objects.filter(case__in=made.cases, state=state)
        images.update(**columns)
        if "voxels" not in picture:
            continue
        beat = np.stack([np.asarray(picture["voxels"]) * (1 - 0.05 * frame) for frame in range(BEATS)])
        views = np.random.default_rng(1).integers(0, 40_000, (VIEWS, 64, 64))
        for image in images.filter(image_set="spect"):
            for kind, frames in (("gated", beat), ("projections", views)):
                Cine.objects.create(
                    case=image.case,
                    state=state,
                    kind=kind,
                    dicom_keys=["0" * 64],
                    placed_by=image if kind == "gated" else None,
                    status=Cine.Status.READY,
                    key=_kept(frames.astype("<u2").tobytes()),
                    frames=len(frames),
                )


def _discordant(pictures: dict[str, dict[str, object]]) -> Draft:
    """Two cases in three arms, all read; in one arm of each the readers differ. They read in no other study."""
    made = draft(
        template=partial(_titled, kawakubo_replica, ADJUDICATED),
        title=ADJUDICATED,
        per_site=(1, 1),
        readers=0,
        adjudication=RULE,
    )
    made.readers.extend(user(f"Differing {number}") for number in (1, 2))
    for reader in made.readers:
        add_member(actor=made.investigator, study=made.study, email=reader.email, role=Role.READER)
    show(made, pictures)
    begin(made)
    sign_all(made, discordant=[("A-0001", "A"), ("B-0001", "C")])
    join(made, "Judge 1")
    return made


def _end(made: Draft) -> None:
    client = Client(SERVER_NAME="localhost")
    client.force_login(made.readers[0])
    desk = Desk(client)
    while token := next(
        study["next"] for study in desk.worklist()["studies"] if study["id"] == str(made.study.pk)
    ):
        assert desk.finish(token, score=1).status_code == 201
    with unchecked():
        transition(study=made.study, to=Study.State.LOCKED, actor=None, reason="every read is signed")
    unblind(made.study, investigator=made.investigator)


if __name__ == "__main__":
    main()
