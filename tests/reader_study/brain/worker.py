"""What the GPU worker does with its messages, without its process: the real model and the real correction."""

import torch

from inference.correct.method import CHANG
from inference.translation.correcting import correct_object
from inference.translation.job import JobFailed, translate_object
from reader_study.cases.storage import store
from reader_study.celery import app
from tests.reader_study.cases.world import take


def gpu() -> list[str]:
    """Do every job of the queue; returns the digests of what did them."""
    torch.set_num_threads(1)
    done = []
    while message := take("gpu"):
        job, fence, inputs, digest, settings = message[1]
        app.send_task("translation.started", [job, fence])
        try:
            manifest = (
                correct_object(store(), input_keys=inputs, settings=settings)
                if digest == CHANG.digest
                else translate_object(store(), input_keys=inputs, model_digest=digest, settings=settings)
            )
        except JobFailed as problem:
            app.send_task("translation.record_failure", [job, fence, problem.code, problem.message])
        else:
            app.send_task("translation.record_manifest", [job, fence, manifest])
        done.append(digest)
    return done
