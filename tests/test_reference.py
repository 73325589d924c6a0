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


@pytest.mark.parametrize(
    ("page", "type_of_x", "missed"),
    [
        ("`ser_core.nothing`", "str", "ser_core.nothing"),
        (":func:`ser_core.lode`", "str", "ser_core.lode"),
        (".. autofunction:: wrong.function", "Predcition", "Predcition"),
        (".. autofunction:: ser_core.nothing", "str", "nothing"),
        ("`x` and `samples` are names of nothing, `load` is one of something", "str", ""),
        (".. autofunction:: wrong.function", "Prediction or int, optional", "ser_core.Prediction"),
    ],
)
def test_a_reference_to_nothing_fails(page: str, type_of_x: str, missed: str, tmp_path: Path) -> None:
    shutil.copy(SOURCES / "conf.py", tmp_path)
    (tmp_path / "index.rst").write_text(f"Title\n=====\n\n{page}\n", encoding="utf-8")
    (tmp_path / "wrong.py").write_text(
        f'def function(x):\n    """Return nothing.\n\n    Parameters\n    ----------\n    x : {type_of_x}\n        What.\n    """\n',
        encoding="utf-8",
    )
    done = built(tmp_path, tmp_path / "out", "dummy")
    assert (done.returncode != 0) == bool(missed), done.stderr
    assert missed in done.stderr
