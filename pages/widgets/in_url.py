"""State that matters stands in the URL, in short stable names, so that a link opens what its sender saw."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st


def initial(name: str, allowed: Collection[str], default: str) -> str:
    """Return the URL's value of `name` where it is allowed, else `default`."""
    stated = st.query_params.get(name, default)
    return stated if stated in allowed else default


def initial_many(name: str, allowed: Collection[str], default: list[str]) -> list[str]:
    """Return the URL's values of `name` that are allowed, else `default`."""
    stated = [value for value in st.query_params.get_all(name) if value in allowed]
    return stated or default


def remember(name: str, value: str | list[str]) -> None:
    """Write the value of `name` into the URL."""
    wanted = [value] if isinstance(value, str) else value
    if st.query_params.get_all(name) != wanted:
        st.query_params[name] = wanted
