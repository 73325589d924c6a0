"""Which channel of a recording is analyzed, where its channels are not simply two pictures of one sound."""

from __future__ import annotations

import dataclasses
from typing import get_args

import streamlit as st

from pages.widgets.audio_source import Sound
from ser_core import audio

_CODES = {"channels", "two-speakers"}
_AS_FOUND = "as-found"
_TITLES = {_AS_FOUND: "As found", "mix": "Mix", "left": "Left", "right": "Right", "each": "Each for itself"}


def choose(sound: Sound, clip: audio.Clip) -> Sound:
    """Draw the choice of channel where the look at them found that they differ, and return the sound with what was chosen.

    clip: as the look decided. Its own decision is what the choice begins with.
    """
    if not _CODES & {finding.code for finding in clip.findings}:
        return sound
    offered = [channel for channel in get_args(audio.Channel) if clip.channels == 2 or channel in ("mix", "each")]
    default = "each" if clip.apart else _AS_FOUND
    channel = st.segmented_control(
        "Channel",
        offered if clip.apart else [_AS_FOUND, *offered],
        format_func=lambda channel: _TITLES[channel],
        default=default,
        required=True,
        key=f"channel-{sound.digest}",
        help="The channels of this recording differ. Choose which one is analyzed, or their mix.",
    )
    if clip.apart and channel == default:
        st.caption("Player and pictures are of the louder channel; choose another one to see it.")
    return sound if channel in (None, default) else dataclasses.replace(sound, channel=channel)
