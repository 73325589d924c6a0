"""What every test shares: a SER_HOME of its own, the development corpora where SER_DATA names them."""

# Before anything that may import TensorFlow: the other order is a segmentation fault (both carry BoringSSL).
import pylibsrtp  # noqa: F401  isort: skip

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: What takes longest begins first, so that two workers that take a file at a time end together. The browser's files stand
#: together: their server and their Chromium end when a worker comes to a file of another folder.
FIRST = (
    "browser/test_strangers.py",
    "browser/test_live.py",
    "browser/test_training.py",
    "browser/test_personal.py",
    "browser/test_main_job.py",
    "browser/test_datasets.py",
    "browser/test_server.py",
    "browser/test_guess.py",
    "browser/test_results.py",
    "browser/test_cloud_entry.py",
    "test_lessons.py",
    "jobs/test_killed.py",
    "jobs/test_queue.py",
    "test_notebooks.py",
    "training/test_train.py",
    "pages/test_analyze_pictures.py",
    "training/test_networks.py",
    "pages/test_train.py",
    "jobs/test_cli.py",
    "training/test_repeats.py",
    "training/test_start.py",
)


def pytest_configure() -> None:
    """Let one worker compile what all of them, and the processes that they start, then load."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        from ser_core.features import compiled

        compiled.ensure()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the tests of FIRST to the front, in that order; the others stay as they are."""
    places = {ROOT / "tests" / name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path, len(places)))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty SER_HOME, so that no test reads or writes what the user has."""
    folder = tmp_path / "ser-home"
    monkeypatch.setenv("SER_HOME", str(folder))
    monkeypatch.delenv("SER_MODE", raising=False)
    return folder


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder that holds crema-d/ and savee/; tests that want real corpora are skipped without it."""
    stated = os.environ.get("SER_DATA", "")
    folder = (ROOT / stated).resolve() if stated else None
    if folder is None or not folder.is_dir():
        pytest.skip("needs real corpora: set SER_DATA to the folder that holds crema-d/ and savee/")
    return folder
