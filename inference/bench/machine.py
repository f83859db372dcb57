"""What is being measured on, and how much memory this process took."""

from __future__ import annotations

import os
import platform
import resource
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from inference.cohort.pool import cores

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_TELLING = (
    "avx2",
    "avx512f",
    "avx512_bf16",
    "amx_bf16",
    "asimd",
    "sve",
)  # what decides a matrix product's speed


def machine() -> dict[str, Any]:
    """Processor, cores, and versions of what computes; None for a package that is not installed."""
    name, flags = _processor()
    return {
        "processor": name,
        "instructions": [flag for flag in _TELLING if flag in flags],
        "cores": cores(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{package: _version(package) for package in ("torch", "onnxruntime", "openvino")},
    }


def load() -> float | None:
    """Processes that wanted a core during the last minute, on average; None where the system does not say."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None


def forget_peak() -> None:
    """Let the peak of memory begin at what is in use now, where the system can (Linux)."""
    if _RESET.exists():
        _RESET.write_text("5")


def peak_mib() -> float:
    """Largest resident memory of this process since `forget_peak`, or since its start, in MiB."""
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 1024)


def _processor() -> tuple[str, set[str]]:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown", set()
    found = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    flags = found.get("flags") or found.get("Features") or ""
    return found.get("model name", platform.processor() or "unknown"), set(flags.split())


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
