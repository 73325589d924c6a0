"""Inside a network: what ONNX Runtime gives at every layer is what Keras gives there, on the clip's own time axis."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from ser_core import audio, inside, runs, settings
from ser_core.features import extraction
from ser_core.networks import layers as _known  # noqa: F401  Saved networks are read once their layers are known.
from ser_core.predictor import Predictor
from ser_core.runs import Run

VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    return audio.decode(VOICE).samples


@pytest.mark.parametrize("name", ["fast", "cnn1d"])
def test_every_layer_is_keras_own(name: str, samples: np.ndarray) -> None:
    predictor = Predictor(runs.find(name))
    found = inside.layers(predictor, samples)
    model = keras.models.load_model(predictor.run.path / "model.keras")
    answers = [layer for layer in model.layers if isinstance(layer, keras.layers.ReLU)]
    assert len(found) == len(answers) >= 3
    (given,) = predictor.inputs
    cut = given.windows(extraction.of_sound(predictor.inputs, samples)[given.name])
    feeds = {given.name: cut.features[:1], "n_frames": cut.n_frames[:1]}
    if predictor.takes_profile:
        feeds |= {
            "profile": np.zeros((1, 2, given.source.dims), np.float32),
            "profile_weight": np.zeros(1, np.float32),
        }
    theirs = keras.Model(model.input, [layer.output for layer in answers])(feeds)
    for layer, values in zip(found, theirs, strict=True):
        expected = np.asarray(values)[0]
        expected = expected[..., None, :] if expected.ndim == 2 else expected
        assert (layer.steps, layer.bands, len(layer.maps)) == expected.shape
        # Frame by frame: the first frame of every step that holds sound.
        of_step = given.frames / layer.steps
        for step in range(int(cut.n_frames[0] / of_step)):
            frame = int(cut.starts[0] + np.ceil(step * of_step))
            np.testing.assert_allclose(layer.maps[:, frame].T, expected[step], atol=1e-3)


def test_nothing_is_drawn_outside_of_what_the_network_heard(samples: np.ndarray) -> None:
    predictor = Predictor(runs.find("fast"))
    quiet = np.concatenate([np.zeros(8000, np.float32), samples, np.zeros(8000, np.float32)])
    padded = inside.layers(predictor, quiet)[0]
    heard = ~np.isnan(padded.maps[0, :, 0])
    (given,) = predictor.inputs
    cut = given.windows(extraction.of_sound(predictor.inputs, quiet)[given.name])
    start, filled = int(cut.starts[0]), int(cut.n_frames[0])
    # Half a second of silence is 40 frames of 12.5 ms, of which the network is fed with the last eight.
    assert start >= 32
    np.testing.assert_array_equal(np.flatnonzero(heard), np.arange(start, start + filled))
    assert padded.strongest(3) == sorted(range(16), key=lambda unit: -padded.strength[unit])[:3]


def test_filters_are_the_weights_of_the_convolution(samples: np.ndarray) -> None:
    predictor = Predictor(runs.find("cnn1d"))
    model = keras.models.load_model(predictor.run.path / "model.keras")
    kernels = [layer.get_weights()[0] for layer in model.layers if isinstance(layer, keras.layers.Conv1D)]
    wide = [kernel for kernel in kernels if kernel.shape[0] == 5]
    for layer, kernel in zip(inside.layers(predictor, samples), wide, strict=True):
        np.testing.assert_allclose(layer.filters[:, :, 0], kernel.transpose(2, 1, 0), atol=1e-6)


def test_what_has_no_layers_over_time_says_so(samples: np.ndarray, tmp_path: Path) -> None:
    for name in ("accurate", "paper"):
        with pytest.raises(inside.InsideError, match="one vector a clip"):
            inside.layers(Predictor(runs.find(name)), samples)


def test_attention_to_all_moments_together_is_one_a_moment(samples: np.ndarray) -> None:
    second = np.zeros(audio.SAMPLE_RATE, np.float32)
    found = inside.attention(Predictor(runs.find("accurate")), np.concatenate([second, samples, second]))
    assert len(found.blocks) == 3
    for block in found.blocks:
        heard = ~np.isnan(block[0])
        assert len(block) == 6 and not heard[:90].any() and not heard[-90:].any()
        np.testing.assert_allclose(block[:, heard].mean(axis=1), 1.0, atol=0.02)
        # No head looks everywhere alike.
        assert (block[:, heard].max(axis=1) > 1.2).all()
    with pytest.raises(inside.InsideError, match="choose a part"):
        inside.attention(Predictor(runs.find("accurate")), np.tile(samples, 8))
    with pytest.raises(inside.InsideError, match="has no pretrained ear"):
        inside.attention(Predictor(runs.find("fast")), samples)


def test_the_clips_that_a_unit_answers_most_come_first(samples: np.ndarray) -> None:
    predictor = Predictor(runs.find("fast"))
    sounds = {f"{k}": np.roll(samples, 400 * k)[: len(samples) - 3000 * k] for k in range(4)}
    found = inside.peaks(predictor, sounds.items())
    for number, layer in enumerate(inside.layers(predictor, sounds["2"])):
        np.testing.assert_allclose(found.values[number][2], np.nanmax(layer.maps, axis=(1, 2)), atol=1e-6)
    most = found.most(1, 3, 4)
    assert [value for _, value, _ in most] == sorted((value for _, value, _ in most), reverse=True)
    clip, value, at_s = most[0]
    frame = round(at_s / predictor.inputs[0].source.hop_s)
    assert np.nanmax(inside.layers(predictor, sounds[clip])[1].maps[3, frame]) == pytest.approx(value)


def test_a_strangers_graph_is_not_opened(samples: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    predictor = Predictor(runs.find("fast"))
    monkeypatch.setattr(Run, "of_a_stranger", property(lambda self: True))
    with pytest.raises(inside.InsideError, match="came from elsewhere"):
        inside.layers(predictor, samples)


def test_it_needs_no_tensorflow() -> None:
    program = (
        "import sys; from ser_core import audio, inside, runs; from ser_core.predictor import Predictor; "
        f"inside.layers(Predictor(runs.find('fast')), audio.decode(__import__('pathlib').Path({str(VOICE)!r})).samples); "
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras')))"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=300).returncode == 0
