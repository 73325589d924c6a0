"""A page of the app as a link opens it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests import patience

APP = str(Path(__file__).resolve().parents[2] / "streamlit_app.py")


def page(name: str, **query: str | Sequence[str]) -> AppTest:
    """Return the page of this name, drawn with these query parameters."""
    at = AppTest.from_file(APP, default_timeout=patience.SECONDS)
    for key, value in query.items():
        at.query_params[key] = value
    return at.run().switch_page(f"pages/{name}/page.py").run()
