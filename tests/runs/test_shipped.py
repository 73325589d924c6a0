"""What ships answers for people, not for their microphones."""

import numpy as np
import pytest

from ser_core import audio, runs, settings
from ser_core.predictor import Predictor
from ser_core.runs import Run, leagues

SHIPPED = runs.shipped()
VOICES = sorted((settings.ARTIFACTS / "samples").glob("voice-*.flac"))


@pytest.mark.parametrize("run", SHIPPED, ids=[run.name for run in SHIPPED])
def test_a_nearer_or_farther_microphone_changes_no_answer(run: Run) -> None:
    model = Predictor(run)
    assert VOICES
    for path in VOICES:
        samples = audio.decode(path).samples
        whole = model.windows(samples)[0].mean(axis=0)
        for gain_db in (-20.0, -10.0, 6.0):
            other = model.windows((samples * 10.0 ** (gain_db / 20.0)).astype(np.float32))[0].mean(axis=0)
            assert np.abs(other - whole).max() < 0.02, f"{path.stem} at {gain_db:+.0f} dB"


def test_what_a_model_with_a_pretrained_ear_has_taught_stands_beside_it() -> None:
    known = {run.name: (leagues.of(run), run.recipe.get("ear")) for run in SHIPPED}
    assert known["accurate"] == (leagues.PRETRAINED, "frozen")
    assert known["fast"] == (leagues.PRETRAINED, "taught")
    assert {known[name] for name in ("scratch", "cnn1d", "paper")} == {(leagues.LEARNED_HERE, None)}
