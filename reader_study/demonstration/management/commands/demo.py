import fcntl
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command

from reader_study import embedded_postgres, queue
from reader_study.accounts.models import User
from reader_study.demonstration import plan
from reader_study.demonstration.conductor import Conductor, StepFailed
from reader_study.demonstration.person import Person, Refused
from reader_study.demonstration.processes import Processes, StartFailed, installation, port_is_free
from reader_study.demonstration.progress import step
from reader_study.demonstration.table import result_table


class Command(BaseCommand):
    help = "Conduct a whole blinded reading study on simulated patients, then stay up for you to look around."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="conduct the study, print the result, and end"
        )
        parser.add_argument(
            "--reset", action="store_true", help="start over: forget what an earlier demo did"
        )
        parser.add_argument("--port", type=int, default=8000, help="of the web server (default 8000)")
        parser.add_argument(
            "--patients", type=int, default=12, help="simulated patients (default 12; at least 4)"
        )

    def handle(self, *args: Any, once: bool, reset: bool, port: int, patients: int, **options: Any) -> None:
        if patients < 4:
            raise CommandError("--patients must be at least 4: two at each of two sites.")
        for end in (signal.SIGTERM, signal.SIGINT):  # a shell's background job would ignore the second
            signal.signal(end, signal.default_int_handler)
        began = time.monotonic()
        var = settings.VAR
        with self._alone(var):
            if reset:
                self._reset(var, port)
            self._conduct(var, port=port, patients=patients, once=once, began=began)

    @contextmanager
    def _alone(self, var: Path) -> Iterator[None]:
        """Two demos on one folder would take each other's database away."""
        var.parent.mkdir(parents=True, exist_ok=True)
        with var.with_name(f"{var.name}.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CommandError(f"A demo runs already on {var}: end it first.") from None
            yield

    def _conduct(self, var: Path, *, port: int, patients: int, once: bool, began: float) -> None:
        var.mkdir(parents=True, exist_ok=True)
        started = False
        try:
            with step("Database"):
                # With another database it still holds the queue, unless BROKER_URL names another one, too.
                embedded = settings.EMBEDDED_DATABASE or settings.EMBEDDED_QUEUE
                started = embedded and embedded_postgres.start()
                self._migrate()
            with installation(port=port, var=var) as processes:
                self._run(processes, port=port, patients=patients, once=once, began=began)
        except KeyboardInterrupt:
            self.stdout.write("\nStopped.")
            sys.exit(130)
        except (StartFailed, StepFailed, Refused, TimeoutError, RuntimeError) as problem:
            raise CommandError(f"{problem}\nLogs: {var / 'log'}") from None
        finally:
            if started:
                embedded_postgres.stop()

    def _reset(self, var: Path, port: int) -> None:
        if not settings.EMBEDDED_DATABASE:
            raise CommandError(
                "--reset removes the embedded database only; empty the one of DATABASE_URL yourself."
            )
        if not port_is_free(port):
            raise CommandError(f"Port {port} is taken: end the running demo before --reset.")
        embedded_postgres.remove()
        shutil.rmtree(var, ignore_errors=True)

    def _migrate(self) -> None:
        if settings.EMBEDDED_QUEUE:
            queue.install(settings.QUEUE_ADDRESS)
        call_command("migrate", verbosity=0)
        if not User.objects.filter(email=plan.ADMINISTRATOR.email).exists():
            record = plan.Record.load(settings.VAR / "record.json")
            os.environ["DJANGO_SUPERUSER_PASSWORD"] = record.password(plan.ADMINISTRATOR)
            call_command(
                "createsuperuser",
                interactive=False,
                email=plan.ADMINISTRATOR.email,
                full_name=plan.ADMINISTRATOR.full_name,
                verbosity=0,
            )

    def _run(self, processes: Processes, *, port: int, patients: int, once: bool, began: float) -> None:
        base = f"http://127.0.0.1:{port}"
        with step("Web server and workers"):
            self._wait_for_server(processes, port)
        conductor = Conductor(base=base, var=settings.VAR, patients=patients, watch=processes.watch)
        conductor.conduct()
        self.stdout.write(f"\n{result_table(settings.VAR / 'report.json')}")
        self.stdout.write(f"\nReport: {settings.VAR / 'report.pdf'}, {settings.VAR / 'report.json'}")
        self.stdout.write(f"Done after {time.monotonic() - began:.0f} s.")
        if once:
            return
        self._say_hello(base, conductor.record)
        while True:
            processes.watch()
            time.sleep(1)

    def _wait_for_server(self, processes: Processes, port: int) -> None:
        end = time.monotonic() + 60
        while port_is_free(port):
            processes.watch()
            if time.monotonic() > end:
                raise StartFailed("The web server did not come up within a minute.")
            time.sleep(0.1)
        record = plan.Record.load(settings.VAR / "record.json")
        Person(f"http://127.0.0.1:{port}", plan.ADMINISTRATOR.email, record.password(plan.ADMINISTRATOR))

    def _say_hello(self, base: str, record: plan.Record) -> None:
        who = [
            ("Reader: score the open study", plan.READER),
            ("Investigator: report of the finished study", plan.INVESTIGATOR),
            ("Monitor: look at progress, approve unblinding", plan.MONITOR),
            ("Coordinator of site A: upload a patient", plan.COORDINATORS["A"]),
        ]
        lines = [f"  {what:<45} {account.email:<30} {record.password(account)}" for what, account in who]
        self.stdout.write(
            f"\nEverything here is SIMULATED DATA. Open  {base}\n\n"
            + "\n".join(lines)
            + f"\n\nA patient to upload as coordinator: {settings.VAR / 'one-more-patient'}\nCtrl-C ends the demo."
        )
