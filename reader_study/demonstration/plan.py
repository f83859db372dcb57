"""What the demo conducts: two studies, their people, their patients. All of it is simulated."""

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reader_study.studies.protocol import Protocol
from reader_study.studies.templates import kawakubo_replica

COHORT_SEED = 20241
ONE_MORE_SEED = 20242
# Subjects and arms come in one order on every machine, identifiers and tokens differ; a real study draws its seed.
ALLOCATION_SEED = "5eed" * 16


@dataclass(frozen=True)
class Account:
    email: str
    full_name: str
    language: str = "en"


ADMINISTRATOR = Account("admin@demo.example", "Demo Administrator")
INVESTIGATOR = Account("pi@demo.example", "Prof. Mori (demo)")
MONITOR = Account(
    "monitor@demo.example", "Monitor (demo)"
)  # whom the administrator names: approves the unblinding
COORDINATORS = {
    "A": Account("coordinator.a@demo.example", "Coordinator, site A (demo)"),
    "B": Account("coordinator.b@demo.example", "Coordinator, site B (demo)"),
}
READER = Account("reader@demo.example", "Dr. Tanaka (demo)")
OBSERVERS = tuple(
    Account(f"observer{n}@demo.example", f"Simulated reader {n}", language)
    for n, language in ((1, "en"), (2, "ja"), (3, "en"))
)
SITES = {"A": "Simulated hospital A", "B": "Simulated hospital B"}


def finished_study() -> Protocol:
    return _replica("SPECT and virtual PET against PET (simulated)", "Simulated study 1")


def open_study() -> Protocol:
    return _replica("The same comparison, open for you (simulated)", "Simulated study 2")


def _replica(title: str, reader_title: str) -> Protocol:
    return kawakubo_replica(title=title, reader_title=reader_title, simulated=True, washout_days=0)


@dataclass
class Record:
    """What the demo has done so far and with which logins: kept on disk, so that a second start repeats nothing."""

    path: Path
    passwords: dict[str, str] = field(default_factory=dict)
    done: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> "Record":
        kept = json.loads(path.read_text()) if path.exists() else {}
        return cls(path, **kept)

    def save(self) -> None:
        temporary = self.path.with_suffix(".new")
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps({"passwords": self.passwords, "done": self.done}, indent=1))
        temporary.replace(self.path)

    def password(self, account: Account) -> str:
        """A password of this installation only: nothing in the repository opens an account."""
        if account.email not in self.passwords:
            self.passwords[account.email] = f"demo-{secrets.token_hex(6)}"
            self.save()
        return self.passwords[account.email]

    def finish(self, name: str, value: Any = True) -> None:
        self.done[name] = value
        self.save()
