"""Every deep link of the documents opens what it names, with nothing but what ships: no corpus, no run of one's own."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from ser_core import settings
from tests import opened

LESSONS = settings.ROOT / "docs" / "lessons"
DOCUMENTS = [settings.ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    path for path in (settings.ROOT / "docs").rglob("*") if path.suffix in (".md", ".ipynb")
)
LINK = re.compile(r"http://localhost:8501/((?:analyze|live|datasets|train|results|lessons)\?[^)\s\"\\`]+)")
#: Of parameters that no document names: links as people have sent them to each other.
SENT = (
    "analyze?source=samples&sample=voice-british&model=accurate&model=fast&show=none",
    "analyze?source=samples&sample=voice-high-fast&model=accurate&looked=on&looked-for=anger",
    "analyze?source=samples&sample=chirp&closer=off",
    "analyze?source=upload",
    "results?view=runs&search=svm&corpus=crema-d",
    "results?view=run&run=cnn2d-model2-speakers&part=validation&norm=predicted&tab=groups&by=speaker",
    "lessons?view=guess&run=accurate&n=24&seed=7",
    "results?view=run&tab=listeners&run=accurate",
)
#: Page and parameter → the key of the widget that must show its value.
WIDGETS = {
    "analyze": {
        "source": "source",
        "sample": "sample",
        "model": "model",
        "show": "show",
        "try": "try",
        "closer": "closer",
        "looked": "looked",
        "looked-for": "looked-for",
        "descriptor": "descriptors",
        "second": "second-sample",
    },
    "results": {
        "view": "view",
        "run": "run",
        "part": "part",
        "norm": "norm",
        "cell": "cell",
        "tab": "tab",
        "by": "by",
        "search": "search",
        "corpus": "filter-corpus",
        "split": "filter-split",
        "runs": "pick-runs",
    },
    "lessons": {
        "view": "view",
        "step": "lesson-step",
        "n": "n",
        "seed": "seed",
        "run": "guess-run",
        "lesson": "lesson",
    },
    "datasets": {"view": "view"},
}


def links() -> list[str]:
    """The addresses behind the server's name, each once."""
    written = [link for page in DOCUMENTS for link in LINK.findall(page.read_text(encoding="utf-8"))]
    return list(dict.fromkeys([*written, *SENT]))


def shown(at: AppTest, page: str, name: str, asked: dict[str, list[str]]) -> list[str]:
    """What the widget of this parameter shows, in the URL's words."""
    key = WIDGETS[page][name]
    value = at.session_state[key]
    if isinstance(value, bool):
        return ["on" if value else "off"]
    if name == "runs":
        return [",".join(value)]
    if name == "seed":
        return [str(value)]
    if name == "show" and not value:
        return ["none"]
    if name == "tab":
        from pages.results.run_view import TABS

        return [short for short, (title, _) in TABS.items() if title == value]
    return list(value) if isinstance(value, list) else [value]


def test_there_are_five_lessons_one_for_a_class_and_the_page_on_class_use() -> None:
    names = {path.stem for path in LESSONS.glob("*.md")}
    assert names == {"features", "msf", "leakage", "confusion-matrix", "pretrained-ear", "one-lesson", "in-class"}
    assert len(links()) > 30


@pytest.mark.parametrize("url", links())
def test_the_link_opens_what_it_names(url: str) -> None:
    parts = urlsplit(url)
    page, asked = parts.path, parse_qs(parts.query, strict_parsing=True)
    at = opened.page(page, **asked)
    assert not at.exception
    assert not at.error, [one.value for one in at.error]
    for name, values in asked.items():
        assert shown(at, page, name, asked) == values, f"{name} of {url}"


def test_links_between_the_documents_lead_somewhere() -> None:
    pages = [settings.ROOT / "README.md", *sorted((settings.ROOT / "docs").rglob("*.md"))]
    broken = []
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not Path(page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert not broken
