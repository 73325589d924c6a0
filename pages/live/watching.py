"""The parts of the page that are drawn anew, again and again, while a stream is heard."""

from __future__ import annotations

import time

import numpy as np
import streamlit as st

from pages.live import connection, current_answer, pictures
from pages.live.microphone_stream import MicrophoneStream
from pages.widgets import foreign
from ser_core import audio, streaming

#: The answer is drawn more often than a window is judged, so that it waits less for its turn; the pictures take longer to draw.
ANSWER_EVERY_S, PICTURES_EVERY_S = 0.25, 0.5
#: Sound below this amplitude (-80 dBFS) for so many seconds is what a muted microphone sends.
MUTED, MUTED_S = 1e-4, 5.0
#: A stream without a frame for so many seconds has broken off.
BROKEN_S = 3.0
#: A stopped session's last words are waited for so long, in seconds.
LAST_WORDS_S = 1.0


def show(stream: MicrophoneStream, *, playing: bool, connecting: bool) -> None:
    """Draw what is heard, again and again while there is something to hear, once where there is not."""
    stream.connecting(connecting)
    if not (playing or connecting):
        if stream.session is None:
            st.caption(
                "Press Start and speak. Twice a second the page shows what the model hears in the last three seconds. "
                "The sound goes to this server and nowhere else."
            )
            return
        stream.session.wait(LAST_WORDS_S)
    moving = playing or connecting
    st.fragment(_answer, run_every=ANSWER_EVERY_S if moving else None)(stream, playing)
    st.fragment(_pictures, run_every=PICTURES_EVERY_S if moving else None)(stream)


def _answer(stream: MicrophoneStream, playing: bool) -> None:
    if stream.connecting_since is not None:
        connection.trouble(stream.connecting(True))
    session = stream.session
    if session is not None:
        heard = session.snapshot(timeline_s=streaming.HOP_S, samples_s=MUTED_S)
        _troubles(heard, playing)
        current_answer.show(stream, heard)


def _pictures(stream: MicrophoneStream) -> None:
    session = stream.session
    if session is not None:
        pictures.show(session.snapshot(pictures.TIMELINE_S, pictures.SOUND_S))


def _troubles(heard: streaming.Snapshot, playing: bool) -> None:
    if heard.failure:
        st.error(f"{foreign.plain(heard.failure)} Stop, and start again.", icon=":material/error:")
    elif not playing:
        if not heard.heard_s:
            st.warning("The connection was made, but no sound came through it.", icon=":material/wifi_off:")
            connection.recorder_hint("Record instead:")
    elif heard.received is None or time.monotonic() - heard.received > BROKEN_S:
        st.warning("No sound is coming. If this stays, stop and start again.", icon=":material/wifi_off:")
        connection.recorder_hint("Or record instead:")
    elif _muted(heard.samples):
        st.warning(
            "Nothing but silence is coming: the microphone seems to be muted, here or in the system's settings.",
            icon=":material/mic_off:",
        )
    if heard.dropped_s or heard.skipped:
        st.caption(
            ":material/speed: This machine cannot keep up: the newest sound is judged, and what had to wait too long was left out."
        )


def _muted(samples: np.ndarray) -> bool:
    newest = samples[-round(MUTED_S * audio.SAMPLE_RATE) :]
    return len(newest) >= round(MUTED_S * audio.SAMPLE_RATE) and float(np.abs(newest).max()) < MUTED
