"""Where a clip comes from: the microphone, a file or many, or a sample. Bytes and a name, nothing decoded yet."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from pages.server import uploads
from pages.widgets import actors, in_url, microphone
from pages.widgets.actors import SAMPLES
from ser_core import audio, settings
from ser_core.corpora.base import AUDIO_ENDINGS

RECORD, UPLOAD, SAMPLE, GIVEN = "record", "upload", "samples", "live"
SOURCES = {
    RECORD: ":material/mic: Record",
    UPLOAD: ":material/upload: Upload",
    SAMPLE: ":material/library_music: Samples",
}
_HANDED_OVER = "sound-handed-over"
#: Characters of a sound's digest that are the same for all of its channels.
DIGEST = 16
ENDINGS = [ending.removeprefix(".") for ending in AUDIO_ENDINGS]


@dataclass(frozen=True)
class Sound:
    """One sound that a person gave: its name, its bytes as they came, and what is to be said of it."""

    name: str
    data: bytes = field(repr=False)
    note: str = ""
    channel: audio.Channel | None = None
    """Which of its channels was asked for; None: what the look at them decides."""
    of_visitor: bool = True
    """Whether it may be of whoever sits here; a sample is not."""
    plays: bool = False
    """Whether where it came from plays it, so that it needs no player."""

    @property
    def digest(self) -> str:
        """What stands for it in caches and keys."""
        of_channel = f"-{self.channel}" if self.channel else ""
        return hashlib.sha256(self.data).hexdigest()[:DIGEST] + of_channel


def hand_over(sound: Sound, title: str) -> None:
    """Keep a sound of another page for the chooser, as a source of this title, until the next one or the visit's end."""
    st.session_state[_HANDED_OVER] = sound, title


def choose() -> list[Sound]:
    """Draw where a clip comes from and, below it, what gives it; return what was given, empty until there is something."""
    return sounds(where())


def where() -> str:
    """Draw the choice of where a clip comes from and return it."""
    handed_over: tuple[Sound, str] | None = st.session_state.get(_HANDED_OVER)
    sources = SOURCES | ({GIVEN: f":material/graphic_eq: {handed_over[1]}"} if handed_over else {})
    return in_url.segmented("source", "Where the clip comes from", sources)


def sounds(source: str) -> list[Sound]:
    """Draw recorder, upload or list of samples and return what was given; empty until there is something."""
    handed_over: tuple[Sound, str] | None = st.session_state.get(_HANDED_OVER)
    if source == UPLOAD:
        return _uploaded("upload")
    if source == SAMPLE:
        sound, how_to_read = sample("sample", "Sample")
        st.caption(how_to_read)
        return [sound]
    if source == GIVEN and handed_over:
        return [handed_over[0]]
    return _recorded()


def _recorded() -> list[Sound]:
    why = microphone.trouble()
    if why:
        st.info(f"{why} Until then, upload a file:", icon=":material/mic_off:")
        return _uploaded("upload-instead")
    recording = st.audio_input(microphone.prompt(), key="recording")
    if recording is None:
        st.caption("What you record stays on this machine and is forgotten when you close the page.")
        return []
    # The recorder plays what it holds.
    return [Sound("recording.wav", recording.getvalue(), plays=True)]


def _uploaded(key: str) -> list[Sound]:
    files = st.file_uploader(
        f"Drop audio files ({audio.READABLE}); up to {settings.max_minutes():g} minutes and {uploads.said()}",
        type=ENDINGS,
        accept_multiple_files=True,
        key=key,
    )
    if len(files) > settings.MAX_UPLOAD_FILES:
        st.warning(f"Only the first {settings.MAX_UPLOAD_FILES} of {len(files)} files are analyzed.")
    return [Sound(file.name, file.getvalue()) for file in files[: settings.MAX_UPLOAD_FILES]]


@st.cache_data(show_spinner=False)
def _shipped() -> list[dict[str, Any]]:
    """The samples that ship, real voices first: name, title, file, kind, what it says, how to read its pictures."""
    made: list[dict[str, Any]] = json.loads((SAMPLES / "samples.json").read_text(encoding="utf-8"))
    return [*actors.voices(), *made]


def sample(name: str, label: str, *, key: str = "") -> tuple[Sound, str]:
    """Draw the picker of a sample, which the URL states as `name`; return the sample, and how its pictures are to be read."""
    by_name = {stated["name"]: stated for stated in _shipped()}
    in_url.begin(name, by_name, next(iter(by_name)), key=key)
    stated = by_name[
        st.selectbox(label, list(by_name), format_func=lambda option: by_name[option]["title"], key=key or name)
    ]
    path = Path(SAMPLES / stated["file"])
    note = "synthetic voice, no person spoke" if stated["kind"] == "voice" else ""
    return Sound(path.name, path.read_bytes(), note, of_visitor=False), stated["how_to_read"]
