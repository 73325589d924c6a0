"""The player, what is known of the recording, and the part of it that is analyzed."""

from __future__ import annotations

import streamlit as st

from pages.widgets import foreign, numbers
from pages.widgets.audio_source import Sound
from ser_core import audio

#: Shortest region that can be analyzed, in seconds.
SHORTEST_S = 0.3


def show(sound: Sound, clip: audio.Clip) -> None:
    """Draw the player, unless what gave the sound plays it, and facts."""
    if not sound.plays:
        st.audio(audio.encode_wav(clip.samples), format="audio/wav")
    st.caption(facts(sound, clip))


def region(sound: Sound, clip: audio.Clip) -> tuple[float, float] | None:
    """Draw the choice of a part; return it in seconds, or None for the whole clip."""
    if clip.duration < 2 * SHORTEST_S:
        return None
    end = round(clip.duration, 2)
    chosen = st.slider(
        "Part to analyze (s)", 0.0, end, (0.0, end), step=0.05, format="%.2f", key=f"region-{sound.digest}"
    )
    if chosen == (0.0, end):
        return None
    if chosen[1] - chosen[0] < SHORTEST_S:
        st.caption(f"A part needs {SHORTEST_S} s or more; the whole clip is analyzed.")
        return None
    return chosen


def beginning(clip: audio.Clip, most_s: float, *, said: bool = False) -> audio.Clip:
    """Return the clip, or of a longer one its first `most_s` seconds; `said`: draw that it was cut."""
    if clip.duration <= most_s:
        return clip
    if said:
        st.caption(f"The first {most_s:g} s are used.")
    return audio.segment(clip, 0.0, most_s)


def facts(sound: Sound, clip: audio.Clip) -> str:
    """Say what a recording is called, how long it is and how it was recorded."""
    channels = f"{clip.channels} channel{'s' if clip.channels > 1 else ''}"
    said = f"{foreign.plain(sound.name)} · {numbers.seconds(clip.duration)} · {clip.original_rate / 1000:g} kHz · {channels}"
    return f"{said} · {foreign.plain(sound.note)}" if sound.note else said
