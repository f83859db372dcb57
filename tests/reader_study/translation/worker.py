"""The worker of these tests: takes the real message from the GPU queue, sends the real messages back.

Its "network" hands the input on.
"""

import io
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from pydicom import dcmread

from inference.dicom.derived import derived_nm
from inference.dicom.read import read_volume
from inference.dicom.write import to_bytes
from inference.model import ModelIdentity
from inference.objects import digest_of
from inference.volume import Volume
from reader_study.cases.storage import store
from reader_study.celery import app
from reader_study.translation import actions
from reader_study.translation.models import TranslationJob
from tests.reader_study.cases.world import take

MODEL = ModelIdentity(name="identity", version="1.0", digest="d" * 64)
NEWER = ModelIdentity(name="identity", version="2.0", digest="e" * 64)


@dataclass
class Order:
    """A message in the hands of a worker."""

    job: str
    fence: int
    inputs: list[str]
    digest: str
    settings: dict[str, Any]

    def start(self) -> None:
        app.send_task("translation.started", [self.job, self.fence])

    def uncertainty(self, share: float = 0.05) -> str:
        """The key of an uncertainty that is a share of the image."""
        name = digest_of(json.dumps([self.inputs, self.digest, self.settings, "uncertainty"]).encode())
        source = store().get(self.inputs[0])
        volume = read_volume([source])
        spread = Volume(share * volume.voxels, volume.affine, volume.kind)
        header = dcmread(io.BytesIO(source))
        made = derived_nm(spread, source=header, model=MODEL, name=name, role="uncertainty")
        return store().put_named(name, to_bytes(made))

    def refuse(self, code: str, message: str) -> None:
        app.send_task("translation.record_failure", [self.job, self.fence, code, message])

    def result(self) -> dict[str, Any]:
        name = digest_of(json.dumps([self.inputs, self.digest, self.settings]).encode())
        source = store().get(self.inputs[0])
        made = derived_nm(read_volume([source]), source=dcmread(io.BytesIO(source)), model=MODEL, name=name)
        return {
            "output_name": name,
            "output_key": store().put_named(name, to_bytes(made)),
            "input_keys": self.inputs,
            "model": {"name": MODEL.name, "version": MODEL.version, "digest": MODEL.digest},
            "settings": self.settings,
            "device": "cpu",
            "torch": "2.13",
            "seconds": 1.5,
            "started_at": "2026-11-21T00:00:00Z",
        }

    def finish(self, **changed: Any) -> None:
        app.send_task("translation.record_manifest", [self.job, self.fence, {**self.result(), **changed}])


def order() -> Order:
    message = take("gpu")
    assert message is not None and message[0] == "inference.translate"
    return Order(*message[1])


def overdue(job: TranslationJob, sweep: Any) -> None:
    TranslationJob.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep()


def fail(job: TranslationJob, code: str = "exhausted") -> None:
    TranslationJob.objects.filter(pk=job.pk).update(
        state="failed", code=code, starts=actions.STARTS, finished_at=timezone.now()
    )
