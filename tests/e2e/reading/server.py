"""The application as it runs, on a PostgreSQL of its own: a web server that can be killed and started again."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from reader_study.demonstration.person import Person
from tests.e2e.conftest import free_port

ROOT = Path(__file__).resolve().parents[3]
_DATABASE = "from reader_study import embedded_postgres as p; p.{call}(); print(p.address('app', 'postgres'))"
READ_EVENTS = """
    SELECT seq, id::text, kind, state, segment, name, value, elapsed_ms, at, hash
    FROM reading_event WHERE read_id = %s ORDER BY seq
"""


@dataclass
class Server:
    base: str
    environment: dict[str, str]
    log: Path
    database: str = ""  # its address
    studies: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        port = self.base.rsplit(":", 1)[1]
        command = ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port, "--workers", "1"]
        command += ["--blocking-threads", "6", "--log-level", "warning", "reader_study.wsgi:application"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + 60
        while not _answers(int(port)):
            assert self._process.poll() is None and time.monotonic() < end, self.log.read_text()[-2000:]
            time.sleep(0.1)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """Takes what is asked and answers nothing, until it is killed in the end."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            self.kill()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Whatever happens to it meanwhile, it is there again afterwards."""
        try:
            yield
        finally:
            self.start()

    def kill(self) -> None:
        """As when the power fails, web server and its worker: nothing is finished."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def rows(self, query: str, *given: object) -> list[dict[str, Any]]:
        with psycopg.connect(self.database, row_factory=dict_row, autocommit=True) as connection:
            return connection.execute(query, given).fetchall()

    def end_sessions(self) -> int:
        with psycopg.connect(self.database, autocommit=True) as connection:
            return connection.execute("DELETE FROM django_session").rowcount

    def next_of(self, title: str, reader: Person) -> str:
        """The read of a study that is due to a reader."""
        studies = reader.get("/api/reading/worklist")["studies"]
        token: str = next(study["next"] for study in studies if study["id"] == self.studies[title])
        return token

    def ledger(self, token: str) -> list[dict[str, Any]]:
        """The acts of a read, once it is sure that they are numbered without a gap and that their chain holds."""
        events = self.rows(READ_EVENTS, token)
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        assert len({event["id"] for event in events}) == len(events)
        after = hashlib.sha256(token.encode()).hexdigest()
        for event in events:
            moment = event["at"].astimezone(UTC).isoformat(timespec="milliseconds")
            linked = {name: value for name, value in event.items() if name != "hash"}
            linked |= {"after": after, "at": moment.replace("+00:00", "Z")}
            canonical = json.dumps(linked, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            after = hashlib.sha256(canonical.encode()).hexdigest()
            assert event["hash"] == after, f"the chain is broken at {event['seq']}"
        return events

    def scored(self, token: str) -> list[tuple[str, int, Any]]:
        """Every score that was ever given, in order: state, segment, value."""
        scores = [event for event in self.ledger(token) if event["kind"] == "score"]
        return [(event["state"], event["segment"], event["value"]) for event in scores]

    def sheet(self, token: str) -> dict[str, Any]:
        [sheet] = self.rows(
            "SELECT scores, fields, version FROM reading_scoresheet WHERE read_id = %s", token
        )
        return sheet

    def python(self, *arguments: str) -> str:
        """The last line of what a program prints that works on the same database."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip().splitlines()[-1]

    def add(self, studies: str) -> None:
        """The studies that a module makes: it prints their ids by their titles."""
        self.studies |= json.loads(self.python("-m", studies))


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def serving(studies: str, var: Path) -> Iterator[Server]:
    """A server whose database the module `studies` fills."""
    ours = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment = ours | {"READER_STUDY_VAR": str(var), "DJANGO_SETTINGS_MODULE": "reader_study.settings"}

    made = Server(f"http://127.0.0.1:{free_port()}", environment, var / "web.log")
    made.database = made.python("-c", _DATABASE.format(call="start"))
    try:
        made.add(studies)
        made.start()
        yield made
        made.kill()
    finally:
        made.python("-c", _DATABASE.format(call="stop"))
