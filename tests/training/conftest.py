"""What the tests of trainings share."""

from pathlib import Path

import pytest

from tests.optional_packages import beside as beside
from tests.optional_packages import extras as extras


@pytest.fixture(scope="module")
def one_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def shared_home(home: Path, one_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One SER_HOME for all tests of a file: the corpus' features are extracted once. Runs stand elsewhere."""
    monkeypatch.setenv("SER_HOME", str(one_home))
    return one_home
