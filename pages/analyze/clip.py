"""One clip: the answer first, then the evidence."""

from __future__ import annotations

import streamlit as st

from pages.analyze import answer, downloads, pictures
from pages.widgets import cached
from pages.widgets.audio_source import Sound
from ser_core import audio
from ser_core.runs import Run

#: Clips longer than this get the emotion over time.
LONG_S = 4.0


def show(sound: Sound, models: list[Run]) -> None:
    """Draw everything about one clip: answers, player, pictures, timeline, downloads."""
    try:
        whole = cached.clip(sound.data, sound.name)
    except audio.AudioError as error:
        st.error(str(error), icon=":material/error:")
        return
    # The answer stands above the pictures, but which part it is about is chosen below them.
    above = st.container()
    region = pictures.show(sound, whole)
    part = whole if region is None else audio.segment(whole, *region)
    key = sound.digest if region is None else f"{sound.digest}#{region[0]:.2f}-{region[1]:.2f}"
    with above:
        answer.show(key, part, models, region)
    if part.duration > LONG_S:
        for run in models:
            pictures.over_time(key, part, run, named=len(models) > 1)
    downloads.show(sound, key, part, models)
