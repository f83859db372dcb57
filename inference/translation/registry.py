"""The translations that this package knows: every module of `tasks/` with its TASK."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from inference.translation import tasks
from inference.translation.task import Task


class UnknownTask(LookupError):
    """No task has this name. One sentence, which names those that there are."""


def _declared() -> dict[str, Task]:
    modules = (import_module(f"{tasks.__name__}.{found.name}") for found in iter_modules(tasks.__path__))
    return {module.TASK.name: module.TASK for module in modules}


TASKS = _declared()


def task_named(name: str) -> Task:
    """The task with this name, for instance "heart/spect-to-pet". Raises UnknownTask."""
    try:
        return TASKS[name]
    except KeyError:
        raise UnknownTask(f"There is no task {name}; there are {', '.join(sorted(TASKS))}.") from None
