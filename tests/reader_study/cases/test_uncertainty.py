"""The uncertainty of a virtual PET: in the image's own frame and scale, for those who check it, never for a reader."""

import io
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from pydicom import dcmread

from inference.dicom.derived import Role, derived_nm
from inference.dicom.write import to_bytes
from inference.heart.neutral import FULL_SCALE
from inference.model import ModelIdentity
from inference.volume import Volume
from reader_study.audit.models import Entry
from reader_study.cases import derivation
from reader_study.cases.actions import register_image
from reader_study.cases.models import Case, Image
from reader_study.cases.storage import store
from reader_study.reading import wall
from tests.reader_study.cases.world import World
from tests.reader_study.intake.files import Secrets, heart, nm_file

COLUMNS = (
    "uncertainty_dicom_key",
    "uncertainty_neutral_key",
    "uncertainty_polar_key",
    "uncertainty_segments",
)
MODEL = ModelIdentity(name="three networks", version="2.0", digest="d" * 64)
POINT = FULL_SCALE / 100
SOURCE = nm_file(heart(), state="stress", secrets=Secrets(1))


def made(volume: Volume, name: str, role: Role = "uncertainty") -> bytes:
    """As the worker writes it. Each file's numbers are stored in steps of its own."""
    source = dcmread(io.BytesIO(SOURCE))
    return to_bytes(derived_nm(volume, source=source, model=MODEL, name=name * 64, role=role))


def like(volume: Volume, voxels: np.ndarray) -> Volume:
    return Volume(voxels, volume.affine, volume.kind)


IMAGE = heart(weak_wall=0.6)
IMAGE_FILE = made(IMAGE, "a", "image")


def derived(spread: np.ndarray) -> derivation.Derived:
    return derivation.derive([IMAGE_FILE], uncertainty=made(like(IMAGE, spread), "b"))


class TestDerivation:
    def test_it_is_read_where_the_wall_of_the_image_was_found(self) -> None:
        found = derived(0.08 * IMAGE.voxels)
        assert found.uncertainty is not None
        assert found.uncertainty.segments == pytest.approx(
            [0.08 * value for value in found.segments], abs=0.02
        )

    def test_its_neutral_volume_is_that_of_the_image_voxel_for_voxel(self) -> None:
        found = derived(0.08 * IMAGE.voxels)
        assert found.uncertainty is not None
        image, spread = (
            np.frombuffer(data, "<u2").reshape(64, 80, 80).astype(float)
            for data in (found.neutral, found.uncertainty.neutral)
        )
        assert spread == pytest.approx(0.08 * image, abs=0.01 * POINT)

    def test_it_needs_no_shape_of_a_ventricle_to_lie_in_the_frame_of_one(self) -> None:
        found = derived(np.full_like(IMAGE.voxels, 5.0))
        assert found.uncertainty is not None
        (value,) = set(np.round(found.uncertainty.segments, 1))
        assert value == pytest.approx(5.0 / IMAGE.voxels.max() * 100, abs=0.5)
        polar = np.frombuffer(found.uncertainty.polar, "<u2")
        assert polar.size == 24 * 72 and polar / POINT == pytest.approx(value, abs=0.1)

    def test_a_doubt_about_one_wall_stays_on_that_wall(self) -> None:
        below = np.arange(64)[None, :, None] >= 36
        segments = derived(np.where(below, 6.0, 0.0) * np.ones_like(IMAGE.voxels)).uncertainty.segments  # type: ignore[union-attr]
        assert min(segments[n - 1] for n in (4, 10, 15)) > 4
        assert max(segments[n - 1] for n in (1, 7, 13)) == 0

    def test_the_image_is_the_same_with_and_without_it(self) -> None:
        alone, accompanied = derivation.derive([IMAGE_FILE]), derived(0.1 * IMAGE.voxels)
        assert alone.uncertainty is None
        for name in ("neutral", "polar", "lv", "segments", "flags"):
            assert getattr(alone, name) == getattr(accompanied, name)

    @pytest.mark.parametrize(
        "data", [b"no DICOM", made(like(IMAGE, IMAGE.voxels[:30]), "c"), SOURCE[:-2000]], ids=len
    )
    def test_one_that_cannot_be_used_leaves_the_image_with_a_flag(self, data: bytes) -> None:
        found = derivation.derive([IMAGE_FILE], uncertainty=data)
        assert found.uncertainty is None and "uncertainty_unusable" in found.flags
        assert found.neutral == derivation.derive([IMAGE_FILE]).neutral


