"""Every deep link of the lessons opens what it names, with nothing but what ships: no corpus, no run of one's own."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from ser_core import settings
from tests import patience

APP = str(settings.ROOT / "streamlit_app.py")
LESSONS = settings.ROOT / "docs" / "lessons"
LINK = re.compile(r"\]\((http://localhost:8501/[^)\s]+)\)")
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
        "split": "filter-split",
        "runs": "pick-runs",
        "step": "lesson-step",
        "n": "guess-n",
    },
    "datasets": {"view": "view"},
}


def links() -> list[str]:
    found: dict[str, None] = {}
    for page in sorted(LESSONS.glob("*.md")):
        found |= dict.fromkeys(LINK.findall(page.read_text(encoding="utf-8")))
    return list(found)


def shown(at: AppTest, page: str, name: str, asked: dict[str, list[str]]) -> list[str]:
    """What the widget of this parameter shows, in the URL's words."""
    key = WIDGETS[page][name]
    if page == "results" and asked["view"] == ["guess"] and name == "run":
        key = "pick-run"
    value = at.session_state[key]
    if isinstance(value, bool):
        return ["on" if value else "off"]
    if name == "runs":
        return [",".join(value)]
    if name == "tab":
        from pages.results.one import TABS

        return [short for short, (title, _) in TABS.items() if title == value]
    return list(value) if isinstance(value, list) else [value]


def test_there_are_four_lessons_and_the_page_on_class_use() -> None:
    names = {path.stem for path in LESSONS.glob("*.md")}
    assert names == {"features", "msf", "leakage", "confusion-matrix", "in-class"}
    assert len(links()) > 30


@pytest.mark.parametrize("url", links(), ids=lambda url: url.removeprefix("http://localhost:8501/"))
def test_the_link_opens_what_it_names(url: str) -> None:
    parts = urlsplit(url)
    page, asked = parts.path.strip("/"), parse_qs(parts.query, strict_parsing=bool(parts.query))
    at = AppTest.from_file(APP, default_timeout=patience.SECONDS)
    at.run()
    at.switch_page(f"pages/{page}/page.py")
    for name, values in asked.items():
        at.query_params[name] = values
    at.run()
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
