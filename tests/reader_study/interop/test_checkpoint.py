"""An answer of an archive is never taken by the thread that listens for its requests."""

import threading
import time

from reader_study.interop.sending.checkpoint import Checkpoint


def test_nobody_is_on_the_way_past_a_checkpoint_that_is_closed() -> None:
    checkpoint, passing, over = Checkpoint(), threading.Event(), threading.Event()

    def pass_again_and_again() -> None:
        while not over.is_set():
            checkpoint.wait()
            passing.set()
            time.sleep(0.001)
            passing.clear()

    reactor = threading.Thread(target=pass_again_and_again)
    reactor.start()
    try:
        for _ in range(200):
            passing.wait()
            checkpoint.clear()
            assert not passing.is_set()
            checkpoint.set()
    finally:
        over.set()
        checkpoint.set()
        reactor.join()


def test_who_has_ended_keeps_nobody_waiting_for_good() -> None:
    checkpoint = Checkpoint()
    threading.Timer(0.05, checkpoint.set).start()  # as the library does when an association ends
    checkpoint.clear()
    assert checkpoint.is_set()
