"""The real voices that ship: actors of CREMA-D whom no shipped model has heard. Imports nothing heavy: the home page needs it."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from ser_core import settings

SAMPLES = settings.ARTIFACTS / "samples"


@st.cache_data(show_spinner=False)
def voices() -> list[dict[str, Any]]:
    """Return each voice: name, title, file below SAMPLES, its clip and emotion, how to read its pictures; none where none ship."""
    path = SAMPLES / "voices" / "voices.json"
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return found
