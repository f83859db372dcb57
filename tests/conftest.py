"""One real PostgreSQL for the whole run; a throw-away object store for each test; no message leaves the process."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from hypothesis import HealthCheck
from hypothesis import settings as search
from pytest_django import DjangoDbBlocker

from reader_study import embedded_postgres

PASSWORD = "a password of the tests"

# The same examples each time: a change lands or not by what it changed. HYPOTHESIS_PROFILE=search draws new ones.
# A busy machine is late, not wrong.
search.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
search.register_profile("same", search.get_profile("search"), derandomize=True)
search.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_configure(config: pytest.Config) -> None:
    """The controller starts the embedded server once; xdist's workers find it running."""
    if not hasattr(config, "workerinput") and "DATABASE_URL" not in os.environ:
        config.stash[_STARTED] = embedded_postgres.start(durable=False)


def pytest_unconfigure(config: pytest.Config) -> None:
    if config.stash.get(_STARTED, False):
        embedded_postgres.stop()


_STARTED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def django_db_modify_db_settings_parallel_suffix(
    django_db_modify_db_settings_xdist_suffix: None, request: pytest.FixtureRequest
) -> None:
    """Two runs on one machine do not share a database."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:8]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = f"test_{run}_{worker}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    pass


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests with real transactions end in TRUNCATE, which insert-only tables refuse: the test database may."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname = 'no_truncate' AND NOT tgisinternal"
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["tests.passwords.QuickArgon2", *settings.PASSWORD_HASHERS]):
        yield


@pytest.fixture(autouse=True)
def sealed_tables(request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The TRUNCATE in which a test with real transactions ends does not see the tables of a schema of their own."""
    yield
    marker = request.node.get_closest_marker("django_db")
    real = "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction"))
    if real:
        tables = [
            connection.ops.quote_name(m._meta.db_table)
            for m in apps.get_app_config("allocation").get_models()
        ]
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(tables)}")


@pytest.fixture(autouse=True)
def object_store(settings: object, tmp_path: Path) -> Path:
    settings.OBJECT_STORE = tmp_path / "objects"  # type: ignore[attr-defined]
    settings.STAGING = tmp_path / "staging"  # type: ignore[attr-defined]
    return tmp_path / "objects"


@pytest.fixture
def person(db: None) -> Callable[..., object]:
    """Make an account: person("Ada Reader", staff=False)."""
    from reader_study.accounts.models import User

    def make(name: str, **fields: object) -> User:
        email = f"{name.lower().replace(' ', '.')}@example.org"
        return User.objects.create_user(email, PASSWORD, full_name=name, **fields)

    return make


@pytest.fixture
def signed_in() -> Iterator[Callable[..., Client]]:
    """A client in which somebody is signed in: signed_in(user)."""

    def sign_in(user: object) -> Client:
        client = Client(raise_request_exception=True)
        client.force_login(user)  # type: ignore[arg-type]
        return client

    yield sign_in
