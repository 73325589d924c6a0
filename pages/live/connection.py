"""The browser's microphone over WebRTC, and plain words where it cannot be had."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import streamlit as st
from streamlit_webrtc import Translations, WebRtcMode, WebRtcStreamerState, webrtc_streamer

from pages.live.microphone_stream import MicrophoneStream
from pages.widgets import microphone

_LOG = logging.getLogger(__name__)

#: After this many seconds of connecting the page says what else can be done.
PATIENCE_S = 8.0
#: The microphone's own sound: what browsers do to calls (echo, noise, level) changes a voice.
SOUND = {"echoCancellation": False, "noiseSuppression": False, "autoGainControl": False}
WORDS = Translations(start="Start", stop="Stop", select_device="Choose a microphone")


def show(stream: MicrophoneStream) -> WebRtcStreamerState | None:
    """Draw Start and Stop and return whether the stream is playing or connecting; None after the reason why it cannot was drawn."""
    why = microphone.trouble()
    if why:
        st.info(why, icon=":material/mic_off:")
        recorder_hint("An uploaded file can still be analyzed:")
        return None
    try:
        streamer = webrtc_streamer(
            "live",
            WebRtcMode.SENDONLY,
            rtc_configuration={"iceServers": ice_servers()},
            media_stream_constraints={"audio": SOUND, "video": False},
            sink_audio_track=stream,
            translations=WORDS,
        )
    except Exception:  # aiortc's errors share no base class; whatever it was, the visitor can still record.
        _LOG.exception("A live connection failed")
        st.error("The connection to the microphone failed. Press Start once more.", icon=":material/error:")
        recorder_hint("If it fails again, record instead:")
        return None
    return streamer.state


def trouble(connecting_s: float) -> None:
    """Draw what to do where connecting takes too long."""
    if connecting_s > PATIENCE_S:
        st.warning(
            "The browser cannot reach this server directly, perhaps because of a firewall or a VPN between them. Whoever runs the "
            "server can name a TURN server (docs/live.md).",
            icon=":material/wifi_off:",
        )
        recorder_hint("Until then, record instead:")


def recorder_hint(text: str) -> None:
    """Draw the way to the recorder, which needs no such connection."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(text)
        st.page_link(
            "pages/analyze/page.py",
            label="Analyze a recording",
            icon=":material/mic:",
            query_params={"source": "record"},
        )


def ice_servers() -> list[dict[str, Any]]:
    """Return the STUN and TURN servers that .streamlit/secrets.toml names under [webrtc] ice_servers; none where it names none.

    Without this list streamlit-webrtc would ask a public STUN server.
    """
    if not st.secrets.load_if_toml_exists():
        return []
    stated = st.secrets.get("webrtc", {})
    servers = stated.get("ice_servers", []) if isinstance(stated, Mapping) else []
    return [dict(server) for server in servers if isinstance(server, Mapping) and "urls" in server]
