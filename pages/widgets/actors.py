"""The real voices that ship: actors of CREMA-D whom no shipped model has heard. Imports nothing heavy: the home page needs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from ser_core import settings

SAMPLES = settings.ARTIFACTS / "samples"


@st.cache_data(show_spinner=False)
def voices() -> list[dict[str, Any]]:
    """Return each voice: name, title, file below SAMPLES, its clip and emotion, how to read its pictures; none where none ship."""
    path = SAMPLES / "voices" / "voices.json"
    shipped: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return shipped


def one_each() -> dict[str, dict[str, Any]]:
    """Return one voice an emotion by name, in an order that tells nothing."""
    first = {voice["name"]: voice for voice in voices() if voice["name"].endswith("-1")}
    return {name: first[name] for name in sorted(first, key=lambda name: first[name]["clip"])}


def row(place: str, pressed: Callable[[str], None]) -> None:
    """Draw a button a voice of `one_each`; `pressed` is called with its name. `place` is unique on the page."""
    st.markdown("An actor:")
    for number, name in enumerate(one_each(), start=1):
        st.button(str(number), icon=":material/play_arrow:", key=f"{place}-{number}", on_click=pressed, args=(name,))


def file_of(clip: str) -> Path | None:
    """Return the file of a clip of CREMA-D (its id): a voice that ships, a clip that was fetched, one of the registered corpus; else None."""
    shipped = next((SAMPLES / voice["file"] for voice in voices() if voice["clip"] == clip), None)
    if shipped is not None:
        return shipped
    # Imported here: the registry of corpora takes a moment to load.
    from ser_core.corpora import samples

    return samples.on_disk(clip.partition("/")[2])
