"""The reference pages are made of the docstrings without a warning, hold every public name, and fail on a reference to nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ser_core as ser
from ser_core import settings
from tests.test_api import ROUTINES

pytest.importorskip("sphinx", reason="`make test` sets up what makes the pages")
pytest.importorskip("numpydoc", reason="`make test` sets up what makes the pages")

SOURCES = settings.ROOT / "docs" / "sphinx"


def built(source: Path, out: Path, builder: str) -> subprocess.CompletedProcess[str]:
    words = ["--fail-on-warning", "--keep-going", "--fresh-env", "--quiet", "--builder", builder, str(source), str(out)]
    environ = {**os.environ, "PYTHONPATH": f"{settings.ROOT}{os.pathsep}{source}"}
    return subprocess.run(
        [sys.executable, "-m", "sphinx", *words], cwd=source, env=environ, capture_output=True, text=True
    )


def test_the_pages_hold_every_public_name(tmp_path: Path) -> None:
    done = built(SOURCES, tmp_path, "html")
    assert done.returncode == 0, done.stderr
    pages = "".join(path.read_text(encoding="utf-8") for path in tmp_path.glob("*.html"))
    anchors = set(re.findall(r'id="(ser_core[\w.]*)"', pages))
    assert {f"ser_core.{name}" for name in ser.__all__} <= anchors
    # A function may be shown by the package that hands it out.
    ends = {anchor.rpartition(".")[2] for anchor in anchors}
    assert {name.rpartition(".")[2] for name in ROUTINES} <= ends


#: What a page says, the type of `x` in the docstring of its module, and the line in which the builder says what it misses, or nothing.
REFERENCES = [
    ("`ser_core.nothing`", "str", r"page0\.rst.*ser_core\.nothing"),
    (":func:`ser_core.lode`", "str", r"page1\.rst.*ser_core\.lode"),
    (".. autofunction:: wrong2.function", "Predcition", r"wrong2\.function.*Predcition"),
    (".. autofunction:: ser_core.nothing", "str", "failed to import 'nothing'"),
    ("`x` and `samples` are names of nothing, `load` is one of something", "str", ""),
    (".. autofunction:: wrong5.function", "Prediction or int, optional", r"wrong5\.function.*ser_core\.Prediction"),
]


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """A build of a page of each kind; the process is what takes long."""
    folder = tmp_path_factory.mktemp("wrong")
    shutil.copy(SOURCES / "conf.py", folder)
    pages = "\n".join(f"   page{number}" for number in range(len(REFERENCES)))
    (folder / "index.rst").write_text(f"Title\n=====\n\n.. toctree::\n\n{pages}\n", encoding="utf-8")
    for number, (page, type_of_x, _) in enumerate(REFERENCES):
        (folder / f"page{number}.rst").write_text(f"Title\n=====\n\n{page}\n", encoding="utf-8")
        (folder / f"wrong{number}.py").write_text(
            f'def function(x):\n    """Return nothing.\n\n    Parameters\n    ----------\n    x : {type_of_x}\n        What.\n    """\n',
            encoding="utf-8",
        )
    return built(folder, folder / "out", "dummy")


@pytest.mark.parametrize("number", range(len(REFERENCES)))
def test_a_reference_to_nothing_fails(number: int, wrong: subprocess.CompletedProcess[str]) -> None:
    missed = REFERENCES[number][2]
    assert wrong.returncode != 0
    found = re.search(missed or rf"\b(page|wrong){number}\b", wrong.stderr)
    assert bool(found) == bool(missed), wrong.stderr
