"""What came back is kept with all that says how it was made."""

import io
from typing import Any

import pytest
from pydicom import dcmread

from reader_study.audit.models import Entry
from reader_study.cases.models import Image
from reader_study.translation.models import TranslationJob
from tests.reader_study.cases.world import World
from tests.reader_study.translation.worker import MODEL, order

pytestmark = pytest.mark.django_db


def test_a_ready_spect_gets_its_virtual_pet_with_full_provenance(
    job: TranslationJob, work: Any, world: World, client_of: Any
) -> None:
    assert (job.state, job.attempts, job.model_digest) == ("leased", 1, MODEL.digest)
    waiting = order()
    waiting.start()
    waiting.finish()
    work()
    job.refresh_from_db()
    assert (job.state, job.starts, job.code) == ("done", 1, "")
    image = Image.objects.get(image_set="virtual_pet")
    assert job.output == image and (image.state, image.status, image.source) == (
        "stress",
        "ready",
        "translation",
    )
    provenance = image.provenance
    assert provenance["model"] == {"name": "identity", "version": "1.0", "digest": MODEL.digest}
    assert provenance["input_keys"] == job.image.dicom_keys and provenance["device"] == "cpu"
    assert Entry.objects.filter(action="translation.recorded").count() == 1
    browser = client_of(world.investigator)
    shown = browser.get(f"/api/studies/{world.study.id}/translations").json()
    assert [(row["state"], row["seconds"], row["case"]["subject"]) for row in shown] == [
        ("done", 1.5, "A-0001")
    ]
    file = browser.get(f"/api/images/{image.id}/dicom")
    header = dcmread(io.BytesIO(file.content))
    assert (header.SyntheticData, header.PatientID) == ("YES", "A-0001")
    assert file["Content-Disposition"] == 'attachment; filename="A-0001-virtual-pet-stress.dcm"'


def test_the_uncertainty_comes_with_the_image(job: TranslationJob, work: Any) -> None:
    waiting = order()
    waiting.start()
    waiting.finish(uncertainty_key=waiting.uncertainty())
    work()
    image = Image.objects.get(image_set="virtual_pet")
    assert (image.status, image.uncertainty_dicom_key) == ("ready", waiting.uncertainty())
    assert image.uncertainty_segments == pytest.approx([0.05 * v for v in image.segments], abs=0.02)


def test_one_network_alone_is_not_called_certain(job: TranslationJob, work: Any) -> None:
    waiting = order()
    waiting.start()
    waiting.finish(uncertainty_key=waiting.uncertainty(share=0), members=1)
    work()
    image = Image.objects.get(image_set="virtual_pet")
    assert (image.status, image.uncertainty_dicom_key) == ("ready", "")


def shown(job: TranslationJob, world: World, client_of: Any) -> dict[str, Any]:
    """The virtual PET as the page of its case gets it."""
    images = client_of(world.coordinator_a).get(f"/api/cases/{job.image.case_id}").json()["images"]
    (image,) = (image for image in images if image["image_set"] == "virtual_pet")
    return dict(image)


def test_the_case_says_how_many_networks_made_the_image_and_what_they_doubted(
    job: TranslationJob, work: Any, world: World, client_of: Any
) -> None:
    waiting = order()
    waiting.start()
    waiting.finish(members=3, flags=["apex_uncertain"])
    work()
    doubt = "The apex could not be placed with certainty."
    image = shown(job, world, client_of)
    assert image["model"] == {
        "name": "identity", "version": "1.0", "digest": MODEL.digest, "members": 3, "flags": [doubt]
    }  # fmt: skip
    assert doubt in image["flags"]


def test_a_worker_that_knows_no_uncertainty_is_still_served(
    job: TranslationJob, work: Any, world: World, client_of: Any
) -> None:
    waiting = order()
    waiting.start()
    waiting.finish()
    work()
    image = Image.objects.get(image_set="virtual_pet")
    assert (image.status, image.uncertainty_dicom_key, image.uncertainty_segments) == ("ready", "", None)
    model = shown(job, world, client_of)["model"]
    assert (model["members"], model["flags"]) == (None, [])
