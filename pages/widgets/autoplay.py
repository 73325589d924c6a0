"""A clip that plays as it appears."""

from __future__ import annotations

import base64

import streamlit as st


def show(data: bytes, media_type: str) -> None:
    """Draw a player that starts by itself; the browser allows it once the visitor has pressed something. `data`: the file's bytes."""
    # Not st.audio(autoplay=True): drawn together with anything whose code is still loading, it stays silent (Streamlit 1.67).
    source = f"data:{media_type};base64,{base64.b64encode(data).decode()}"
    st.html(
        f'<audio controls autoplay aria-label="The clip" style="width: 100%; height: 2.5rem" src="{source}"></audio>'
    )
