"""The production settings and the compose file say what they promise."""

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ("SECRET_KEY", "POSTGRES_PASSWORD", "DATABASE_PASSWORD", "BROKER_PASSWORD", "QUARANTINE_KEY")


def production() -> dict[str, str]:
    environment = {k: v for k, v in os.environ.items() if k not in ("PLAIN_HTTP", "BROKER_URL")}
    return environment | {"SECRET_KEY": secrets.token_urlsafe(48), "ALLOWED_HOSTS": "reading.example.org"}


def django(*command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "manage.py", *command]
    return subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_the_default_settings_pass_djangos_check_for_production() -> None:
    checked = django("check", "--deploy", "--fail-level", "WARNING", environment=production())
    assert checked.returncode == 0, checked.stderr


def test_nothing_starts_without_a_secret_key() -> None:
    environment = production()
    del environment["SECRET_KEY"]
    refused = django("check", environment=environment)
    assert refused.returncode != 0 and "SECRET_KEY is not set" in refused.stderr


@pytest.fixture
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


def test_the_gpu_worker_gets_neither_database_nor_secret_key(services: dict[str, Any]) -> None:
    assert set(services["gpu-worker"]["environment"]) == {"BROKER_URL", "OBJECT_STORE"}
    assert services["gpu-worker"]["volumes"] == ["objects:/objects"]


def test_only_the_proxy_is_reachable_from_outside(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["proxy", "dicom"]
    assert services["dicom"]["profiles"] == ["dicom"]  # asked for by name, and then at one address
    assert services["dicom"]["ports"] == ["${DICOM_ADDRESS:-127.0.0.1}:11112:11112"]


def test_the_dicom_receiver_gets_its_own_folder_and_nothing_else(services: dict[str, Any]) -> None:
    receiver = services["dicom"]
    assert receiver["environment"] == {} and receiver["depends_on"] == {}
    assert receiver["volumes"] == ["dicom:/dicom", "./deploy/dicom-tls:/tls:ro"]
    assert receiver["networks"] == ["dicom"]
    assert not any("networks" in service for name, service in services.items() if name != "dicom")
    assert "--client-authorities" in receiver["command"]
    assert [name for name, service in services.items() if "dicom:/dicom" in service.get("volumes", [])] == [
        "worker", "dicom",
    ]  # fmt: skip


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in SECRETS:
        assert f"${{{name}:?" in text and f"${{{name}:-" not in text
    example = (ROOT / "deploy" / "example.env").read_text().splitlines()
    assert all(f"{name}=" in example for name in SECRETS)


def test_docker_accepts_the_compose_file() -> None:
    docker = shutil.which("docker")
    if (
        not docker
        or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode
    ):
        pytest.skip("The docker client with its compose plugin is not installed.")
    values = dict.fromkeys((*SECRETS, "HOSTNAME_OF_SITE"), "x")
    checked = subprocess.run(
        [docker, "compose", "config", "--quiet"],
        cwd=ROOT, env=os.environ | values, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
