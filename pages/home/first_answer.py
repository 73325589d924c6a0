"""A recording, a file or a real voice, and what the model says of it, right here. What is heavy is imported once there is a sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.server import warmup
from pages.widgets import actors, autoplay, foreign, microphone

if TYPE_CHECKING:
    from pages.widgets.audio_source import Sound

#: Which of the three ways was taken last: `recording`, `file`, or a voice's name.
_GIVEN, _GUESS = "home-given", "home-guess"
_RECORDING, _FILE = "recording", "file"


def show() -> None:
    """Draw the recorder, the place for a file and six voices; below them the answer to what was given last."""
    # One row that wraps: on a phone the style puts the other ways of giving a voice behind the answer.
    row = st.container(horizontal=True, key="first-answer")
    with row.container(key="first-recorder"):
        st.audio_input(microphone.prompt(), key=_RECORDING, on_change=_take, args=(_RECORDING,))
    with row.container(key="first-file"):
        st.file_uploader("Or drop a file", key=_FILE, on_change=_take, args=(_FILE,))
    with row.container(key="first-actors", horizontal=True, vertical_alignment="center"):
        actors.row("home-voice", _take)
        st.toggle("Guess first", key="guess-first")
    with row.container(key="first-said"):
        _said()


def _said() -> None:
    voices = actors.one_each()
    given = st.session_state.get(_GIVEN)
    stated = voices.get(given or "")
    if stated is not None:
        _of_an_actor(stated)
    elif given and st.session_state.get(given) is not None:
        file = st.session_state[given]
        _answer(file.name if given == _FILE else "recording.wav", file.getvalue())


def _take(what: str) -> None:
    st.session_state[_GIVEN] = what
    st.session_state.pop(_GUESS, None)


def _of_an_actor(stated: dict[str, Any]) -> None:
    data = (actors.SAMPLES / stated["file"]).read_bytes()
    autoplay.show(data, "audio/flac")
    if st.session_state.get("guess-first"):
        st.pills(
            "What was the actor asked for?",
            sorted(voice["emotion"] for voice in actors.one_each().values()),
            key=_GUESS,
        )
        if not st.session_state.get(_GUESS):
            return
        right = st.session_state[_GUESS] == stated["emotion"]
        st.markdown(f"{'Right' if right else 'No'}: the actor was asked for **{stated['emotion']}**.")
    else:
        st.caption(f"The actor was asked for {stated['emotion']}. No shipped model has heard this voice.")
    _answer(stated["name"], data, sample=stated["name"])


def _answer(name: str, data: bytes, *, sample: str = "") -> None:
    # The warm-up's imports are those of what follows.
    warmup.wait()
    from pages.analyze import answer
    from pages.widgets import audio_source, cached, voice_profile
    from ser_core import audio, runs

    shipped = runs.shipped()
    if not shipped:
        return
    sound = audio_source.Sound(name, data, of_visitor=not sample)
    try:
        clip = cached.clip(sound.data, sound.name)
    except audio.AudioError as error:
        st.error(foreign.plain(error), icon=":material/error:")
        return
    voice_profile.begin()
    voice_profile.meet(sound)
    answer.alone(sound.digest, clip, shipped[0], wide=True)
    voice_profile.heard(sound, clip, shipped[:1])
    _see_why(sound, sample)


def _see_why(sound: Sound, sample: str) -> None:
    from pages.widgets import audio_source

    if st.button("See why", icon=":material/arrow_forward:", type="primary"):
        source = {"source": audio_source.SAMPLE, "sample": sample}
        if not sample:
            audio_source.hand_over(sound, "From home")
            source = {"source": audio_source.GIVEN}
        st.switch_page("pages/analyze/page.py", query_params=source)
