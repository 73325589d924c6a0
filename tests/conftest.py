"""What every test shares: a SER_HOME of its own, the development corpora where SER_DATA names them."""

# Before anything that may import TensorFlow: the other order is a segmentation fault (both carry BoringSSL).
import pylibsrtp  # noqa: F401  isort: skip

import functools
import gc
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: Folders whose tests wait for fits, processes and pages, and how long a file of theirs is taken to last where that is not known yet.
SLOW = {"training": 40.0, "jobs": 30.0, "pages": 20.0}
#: Where pytest's cache keeps how long each file took when it last ran: the longest begins first, so that workers that take a file at a
#: time end together. The browser's files stand together, in front: their server and their Chromium end when a worker leaves the folder.
TOOK = "ser/seconds"

_seconds: Counter[str] = Counter()
#: So many modules more, and what they hold is kept out of garbage collections: Streamlit collects after every run of a script, and a worker
#: that has read all of a network's and a page's packages would look through a million objects each time.
MODULES = 200
_frozen_at = 0


#: Where several workers share the cores, threads of each, and of the processes that they start, would only wait for one another.
ONE_THREAD = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "LOKY_MAX_CPU_COUNT")


def pytest_configure() -> None:
    """Give every worker one thread, and let one compile what all of them, and the processes that they start, then load."""
    gc.set_threshold(10_000)
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
        from ser_core.features import compiled

        compiled.ensure()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Bring the files that take longest to the front; tests of one file stay as they are."""
    took = config.cache.get(TOOK, {}) if config.cache else {}

    def place(item: pytest.Item) -> tuple[bool, float, str]:
        file = item.path.relative_to(ROOT / "tests")
        seconds = took.get(file.as_posix(), SLOW.get(file.parts[0], 0.0))
        return file.parts[0] != "browser", -seconds, file.as_posix()

    items.sort(key=place)


def pytest_runtest_setup() -> None:
    global _frozen_at
    if len(sys.modules) > _frozen_at + MODULES:
        _frozen_at = len(sys.modules)
        gc.collect()
        gc.freeze()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid.partition("::")[0].removeprefix("tests/")] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Remember how long the files took; the workers' reports come together where they were started from."""
    if session.config.cache and "PYTEST_XDIST_WORKER" not in os.environ:
        session.config.cache.set(TOOK, {**session.config.cache.get(TOOK, {}), **_seconds})


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty SER_HOME, so that no test reads or writes what the user has."""
    folder = tmp_path / "ser-home"
    monkeypatch.setenv("SER_HOME", str(folder))
    for name in ("SER_MODE", "SER_CLASS"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(scope="session", autouse=True)
def components() -> Iterator[None]:
    """Look through the installed packages for Streamlit's components once: every AppTest would read the metadata of all of them."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        once = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder that holds crema-d/ and savee/; tests that want real corpora are skipped without it."""
    stated = os.environ.get("SER_DATA", "")
    folder = (ROOT / stated).resolve() if stated else None
    if folder is None or not folder.is_dir():
        pytest.skip("needs real corpora: set SER_DATA to the folder that holds crema-d/ and savee/")
    return folder
