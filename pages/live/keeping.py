"""What can be done with what was heard: save the session, or hand a stretch of it to analyze."""

from __future__ import annotations

import io

import streamlit as st

from pages.widgets import audio_source
from ser_core import audio, settings, streaming

#: Stretches of a running session that can be handed over, in seconds: the last so many.
LAST_S = (5, 10, 30, 60)


def show(session: streaming.Session, *, running: bool) -> None:
    """Draw the button that saves the session and the choice of a stretch to analyze."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if running and session.grows:
            st.button("New speaker", icon=":material/add:", on_click=session.new_speaker)
        st.download_button(
            "Save session (ZIP)",
            lambda: _zip(session),
            "live-session.zip",
            "application/zip",
            icon=":material/download:",
            on_click="ignore",
            help="The sound at 16 kHz, the timeline, and what they mean.",
        )
        newest_s = session.recording.end / audio.SAMPLE_RATE
        oldest_s = max(session.recording.start / audio.SAMPLE_RATE, newest_s - 60 * settings.max_minutes())
        if running:
            chosen = st.selectbox("Stretch", LAST_S, 1, format_func=lambda s: f"the last {s} s", width=180)
            begin_s = end_s = None
        elif newest_s - oldest_s < 1.0:
            return
        else:
            first, last = round(oldest_s, 1), round(newest_s, 1)
            begin_s, end_s = st.slider(
                "Stretch (s)", first, last, (max(first, last - LAST_S[1]), last), step=0.1, format="%.1f", width=420
            )
            chosen = None
        if st.button("Analyze this stretch", icon=":material/search:"):
            _hand_over(session, chosen, begin_s, end_s)
    st.caption(
        "The sound stays on this server, in a file without a name that goes when you start anew or leave this page; "
        f"of long sessions the last {streaming.KEPT_S / 60:.0f} minutes are kept."
    )


def _hand_over(session: streaming.Session, last_s: int | None, begin_s: float | None, end_s: float | None) -> None:
    end = session.recording.end
    stop = end if end_s is None else min(end, round(end_s * audio.SAMPLE_RATE))
    begin = stop - (last_s or 0) * audio.SAMPLE_RATE if begin_s is None else round(begin_s * audio.SAMPLE_RATE)
    begin = max(begin, session.recording.start)
    if stop <= begin:
        st.warning("There is nothing in this stretch yet.")
        return
    samples = session.recording.between(begin, stop)
    name = f"live-{begin / audio.SAMPLE_RATE:.1f}-{stop / audio.SAMPLE_RATE:.1f}s.wav"
    audio_source.hand_over(
        audio_source.Sound(name, audio.encode_wav(samples, subtype="FLOAT"), "from the live page"), "From live"
    )
    model = {"model": session.model}
    st.switch_page("pages/analyze/page.py", query_params={"source": audio_source.GIVEN, **model})


def _zip(session: streaming.Session) -> bytes:
    out = io.BytesIO()
    streaming.save(session, out)
    return out.getvalue()
