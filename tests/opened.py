"""A page of the app as its address opens it, what it says, and its buttons: in one run, for a browser draws no home page first either."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from ser_core import settings
from tests import patience

APP = str(settings.ROOT / "streamlit_app.py")


def page(name: str = "", state: Mapping[str, Any] | None = None, /, **query: str | Sequence[str]) -> AppTest:
    """Return the page whose address is `name`, drawn with these query parameters and this session state; without a name, the first page.

    Raises LookupError where the app has no page of this name.
    """
    at = AppTest.from_file(APP, default_timeout=patience.SECONDS)
    for key, value in (state or {}).items():
        at.session_state[key] = value
    for key, value in query.items():
        at.query_params[key] = value
    if name:
        # `switch_page` finds a page only after a run; this is what it would set: st.Page hashes the address.
        at._page_hash = calc_hash(name)
    at.run()
    if name and at._page_hash not in at._registered_pages:
        raise LookupError(f"The app has no page {name}.")
    return at


def words(at: AppTest) -> str:
    """What the page says."""
    said = (at.title, at.subheader, at.markdown, at.caption, at.info, at.success, at.warning, at.error, at.code)
    return "\n".join(str(element.value) for kind in said for element in kind)


def press(at: AppTest, label: str) -> AppTest:
    """Press the first button that is called so."""
    next(one for one in at.button if one.label == label).click().run()
    assert not at.exception
    return at


def charts(at: AppTest) -> list[dict]:
    """What its charts draw."""
    return [json.loads(one.proto.spec) for one in at.get("plotly_chart")]
