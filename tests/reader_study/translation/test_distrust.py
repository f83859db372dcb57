"""Nothing that a worker reports is believed that does not agree with what was asked."""

from typing import Any

import pytest
from django.utils import timezone

from reader_study.cases.models import Image
from reader_study.cases.storage import store
from reader_study.celery import app
from reader_study.translation.models import TranslationJob
from tests.reader_study.translation.worker import order, overdue

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"model": {"name": "other", "version": "1", "digest": "e" * 64}}, "manifest"),
        ({"input_keys": ["f" * 64]}, "manifest"),
        ({"output_key": "0" * 64}, "result_missing"),
        ({"output_key": "../../etc/passwd"}, "result_missing"),
        ({"output_key": None}, "result_missing"),
        ({"uncertainty_key": "0" * 64}, "result_missing"),
        ({"uncertainty_key": "../../etc/passwd"}, "result_missing"),
    ],
)
def test_a_report_is_not_believed(job: TranslationJob, work: Any, changed: dict[str, Any], code: str) -> None:
    waiting = order()
    waiting.start()
    waiting.finish(**changed)
    work()
    job.refresh_from_db()
    assert (job.state, job.code) == ("queued", code)
    assert not Image.objects.filter(image_set="virtual_pet").exists()


def test_an_image_that_is_not_marked_as_synthetic_is_not_used(job: TranslationJob, work: Any) -> None:
    waiting = order()
    waiting.start()
    waiting.finish(output_key=waiting.inputs[0])
    work()
    job.refresh_from_db()
    assert (job.state, job.code) == ("queued", "not_marked")


def test_an_uncertainty_that_is_not_marked_or_is_the_image_is_not_used(
    job: TranslationJob, work: Any, sweep: Any
) -> None:
    for code in ("not_marked", "manifest"):
        waiting = order()
        waiting.start()
        image = waiting.result()["output_key"]
        waiting.finish(uncertainty_key=waiting.inputs[0] if code == "not_marked" else image)
        work()
        job.refresh_from_db()
        assert (job.state, job.code) == ("queued", code)
        overdue(job, sweep)
    assert not Image.objects.filter(image_set="virtual_pet").exists()


def test_a_damaged_result_is_not_used(job: TranslationJob, work: Any) -> None:
    waiting = order()
    waiting.start()
    key = waiting.result()["output_key"]
    store().path(key).write_bytes(b"damaged")
    app.send_task(
        "translation.record_manifest", [waiting.job, waiting.fence, {**waiting.result(), "output_key": key}]
    )
    store().path(key).write_bytes(b"damaged")
    work()
    job.refresh_from_db()
    assert (job.state, job.code) == ("queued", "result_missing")


def test_a_result_for_a_replaced_spect_is_not_used(job: TranslationJob, work: Any) -> None:
    waiting = order()
    waiting.start()
    Image.objects.filter(pk=job.image_id).update(superseded_at=timezone.now())
    waiting.finish()
    work()
    job.refresh_from_db()
    assert (job.state, job.code) == ("failed", "superseded")