@pytest.fixture
def image(world: World, work: Any, django_capture_on_commit_callbacks: Any) -> Image:
    """A ready virtual PET with its uncertainty."""
    case = Case.objects.create(
        study=world.study, site=world.site_a, number=1, subject="A-0001", subject_key=b"1" * 32
    )
    with django_capture_on_commit_callbacks(execute=True):
        image = register_image(
            case=case,
            image_set="virtual_pet",
            state="stress",
            source="translation",
            dicom_keys=[store().put(IMAGE_FILE)],
            uncertainty_key=store().put(made(like(IMAGE, 0.08 * IMAGE.voxels), "b")),
            provenance={},
            actor=None,
        )
    work()
    image.refresh_from_db()
    return image


@pytest.mark.django_db
class TestRecord:
    def test_a_prepared_image_has_it_and_the_journal_says_so(self, image: Image) -> None:
        assert image.status == "ready" and "uncertainty_unusable" not in image.flags
        assert len(image.uncertainty_segments) == 17
        assert len(store().get(image.uncertainty_neutral_key)) == len(store().get(image.neutral_key))
        assert len(store().get(image.uncertainty_polar_key)) == len(store().get(image.polar_key))
        registered = Entry.objects.get(action="cases.image_registered")
        prepared = Entry.objects.get(action="cases.image_derived")
        assert registered.detail["uncertainty"] == image.uncertainty_dicom_key
        assert prepared.detail["uncertainty"] == image.uncertainty_neutral_key

    @pytest.mark.parametrize(
        "values",
        [
            {"image_set": "pet", "source": "upload"},
            {"uncertainty_dicom_key": ""},
            {"uncertainty_polar_key": ""},
            {"uncertainty_segments": None},
            {"status": "failed", "neutral_key": "", "polar_key": ""},
        ],
        ids=str,
    )
    def test_the_database_itself_refuses_what_cannot_be(self, image: Image, values: dict[str, Any]) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Image.objects.filter(pk=image.pk).update(**values)

    @pytest.mark.parametrize("kind", ["neutral", "polar"])
    def test_the_database_never_takes_it_for_the_image(self, image: Image, kind: str) -> None:
        key = getattr(image, f"uncertainty_{kind}_key")
        with pytest.raises(IntegrityError, match="whole_and_no_image"), transaction.atomic():
            Image.objects.filter(pk=image.pk).update(**{f"{kind}_key": key})


@pytest.mark.django_db
class TestDoor:
    @pytest.mark.parametrize("who", ["coordinator_a", "investigator"])
    def test_who_checks_the_image_sees_it(self, image: Image, world: World, client_of: Any, who: str) -> None:
        browser = client_of(getattr(world, who))
        (shown,) = browser.get(f"/api/cases/{image.case_id}").json()["images"]
        assert shown["uncertainty"] == {"segments": image.uncertainty_segments}
        for address, key in {
            "volume": image.uncertainty_neutral_key,
            "polar": image.uncertainty_polar_key,
            "dicom": image.uncertainty_dicom_key,
        }.items():
            answer = browser.get(f"/api/images/{image.id}/uncertainty/{address}")
            assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
            assert answer.content == store().get(key)
        assert (
            answer["Content-Disposition"]
            == 'attachment; filename="A-0001-virtual-pet-stress-uncertainty.dcm"'
        )

    @pytest.mark.parametrize("who", ["coordinator_b", "monitor", "reader", "staff", "stranger"])
    @pytest.mark.parametrize("address", ["volume", "polar", "dicom"])
    def test_nobody_else_is_given_it(
        self, image: Image, world: World, client_of: Any, who: str, address: str
    ) -> None:
        answer = client_of(getattr(world, who)).get(f"/api/images/{image.id}/uncertainty/{address}")
        assert answer.status_code == 404

    def test_an_image_of_an_older_model_has_none_and_says_so(
        self, image: Image, world: World, client_of: Any
    ) -> None:
        Image.objects.update(**dict.fromkeys(COLUMNS[:3], ""), uncertainty_segments=None)
        browser = client_of(world.coordinator_a)
        assert browser.get(f"/api/cases/{image.case_id}").json()["images"][0]["uncertainty"] is None
        for address in ("volume", "polar", "dicom"):
            assert browser.get(f"/api/images/{image.id}/uncertainty/{address}").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("column", COLUMNS)
def test_the_database_role_of_readers_cannot_select_it(image: Image, world: World, column: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM cases_image")
        assert cursor.fetchone()[0]
    wall.enter(world.reader.pk)
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT {column} FROM cases_image")
    wall.leave()
