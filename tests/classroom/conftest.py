"""A lesson with a class, and what is made in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ser_core import audio, classroom, settings
from ser_core.classroom import pupils
from ser_core.corpora.recordings import Recordings
from tests import made


@pytest.fixture
def lesson(home: Path, monkeypatch: pytest.MonkeyPatch) -> classroom.Lesson:
    """The lesson of class 7b; SER_HOME is its folder, as its server has it."""
    return begin(home, monkeypatch)[0]


def begin(home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[classroom.Lesson, str]:
    """Begin the lesson of class 7b below `home`, and serve it; return it and the teacher's code."""
    found, code = classroom.open_class(home, "7b")
    monkeypatch.setattr(settings, "_ask_owner", [])
    for name, said in (("SER_HOME", str(found.folder)), ("SER_MODE", "shared"), ("SER_CLASS", "7b")):
        monkeypatch.setenv(name, said)
    return found, code


def join(lesson: classroom.Lesson, nickname: str) -> tuple[str, str]:
    """Let somebody in; return their token and their id."""
    token = pupils.join(lesson, str(lesson.state["key"]), nickname)
    return token, pupils.id_of(token)


def act(id: str, nickname: str, emotions: tuple[str, ...] = ("anger", "sadness"), seconds: float = 0.6) -> None:
    """Keep a made recording of each emotion for a pupil."""
    random = np.random.default_rng(len(nickname))
    for emotion in emotions:
        pitch, level, rhythm = made.CODES[emotion[:3].upper()]
        sound = audio.encode_wav(made.voice(pitch, level, rhythm, seconds, random))
        Recordings(settings.home(id).recordings).add(sound, emotion, sitting="one", speaker=nickname)


Be = Callable[[str], None]


@pytest.fixture
def be(monkeypatch: pytest.MonkeyPatch) -> Be:
    return lambda owner: monkeypatch.setenv(settings.OWNER_VARIABLE, owner)
