"""Where pynetdicom's reactor stops while a request waits for its answer.

The library (3.0.4, `Association._run_reactor`) asks only whether the reactor is about to stop. One that was passing
through just then takes the answer for a request of its own, drops it, and the sender waits in vain until its time-out.
"""

import threading

_LONGEST = 5.0  # seconds that a reactor needs at most to come round; one that has ended never does


class Checkpoint(threading.Event):
    """Open while set. `clear` returns when whoever passes here by `wait` has stopped, or has ended."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = threading.Condition()
        self._stopped = False
        super().set()

    def set(self) -> None:
        with self._changed:
            super().set()
            self._stopped = False
            self._changed.notify_all()

    def clear(self) -> None:
        with self._changed:
            super().clear()
            self._changed.wait_for(lambda: self._stopped or self.is_set(), timeout=_LONGEST)

    def wait(self, timeout: float | None = None) -> bool:
        with self._changed:
            while not self.is_set():
                self._stopped = True
                self._changed.notify_all()
                if not self._changed.wait(timeout):
                    return False
            return True
