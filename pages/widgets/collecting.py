"""Collecting clips class by class, all classes side by side: record, and it is kept. One place for one's own corpus and one's own model."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import streamlit as st

from pages.server import visitor
from pages.widgets import foreign, microphone, numbers, sitting
from pages.widgets.audio_source import ENDINGS
from ser_core import audio, settings
from ser_core.corpora import crema_d
from ser_core.corpora.base import EMOTIONS, CorpusError
from ser_core.corpora.recordings import Recording, Recordings
from ser_core.personal import collected

#: Sentences to read aloud: neutral in what they say, so that the voice carries the emotion.
PROMPTS = tuple(crema_d.SENTENCES.values())
#: The classes that one begins with, and those that are offered.
FIRST = ("anger", "neutral")
OFFERED = (*EMOTIONS[:6], collected.BACKGROUND)
#: Classes side by side.
ACROSS = 4
_CLASSES, _REFUSED = "collected-classes", "collected-refused"


def show() -> None:
    """Draw a column a class: how many clips it has, what to say, a recorder that keeps what it hears, and the clips.

    In a lesson the classes are the emotions that everybody acts, and nothing but the microphone gives a clip.
    """
    kept = Recordings()
    made = kept.list_all()
    why = microphone.trouble("microphone-collect")
    if why:
        st.info(why if settings.school_class() else f"{why} Until then, drop files.", icon=":material/mic_off:")
    for reason in st.session_state.pop(_REFUSED, []):
        st.error(foreign.plain(reason))
    classes = _classes(made)
    for start in range(0, len(classes), ACROSS):
        for column, name in zip(st.columns(min(ACROSS, len(classes))), classes[start : start + ACROSS], strict=False):
            with column, st.container(border=True):
                _one(kept, name, [clip for clip in made if clip.emotion == name], disabled=why is not None)
    with st.container(horizontal=True, vertical_alignment="center"):
        if not settings.school_class():
            _add_class(classes)
        if made:
            with st.popover("Delete all", icon=":material/delete_forever:"):
                st.write(f"Delete all {len(made)} recordings from this machine? This cannot be undone.")
                if st.button("Yes, delete them all", type="primary"):
                    kept.delete_all()
                    st.rerun()
    if not settings.school_class():
        _missing(made)


def _classes(made: list[Recording]) -> list[str]:
    if settings.school_class():
        return list(EMOTIONS[:6])
    there = list(Counter(clip.emotion for clip in made))
    added: list[str] = st.session_state.setdefault(_CLASSES, [])
    classes = list(dict.fromkeys([*there, *added]))
    # Two are the least that a model can tell apart.
    return classes + [name for name in FIRST if name not in classes][: max(0, 2 - len(classes))]


def _one(kept: Recordings, name: str, made: list[Recording], *, disabled: bool) -> None:
    of = "" if settings.school_class() else f" of {collected.ENOUGH}"
    st.markdown(f"**{foreign.plain(name)}** · {len(made)}{of}")
    sentence = PROMPTS[len(made) % len(PROMPTS)] if name != collected.BACKGROUND else "nothing: the room alone"
    # Every clip that is kept gives the recorder another key, so that it is empty for the next one.
    key = f"collect-{name}-{len(made)}"
    # What is asked for in a lesson is acting: nobody is asked what they feel.
    ask = f"Act {name}" if settings.school_class() else "Say"
    st.audio_input(
        f"{ask}: “{sentence}”", key=key, disabled=disabled, on_change=_keep, args=(kept, name, key, sentence)
    )
    with st.container(horizontal=True):
        if not settings.school_class():
            _files(kept, name, len(made))
        if made:
            with st.popover("Clips", icon=":material/headphones:"):
                _clips(kept, made)


def _files(kept: Recordings, name: str, number: int) -> None:
    with st.popover("Files", icon=":material/upload:"):
        key = f"collect-files-{name}-{number}"
        st.file_uploader(
            f"Files of {foreign.plain(name)}",
            type=ENDINGS,
            accept_multiple_files=True,
            key=key,
            on_change=_keep,
            args=(kept, name, key, ""),
        )


def _keep(kept: Recordings, name: str, key: str, sentence: str) -> None:
    given = st.session_state.get(key)
    refused = []
    for file in given if isinstance(given, list) else [given] if given else []:
        try:
            # Whose clip it is in a lesson, the class' corpus knows by the nickname; elsewhere it is one's own.
            speaker = visitor.nickname() or "me"
            kept.add(file.getvalue(), name, sitting=sitting.current(), sentence=sentence, speaker=speaker)
        except (audio.AudioError, CorpusError, OSError) as error:
            refused.append(f"{file.name}: {error}" if isinstance(given, list) else str(error))
    st.session_state[_REFUSED] = refused


def _clips(kept: Recordings, made: list[Recording]) -> None:
    for clip in list(reversed(made))[:25]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.audio(kept.path(clip.file).read_bytes(), format="audio/wav")
            st.caption(f"{numbers.seconds(clip.seconds)} · {foreign.plain(clip.sentence or 'uploaded')}")
            st.button(
                "Delete",
                key=f"delete-{clip.file}",
                icon=":material/delete:",
                type="tertiary",
                on_click=kept.delete,
                args=(clip.file,),
            )


def _add_class(classes: list[str]) -> None:
    def add() -> None:
        name = str(st.session_state.get("collect-add") or "").strip()
        if name:
            # Those that one began with give way to those that one names.
            st.session_state[_CLASSES] = list(dict.fromkeys([*st.session_state[_CLASSES], name]))
        st.session_state["collect-add"] = None

    st.selectbox(
        "Add a class",
        [name for name in OFFERED if name not in classes],
        index=None,
        placeholder="Add a class: one of these, or a name of your own",
        accept_new_options=True,
        key="collect-add",
        on_change=add,
        label_visibility="collapsed",
        width=330,
    )


def _missing(made: list[Recording]) -> None:
    if not made:
        st.caption(
            f"{collected.ENOUGH} clips or more of each class, in two sittings, make a model worth trying; two classes of "
            f"{collected.FEWEST} clips are the least."
        )
        return
    clips = pd.DataFrame([(clip.emotion, clip.sitting) for clip in made], columns=["emotion", "sitting"])
    for sentence in collected.missing(clips):
        st.caption(f":material/arrow_forward: {foreign.plain(sentence)}")
