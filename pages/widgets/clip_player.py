"""A player for one clip of a corpus: from this machine or, for CREMA-D, fetched from its official repository on click."""

from __future__ import annotations

import streamlit as st

from pages.widgets import actors, corpora, foreign
from ser_core import audio, settings
from ser_core.corpora import classmates, crema_d, details, samples
from ser_core.corpora.base import CorpusError, index
from ser_core.corpora.reading import ClipReader
from ser_core.corpora.recordings import Recordings


def show(clip: str, key: str) -> None:
    """Draw the player of the clip with this id, or why there is none and the way to one. `key`: this player's own."""
    clip = details.original(clip)
    corpus = details.corpus_of(clip)
    if corpus == classmates.NAME and settings.school_class():
        _own(clip)
        return
    try:
        sound = _sound(clip, corpus)
    except (audio.AudioError, OSError) as error:
        st.error(foreign.plain(error))
        return
    if sound is not None:
        st.audio(audio.encode_wav(sound.samples, sound.sample_rate), format="audio/wav", alt=f"The clip {clip}")
    elif corpus == crema_d.CARD.name and clip.removeprefix("crema-d/") in index(corpus):
        _fetcher(clip, key)
    else:
        st.info(
            f"{foreign.plain(clip)} is not on this machine: add the corpus {foreign.plain(corpus)} on the datasets page to hear it."
        )


def _sound(clip: str, corpus: str) -> audio.Clip | None:
    present = corpora.here([corpus]).get(corpus)
    if present is not None:
        rows = present.clips[present.clips["clip"] == clip]
        if len(rows):
            row = rows.iloc[0]
            return ClipReader().read(row["path"], row["start"], row["end"])
    path = actors.file_of(clip) if corpus == crema_d.CARD.name else None
    return audio.decode(path) if path is not None else None


def _own(clip: str) -> None:
    """A recording of a lesson: whoever made it hears it, and nobody else."""
    kept = Recordings()
    mine = next(
        (recording for recording in kept.list_all() if classmates.clip_of(kept.folder, recording.file) == clip), None
    )
    if mine is None:
        st.caption("Somebody else in the class recorded it; it is played to nobody.")
    else:
        st.audio(kept.path(mine.file).read_bytes(), format="audio/wav")


def _fetcher(clip: str, key: str) -> None:
    stem = clip.removeprefix("crema-d/")
    if st.button("Fetch this clip (about 0.1 MB)", icon=":material/cloud_download:", key=f"fetch-{key}"):
        try:
            samples.fetch(stem)
        except CorpusError as error:
            st.error(f"{foreign.plain(error)} Check the network and press again.")
            return
        st.rerun()
    st.caption(
        f"{foreign.plain(stem)} is not on this machine. It comes from CREMA-D's official repository on GitHub (Open Database License 1.0); "
        "nothing is fetched before you press."
    )
