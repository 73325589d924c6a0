"""The state of the page's widgets, begun from the URL; code may change it later (a click on the matrix picks a cell)."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from pages.widgets import in_url


def begin(name: str, allowed: Collection[str], default: str) -> None:
    """Give the widget with the key `name` its first value: the URL's where it is allowed, else `default`.

    A value that is not allowed any more, of another run, is replaced in the same way. The widget itself states no default.
    """
    if st.session_state.get(name) not in allowed:
        st.session_state[name] = in_url.initial(name, allowed, default)
