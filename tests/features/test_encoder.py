"""What networks are fed with of a pretrained encoder: the sound alone counts, not its level, not the silence around it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ser_core import encoders, settings
from ser_core.cli.main import main
from ser_core.encoders import making
from ser_core.features import arrays, encoder, sets, sources
from tests import made
from tests.encoders import tiny


@pytest.fixture
def ear(tmp_path: Path) -> sources.EncoderSource:
    """The source of an encoder of a few units."""
    found = making.make("tiny", tiny.write(tmp_path / "model.bin", tiny.weights()))
    return sources.EncoderSource(found.name, found.sha256[:16], found.width)


def voice(seconds: float = 1.0) -> np.ndarray:
    return made.voice(150.0, 0.3, 4.0, seconds, np.random.default_rng(0))


def test_the_features_of_a_float_wav_have_the_golden_numbers(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "golden.wav", making.golden_sound(), 16_000, subtype="FLOAT")
    out = tmp_path / "out.npz"
    assert main(["features", str(tmp_path / "golden.wav"), "--set", "whisper", "--out", str(out)]) == 0
    with np.load(out) as found:
        blocks = [found[f"block{k}"] for k in (1, 2, 3)]
        for block, golden in zip(blocks, making.ORIGINS["whisper-tiny"].golden, strict=True):
            computed = np.concatenate([block.mean(axis=0)[:4], block.std(axis=0)[:4]])
            np.testing.assert_allclose(computed, golden, atol=2e-2)
        together = np.concatenate(blocks, axis=1)
        vector = np.concatenate([together.mean(axis=0), together.std(axis=0)])
        np.testing.assert_allclose(found["vector"], vector, rtol=1e-4, atol=1e-5)
        assert found["logmel"].shape == (320, 80) and found["times_s"].shape == (160,)
        assert json.loads(str(found["spec"]))["sha256_16"] == sets.EAR.sha256_16


def test_the_vector_that_is_written_is_the_one_that_networks_are_fed_with() -> None:
    fed = sources.extracted(sets.named("whisper").inputs[0].source, voice())[0]
    np.testing.assert_allclose(arrays.extract(voice(), "whisper")["vector"], fed, atol=1e-5)


def test_gain_and_silence_at_both_ends_change_nothing(ear: sources.EncoderSource) -> None:
    plain = ear.extract(voice())
    np.testing.assert_allclose(ear.extract(voice() * 0.01), plain, atol=2e-3)
    silence = np.zeros(16_000, np.float32)
    padded = ear.extract(np.concatenate([silence, voice(), silence]))
    np.testing.assert_allclose(padded, plain, atol=0.1)
    later = encoder.heard(np.concatenate([silence, voice()])).start_s
    assert later - encoder.heard(voice()).start_s == pytest.approx(1.0, abs=0.02)


def test_frames_are_averaged_and_pooled(ear: sources.EncoderSource) -> None:
    frames = sources.EncoderSource(ear.encoder, ear.sha256_16, ear.width, pools=())
    fine = frames.extract(voice())
    assert fine.shape[1] == frames.dims == 3 * tiny.WIDTH and frames.hop_s == 0.02
    coarse = sources.EncoderSource(ear.encoder, ear.sha256_16, ear.width, pools=(), every=4)
    found = coarse.extract(voice())
    assert len(found) == -(-len(fine) // 4) and coarse.hop_s == pytest.approx(0.08)
    np.testing.assert_allclose(found[0], fine[:4].mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(found[-1], fine[4 * (len(found) - 1) :].mean(axis=0), atol=1e-5)
    vector = ear.extract(voice())[0]
    np.testing.assert_allclose(vector, np.concatenate([fine.mean(axis=0), fine.std(axis=0)]), atol=1e-4)
    last = ear.kept(("block3",))
    np.testing.assert_allclose(last.extract(voice())[0], vector[[*range(24, 36), *range(60, 72)]], atol=1e-5)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 9.99, 10.02, 35.0])
def test_sounds_of_any_length_give_a_frame_every_20_ms(ear: sources.EncoderSource, seconds: float) -> None:
    sound = np.random.default_rng(0).normal(0.0, 0.1, round(16_000 * seconds)).astype(np.float32)
    frames = sources.EncoderSource(ear.encoder, ear.sha256_16, ear.width, pools=()).extract(sound)
    assert np.isfinite(frames).all() and len(frames) >= 1
    assert abs(len(frames) * 0.02 - seconds) <= 0.03


def test_long_speech_is_heard_in_pieces(ear: sources.EncoderSource) -> None:
    picture = np.random.default_rng(1).normal(0.0, 0.4, (2301, 80)).astype(np.float32)
    found = encoder.hidden_states(picture, encoders.find(ear.encoder))
    whole = encoders.find(ear.encoder).run(picture[None, :768])
    assert [len(block) for block in found] == [1151] * 3
    for block, alone in zip(found, whole, strict=True):
        np.testing.assert_allclose(block[:384], alone[0], atol=1e-4)


def test_an_encoder_that_is_not_here_or_another_one_is_said(ear: sources.EncoderSource) -> None:
    assert not ear.missing
    other = sources.EncoderSource(ear.encoder, "0" * 16, ear.width)
    assert "of another tiny" in other.missing
    absent = sources.EncoderSource("whisper-base", "0" * 16, 512)
    assert "encoders make whisper-base" in absent.missing
    deep = sources.EncoderSource(ear.encoder, ear.sha256_16, ear.width, blocks=(1, 9))
    for source in (other, absent, deep):
        with pytest.raises(sources.FeatureError):
            source.extract(voice())


def test_sets_of_another_encoder_are_named_after_it(ear: sources.EncoderSource) -> None:
    features = sets.named("whisper-frames:tiny")
    (given,) = features.inputs
    assert given.source == sources.EncoderSource("tiny", ear.sha256_16, tiny.WIDTH, pools=(), every=2)
    assert given.shape == (80, 36) and features.name == "whisper-frames:tiny"
    for name, said in (("whisper:none", "encoders make none"), ("logmel:tiny", "no feature set called 'logmel:tiny'")):
        with pytest.raises(sources.FeatureError, match=said):
            sets.named(name)


def test_what_the_shipped_sets_need_is_in_the_repository() -> None:
    assert (settings.ARTIFACTS / "encoders" / sets.EAR.encoder / encoders.encoder.GRAPH).is_file()
    assert not sets.named("whisper").inputs[0].source.missing


def test_where_a_quiet_sound_begins_is_told_as_of_a_loud_one() -> None:
    sound = np.concatenate([np.zeros(16_000, np.float32), voice()])
    loud, quiet = encoder.heard(sound), encoder.heard(sound * 1e-3)
    assert quiet.start_s == loud.start_s
    np.testing.assert_allclose(quiet.logmel, loud.logmel, atol=1e-3)
