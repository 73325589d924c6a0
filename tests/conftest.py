"""What every test shares: a SER_HOME of its own, the development corpora where SER_DATA names them."""

# Before anything that may import TensorFlow: the other order is a segmentation fault (both carry BoringSSL).
import pylibsrtp  # noqa: F401  isort: skip

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


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
