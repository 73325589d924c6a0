"""“It was really …” under an answer keeps that very clip among my recordings; a shared server keeps nothing."""

from __future__ import annotations

import numpy as np
import pytest

from ser_core import audio, settings
from ser_core.corpora.recordings import Recordings
from tests.opened import words
from tests.pages.test_analyze import VOICE, analyze


def test_the_clip_is_kept_under_its_real_emotion() -> None:
    at = analyze(source="samples", sample="voice-british")
    assert Recordings().list_all() == []
    at.selectbox(key="correction-emotion").set_value("sadness").run()
    next(one for one in at.button if one.label == "Keep it").click().run()
    assert not at.exception
    (made,) = Recordings().list_all()
    assert made.emotion == "sadness" and made.sitting
    kept = audio.decode(Recordings().path(made.file)).samples
    assert np.abs(kept - audio.decode(VOICE).samples).max() < 1e-4
    assert "Kept as sadness" in words(at) and "delete it" in words(at)
    # Pressing again keeps nothing twice.
    assert next(one for one in at.button if one.label == "Keep it").disabled


def test_a_shared_server_offers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_MODE", "shared")
    at = analyze(source="samples", sample="voice-british")
    assert not at.exception and settings.mode() == "shared"
    assert not any(one.label == "Keep it" for one in at.button)
