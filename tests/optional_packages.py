"""The optional packages, in an environment that the tests make: none of them is in the one that make builds."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import filelock
import pytest

from ser_core import settings

EXTRAS = ("mlflow", "tensorboard", "wandb", "hub", "search")
#: So long the environment may take; with a near index it is made in ten seconds.
SECONDS = 240


@pytest.fixture(scope="session")
def extras(request: pytest.FixtureRequest) -> Path:
    """The python of an environment with the extras in front of everything that these tests run with; made once, in pytest's cache."""
    project = tomllib.loads((settings.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [one for name in EXTRAS for one in project["optional-dependencies"][name]]
    key = hashlib.sha256("\n".join([sys.version, sys.prefix, *asked]).encode()).hexdigest()[:12]
    folder = Path(request.config.cache.mkdir("extras")) / key
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    uv = str(Path(sys.executable).parent / "uv")
    with filelock.FileLock(folder.with_suffix(".lock")):
        if not (folder / "made").is_file():
            for words in (
                ["venv", "--clear", "--python", sys.executable, str(folder)],
                ["pip", "install", "--python", str(python), *asked],
            ):
                try:
                    done = subprocess.run([uv, *words], capture_output=True, text=True, timeout=SECONDS)
                except (OSError, subprocess.TimeoutExpired) as error:
                    pytest.skip(f"the environment of the optional packages could not be made: {error}")
                if done.returncode:
                    pytest.skip(f"the environment of the optional packages could not be made: {done.stderr[-300:]}")
            (site_of(python) / "beside.pth").write_text(sysconfig.get_path("purelib") + "\n")
            (folder / "made").write_text("\n".join(asked))
    return python


def site_of(python: Path) -> Path:
    """Where an environment keeps its packages."""
    return next((python.parent.parent).rglob("site-packages"))


@pytest.fixture
def beside(extras: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The extras behind this process' own packages, for those that fit beside them."""
    monkeypatch.setattr(sys, "path", [*sys.path, str(site_of(extras))])
    return extras
