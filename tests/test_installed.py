"""An installed copy: what is installed, what it carries, where it looks, and that it is no checkout."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from ser_core import settings
from ser_core.exchange import trackers
from ser_core.features import sets
from ser_core.runs import shipped
from ser_core.training import train
from tests import patience

ROOT = settings.ROOT
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REQUIREMENTS = ("requirements.txt", "requirements-serve.txt", "requirements-dev.txt", "constraints.txt")
VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"


def asked(name: str) -> set[str]:
    """What a requirements file asks for itself, its includes left out."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith(("#", "-"))}


def plain(stated: list[str]) -> set[str]:
    return {re.sub(r"\s*;\s*", "; ", one) for one in stated}


def test_the_requirements_files_ask_for_what_the_package_does() -> None:
    base, extras = PROJECT["project"]["dependencies"], PROJECT["project"]["optional-dependencies"]
    assert plain(base + extras["serve"]) == asked("requirements-serve.txt")
    assert plain(extras["train"]) == asked("requirements.txt")
    assert plain(extras["dev"]) == asked("requirements-dev.txt")


@pytest.mark.parametrize(
    ("extra", "packages"),
    [
        ("opensmile", ["opensmile"]),
        ("audformat", ["audformat"]),
        ("search", ["optuna"]),
        ("transformers", ["transformers", "torch", "huggingface-hub"]),
    ],
)
def test_optional_packages_come_only_to_who_asks_for_them(extra: str, packages: list[str]) -> None:
    floors = PROJECT["project"]["optional-dependencies"][extra]
    assert [re.fullmatch(r"([\w-]+)>=[\d.]+", floor)[1] for floor in floors] == packages  # type: ignore[index]
    listed = [*ROOT.glob("requirements*"), ROOT / "constraints.txt", *(ROOT / "deploy").glob("requirements*")]
    named = rf"(?mi)^({'|'.join(packages)})\b"
    assert listed and not [path.name for path in listed if re.search(named, path.read_text())]


def test_every_package_that_the_library_imports_is_asked_for() -> None:
    """Of what is imported at the head of a file; of the names that differ from the package's, which one it is."""
    called = {
        "sklearn": "scikit-learn",
        "markdown_it": "markdown-it-py",
        "typing_extensions": "typing-extensions",
        "docx": "python-docx",
    }
    base = {re.split(r"[<>=\[ ;]", one)[0].lower() for one in PROJECT["project"]["dependencies"]}
    found: set[str] = set()
    for path in (ROOT / "ser_core").rglob("*.py"):
        if path.parent.name in ("networks", "training") or path.name.startswith("to_"):
            continue
        for one in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(one, ast.Import):
                found |= {name.name.partition(".")[0] for name in one.names}
            elif isinstance(one, ast.ImportFrom):
                found.add((one.module or "").partition(".")[0])
    strangers = found - set(sys.stdlib_module_names) - {"ser_core"}
    assert {called.get(name, name) for name in strangers} <= base


def test_every_tracker_is_an_extra_of_its_name_that_nothing_else_asks_for() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    everything = " ".join((ROOT / name).read_text(encoding="utf-8").lower() for name in REQUIREMENTS)
    for name in (*trackers.NAMES, "hub"):
        (package,) = extras[name]
        stated = re.split(r"[<>=]", package)
        assert len(stated) > 2, f"{package} has no floor"
        assert not re.search(rf"^{stated[0]}\b", everything, re.MULTILINE), f"make installs {package}"
    adapters = {path.stem for path in (ROOT / "ser_core").rglob("to_*.py")}
    assert adapters == {f"to_{name}" for name in trackers.NAMES}


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as a wheel lays it out, in a folder of a stranger's git repository."""
    site = tmp_path_factory.mktemp("stranger") / "site-packages"
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    for package in wheel["packages"]:
        shutil.copytree(ROOT / package, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    for source, target in wheel["force-include"].items():
        (shutil.copytree if (ROOT / source).is_dir() else shutil.copy)(ROOT / source, site / target)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run([*git, *words], cwd=site, check=True)
    return site


def ran(copied: Path, place: Path, *words: str) -> str:
    """What a program that finds the copy, and no checkout, prints in the folder `place`."""
    environ = {**os.environ, "PYTHONPATH": str(copied)}
    done = subprocess.run([sys.executable, "-P", *words], cwd=place, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_copy_answers_as_the_checkout_does_and_says_of_no_commit_that_it_is_its_own(
    copied: Path, tmp_path: Path
) -> None:
    shutil.copy(VOICE, tmp_path / "voice.flac")
    code = (
        "import json, ser_core as ser; from ser_core import settings; from ser_core.training.train import commit;"
        "said = ser.load('accurate').predict('voice.flac').to_dict();"
        "print(json.dumps([settings.ARTIFACTS.is_relative_to(settings.ROOT / 'ser_core'), commit(), said,"
        "[one.name for one in ser.runs()], ser.features('voice.flac', 'whisper').shape]))"
    )
    inside, commit, said, runs, shape = json.loads(ran(copied, tmp_path, "-c", code))
    assert inside and commit is None and runs == [one.name for one in shipped()] and shape == [sets.EAR.dims]
    (shell,) = json.loads(ran(copied, tmp_path, "-m", "ser_core", "predict", "accurate", "voice.flac", "--json"))
    assert shell == {"file": "voice.flac", **said}


def test_a_job_of_a_copy_does_its_work_whatever_lies_where_it_begins(copied: Path, tmp_path: Path, home: Path) -> None:
    shutil.copy(VOICE, tmp_path / "voice.flac")
    home.mkdir()
    for folder in (home, tmp_path):
        (folder / "json.py").write_text("raise ImportError('not mine')\n")
    code = (
        "import time, pathlib; from ser_core import jobs;"
        "job = jobs.queue(['predict', 'fast', str(pathlib.Path('voice.flac').resolve())], kind='predict', title='t');"
        f"last = time.monotonic() + {patience.SECONDS}\n"
        "while job.status['state'] in ('queued', 'running') and time.monotonic() < last: time.sleep(0.2)\n"
        "print(job.status['state'], (job.path / 'log.txt').read_text())"
    )
    assert ran(copied, tmp_path, "-c", code).startswith("done")


def test_a_checkout_states_its_own_commit_whatever_a_hook_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    if not head:
        pytest.skip("this copy is in no git repository")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    assert train.commit() == head


def test_a_folder_in_somebody_elses_checkout_states_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ROOT", ROOT / "docs")
    assert train.commit() is None
