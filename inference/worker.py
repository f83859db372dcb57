"""The GPU worker: an object key comes in, a manifest goes out. It knows no database and no web application.

    celery -A inference.worker worker -Q gpu -P threads -c 1 -n gpu@%h

BROKER_URL (with BROKER_OPTIONS, a JSON object of transport options) is the queue, OBJECT_STORE the folder of objects.
Messages carry names and numbers only; the names of tasks, and the order of their arguments, are the contract.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import torch
from celery import Celery

from inference.correct.method import CHANG
from inference.objects import ObjectStore
from inference.translation.correcting import correct_object
from inference.translation.job import JobFailed, translate_object

logger = logging.getLogger(__name__)
torch.set_num_threads(1)  # one job at a time; spinning threads cost more than they bring

_BROKER = os.environ["BROKER_URL"]
_ON_POSTGRES = _BROKER.startswith("pgmq")
app = Celery("inference")
app.conf.update(
    broker_url=_BROKER,
    broker_transport_options=json.loads(
        os.environ.get("BROKER_OPTIONS") or ("{}" if _ON_POSTGRES else '{"confirm_publish": true}')
    ),
    broker_connection_retry_on_startup=True,
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # Both sides declare the same queues, or RabbitMQ refuses the second.
    task_default_queue="default",
    task_default_queue_type="classic" if _ON_POSTGRES else "quorum",
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    # The PostgreSQL queue would get a new table at every start.
    worker_enable_remote_control=not _ON_POSTGRES,
)


@app.task(name="inference.translate")
def translate(
    job_id: str, fence: int, input_keys: list[str], model_digest: str, settings: dict[str, Any]
) -> None:
    """Make one image by a model, or by Chang's method; report the start, then the manifest or why there is none."""
    _report("translation.started", job_id, fence)
    try:
        store = ObjectStore(Path(os.environ["OBJECT_STORE"]))
        manifest = (
            correct_object(store, input_keys=input_keys, settings=settings)
            if model_digest == CHANG.digest
            else translate_object(store, input_keys=input_keys, model_digest=model_digest, settings=settings)
        )
    except JobFailed as problem:
        logger.warning("job %s: %s", job_id, problem.message)
        _report("translation.record_failure", job_id, fence, problem.code, problem.message)
    except Exception as error:  # whatever went wrong, the other side must hear of it
        logger.exception("job %s failed unexpectedly", job_id)
        message = f"The worker failed unexpectedly ({type(error).__name__})."
        _report("translation.record_failure", job_id, fence, "unexpected", message)
    else:
        _report("translation.record_manifest", job_id, fence, manifest)


def _report(task: str, *arguments: object) -> None:
    app.send_task(task, arguments, queue="default")
