"""Tell on which systems the pinned versions install from wheels alone: a dry run a system and Python, nothing is downloaded but names and metadata.

Run: make platforms (needs the network). Exits 1 when a system that should work does not, or one that should be refused is not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ser_core import settings

PYTHONS = ("3.11", "3.12", "3.13")


@dataclass(frozen=True)
class System:
    """A system as uv names it. refused: why the pins must not install, where they must not; refused_by: the package that refuses."""

    title: str
    name: str
    refused: str = ""
    refused_by: str = ""


SYSTEMS = (
    System("Linux x86-64", "x86_64-manylinux_2_28"),
    System("Linux arm64", "aarch64-manylinux_2_28"),
    System("Windows x64", "x86_64-pc-windows-msvc"),
    System("macOS 14 arm64", "aarch64-apple-darwin"),
    System(
        "macOS Intel",
        "x86_64-apple-darwin",
        refused="ONNX Runtime has had no wheel for Intel Macs since 1.24",
        refused_by="onnxruntime",
    ),
)


def main() -> int:
    """Print a line a system and Python; return the exit status."""
    wrong = 0
    for system in SYSTEMS:
        for python in PYTHONS:
            said, right = verdict(system, resolved(system, python))
            wrong += not right
            print(f"{system.title:15} Python {python}  {said}", flush=True)
    return 1 if wrong else 0


def verdict(system: System, fault: str) -> tuple[str, bool]:
    """Return what is said of a dry run that ended with `fault` ('' for none), and whether it is as it should be."""
    if system.refused and not fault:
        return "installs: the refusal is out of date", False
    if system.refused and system.refused_by in fault:
        return f"refused, as it should be: {system.refused}", True
    if fault:
        return f"FAILS: {fault}", False
    return "all wheels", True


def resolved(system: System, python: str) -> str:
    """Resolve the pins for a system and Python from wheels alone; return the reason why not, '' where they resolve."""
    root = settings.ROOT
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "uv", "pip", "install", "--dry-run", "--only-binary", ":all:"),
                *("--python", sys.executable, "--target", str(Path(folder) / "nothing")),
                *("--python-platform", system.name, "--python-version", python),
                *("-r", str(root / "requirements.txt"), "-c", str(root / "constraints.txt")),
            ],
            capture_output=True,
            text=True,
            # The oldest macOS that TensorFlow's, ONNX Runtime's and PyAV's wheels run on.
            env=os.environ | {"MACOSX_DEPLOYMENT_TARGET": "14.0", "NO_COLOR": "1"},
        )
    if done.returncode == 0:
        return ""
    causes = [line for line in done.stderr.splitlines() if "cause:" in line or line.startswith("error:")]
    return (causes[-1] if causes else done.stderr.strip() or "uv ended without a word").strip()


if __name__ == "__main__":
    raise SystemExit(main())
