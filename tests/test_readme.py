"""The README's figures are those of the run folders, and what it names exists."""

from __future__ import annotations

import re

import pytest

from scripts import readme_figures
from ser_core import runs, settings

README = (settings.ROOT / "README.md").read_text(encoding="utf-8")


def test_the_figures_are_those_of_the_runs() -> None:
    assert readme_figures.replaced(README) == README, "run: make results"
    for run in runs.shipped():
        part = "test" if "test" in run.metrics else "validation"
        assert f"`{run.name}`](artifacts/models/{run.name}/card.md)" in README
        assert f"**{100 * run.metrics[part]['accuracy']:.0f} %**" in README


def test_only_the_block_is_written() -> None:
    changed = readme_figures.replaced(README.replace("738 clips", "1 clip"))
    assert changed == README
    with pytest.raises(ValueError, match="must hold the lines"):
        readme_figures.replaced("# no markers")


def test_every_make_target_that_the_documents_name_exists() -> None:
    makefile = (settings.ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z -]+):", makefile, flags=re.M))
    targets = {name for line in targets for name in line.split()}
    pages = [settings.ROOT / name for name in ("README.md", "CONTRIBUTING.md")]
    pages += sorted((settings.ROOT / "docs").rglob("*.md"))
    named = {
        name
        for page in pages
        for name in re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(encoding="utf-8"), flags=re.M)
    }
    assert named and not named - targets
