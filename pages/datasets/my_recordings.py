"""My recordings: collect labelled clips class by class, listen, redo, delete, take them away."""

from __future__ import annotations

import io
from collections import Counter

import streamlit as st

from pages.server import visitor
from pages.widgets import foreign, microphone, numbers, sitting
from ser_core import audio, settings
from ser_core.corpora import crema_d
from ser_core.corpora.base import EMOTIONS, CorpusError
from ser_core.corpora.recordings import Recording, Recordings

#: Sentences to read aloud: neutral in what they say, so that the voice carries the emotion.
PROMPTS = tuple(crema_d.SENTENCES.values())
SIX = EMOTIONS[:6]


def show() -> None:
    """Draw the collector and what was collected."""
    if not visitor.may_keep():
        st.info(visitor.why_not("keep recordings"), icon=":material/block:")
        return
    kept = Recordings()
    where = f"on this machine in {kept.folder}" if settings.mode() == "local" else "on this server, for you alone"
    st.caption(f"Kept {where}, until you delete them here.")
    made = kept.list_all()
    _collect(kept, made)
    if made:
        _collected(kept, made)
    else:
        st.caption(
            "Nothing collected yet. Ten clips or more of each class, in two sittings, make a model worth trying."
        )


def _collect(kept: Recordings, made: list[Recording]) -> None:
    counts = Counter(one.emotion for one in made)
    classes = list(dict.fromkeys([*SIX, *counts]))
    emotion = st.selectbox(
        "Class",
        classes,
        format_func=lambda name: f"{foreign.plain(name)} · {counts[name]}" if counts[name] else foreign.plain(name),
        accept_new_options=True,
        key="class",
        help="One of these, or a name of your own.",
    )
    if not emotion:
        return
    sentence = PROMPTS[counts[emotion] % len(PROMPTS)]
    st.markdown(f"Say it as **{foreign.plain(emotion)}**: “{sentence}”")
    why = microphone.trouble()
    if why:
        st.info(why, icon=":material/mic_off:")
    # A key that changes with every kept clip clears the recorder for the next one.
    recording = st.audio_input("Record", key=f"mine-{emotion}-{counts[emotion]}", disabled=why is not None)
    uploads = st.file_uploader(
        f"Or files of {foreign.plain(emotion)}",
        accept_multiple_files=True,
        key=f"mine-files-{emotion}-{counts[emotion]}",
    )
    sounds = [recording.getvalue()] if recording else [one.getvalue() for one in uploads]
    if sounds and st.button(f"Keep {len(sounds)} as {foreign.plain(emotion)}", type="primary", icon=":material/save:"):
        _keep(kept, sounds, emotion, sentence if recording else "")


def _keep(kept: Recordings, sounds: list[bytes], emotion: str, sentence: str) -> None:
    refused = []
    for data in sounds:
        try:
            kept.add(data, emotion, sitting=sitting.current(), sentence=sentence)
        except (audio.AudioError, CorpusError, OSError) as error:
            refused.append(str(error))
    for reason in refused:
        st.error(foreign.plain(reason))
    if not refused:
        st.rerun()


def _collected(kept: Recordings, made: list[Recording]) -> None:
    counts = Counter(one.emotion for one in made)
    st.markdown("##### " + " · ".join(f"{foreign.plain(emotion)} {n}" for emotion, n in counts.items()))
    wanted = st.pills(
        "Show", list(counts), default=next(iter(counts)), key="mine-show", required=True, format_func=foreign.plain
    )
    for one in [one for one in reversed(made) if one.emotion == wanted][:25]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.audio(kept.path(one.file).read_bytes(), format="audio/wav")
            st.caption(f"{numbers.seconds(one.seconds)} · {foreign.plain(one.sentence or 'uploaded')}")
            if st.button("Delete", key=f"delete-{one.file}", icon=":material/delete:", type="tertiary"):
                kept.delete(one.file)
                st.rerun()
    with st.container(horizontal=True):
        st.download_button(
            "Export all (ZIP)",
            lambda: _zip(kept),
            "recordings.zip",
            "application/zip",
            on_click="ignore",
            icon=":material/download:",
        )
        with st.popover("Delete all", icon=":material/delete_forever:"):
            st.write(f"Delete all {len(made)} recordings from this machine? This cannot be undone.")
            if st.button("Yes, delete them all", type="primary"):
                kept.delete_all()
                st.rerun()


def _zip(kept: Recordings) -> bytes:
    out = io.BytesIO()
    kept.export(out)
    return out.getvalue()
