"""Two people who act on one study at once, each on a connection and in a transaction of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from django.db import connection, transaction

Answer = TypeVar("Answer")
REACHES_THE_DATABASE = 0.5  # seconds: later it proves less and fails no test


def during(
    first: Callable[[], object], late: Callable[[], Answer], *, then: Callable[[], object] = lambda: None
) -> Answer:
    """What comes of an act that begins after `first` and before `then`, which are one transaction of somebody else."""

    def act() -> Answer:
        try:
            return late()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as person:
        with transaction.atomic():
            first()
            answer = person.submit(act)
            wait([answer], timeout=REACHES_THE_DATABASE)
            then()
        return answer.result()
