"""State that matters stands in the URL, in short stable names, so that a link opens what its sender saw.

Where a widget's labels are these names, and no code changes them, `bind="query-params"` does it. Elsewhere `begin` is called before
the widget is drawn, and the widget states its key and no value of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import streamlit as st

#: Where the session keeps, by name, what was last written into the URL.
_WRITTEN = "in-url"
#: How the URL says that nothing is picked, where something is at first.
NOTHING = "none"
SWITCH = {"off": False, "on": True}


def begin(
    name: str,
    allowed: Collection[str],
    default: str,
    *,
    key: str = "",
    values: Mapping[str, Any] | None = None,
    quiet: bool = False,
) -> None:
    """Give the widget with the key `key` (`name`, where none is stated) its value, and the URL the name of that value.

    The URL is followed where the widget is new, or was given a value that is not allowed any more, and where the URL was changed by
    anybody else since: a link on the same page. values: what the widget calls the allowed names, where it does not call them so.
    quiet: the default does not stand in the URL.
    """
    key = key or name
    of = values or {option: option for option in allowed}
    fits = st.session_state.get(key) in of.values()
    stated = _from_outside(name, fits)
    if stated and stated[-1] in of:
        st.session_state[key] = of[stated[-1]]
    elif not fits:
        st.session_state[key] = of[default]
    _tell_browser(key)
    said = next(option for option, value in of.items() if value == st.session_state[key])
    _write(name, [] if quiet and said == default else [said])


def begin_many(
    name: str,
    allowed: Collection[str],
    default: list[str],
    *,
    key: str = "",
    most: int | None = None,
    joined: bool = False,
) -> None:
    """Do what `begin` does for a widget of several values, of which some or none, and at most `most`, are picked.

    joined: they are one value of the URL, with commas between them.
    """
    key = key or name
    state = st.session_state.get(key)
    fits = state is not None and all(value in allowed for value in state)
    stated = _from_outside(name, fits)
    if joined:
        stated = [value for text in stated for value in text.split(",")]
    picked = [value for value in dict.fromkeys(stated) if value in allowed][:most]
    if picked or stated == [NOTHING]:
        st.session_state[key] = picked
    elif not fits:
        st.session_state[key] = [value for value in state or () if value in allowed] or default
    _tell_browser(key)
    said = list(st.session_state[key]) or ([NOTHING] if default else [])
    _write(name, [",".join(said)] if joined and said else said)


def segmented(
    name: str,
    label: str,
    titles: Mapping[str, str],
    default: str = "",
    *,
    key: str = "",
    labelled: bool = False,
    on_change: Callable[[], None] | None = None,
) -> str:
    """Draw a row of options under their titles and return the name of the picked one; the first of them is the default.

    labelled: whether the label is seen, too.
    """
    begin(name, titles, default or next(iter(titles)), key=key)
    return str(
        st.segmented_control(
            label,
            list(titles),
            format_func=lambda option: titles[option],
            required=True,
            key=key or name,
            on_change=on_change,
            label_visibility="visible" if labelled else "collapsed",
        )
    )


def leave(**stated: str) -> None:
    """Take what was written here out of the URL, all but what is stated; a bound value goes with its widget."""
    for name in st.session_state.get(_WRITTEN, {}):
        if name in st.query_params and name not in stated:
            del st.query_params[name]
    st.query_params.update(stated)


def _tell_browser(key: str) -> None:
    """Have the widget drawn with the value that the session holds, not with the one that the browser begins with.

    Streamlit sends a value that code has set in the run that sets it alone; where that run is cut short by the next one before it
    comes to the widget, the browser answers with a value of its own, and an empty choice stands where a default should.
    """
    st.session_state[key] = st.session_state[key]


def _from_outside(name: str, fits: bool) -> list[str]:
    """The URL's values, unless they are those that were written here and the widget has moved on from."""
    stated = st.query_params.get_all(name)
    return [] if fits and stated == st.session_state.get(_WRITTEN, {}).get(name) else stated


def _write(name: str, wanted: list[str]) -> None:
    if st.query_params.get_all(name) != wanted:
        st.query_params[name] = wanted
    st.session_state.setdefault(_WRITTEN, {})[name] = wanted
