"""Every named set gives what it says, survives its description, and does not hear silence or gain where it should not."""

import dataclasses
import json

import numpy as np
import pytest
from scipy import signal

from ser_core import audio
from ser_core.features import conditioned, sets, sources
from tests import made


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    return made.voice(150.0, 0.4, 4.0, 1.2, np.random.default_rng(0))


def computed_here(source: sources.Source) -> sources.Source:
    """The source, where it can be computed; what is on others' terms needs an optional package and a confirmation."""
    if source.terms and source.missing:
        pytest.skip(source.missing)
    return source


@pytest.mark.parametrize("name", list(sets.SETS))
def test_a_set_has_the_shape_that_it_states(name: str, voice: np.ndarray) -> None:
    one = sets.named(name).inputs[0]
    found = computed_here(one.source).extract(voice)
    assert found.dtype == np.float32 and np.isfinite(found).all()
    assert found.shape[1] == one.source.dims
    assert len(found) == 1 if one.is_vector else len(found) > 5
    assert one.windows(found).features.shape[1:] == one.shape


@pytest.mark.parametrize("name", list(sets.SETS))
def test_a_sets_source_comes_back_from_json(name: str) -> None:
    source = sets.named(name).inputs[0].source
    again = sources.from_dict(json.loads(json.dumps(source.to_dict())))
    assert again == source and sources.spec_hash(again) == sources.spec_hash(source)


@pytest.mark.parametrize("name", ["seed", "msf-mfcc", "mfcc-20"])
def test_silence_around_the_voice_hardly_changes_a_vector(name: str, voice: np.ndarray) -> None:
    source = sets.named(name).inputs[0].source
    padded = np.concatenate([np.zeros(16000, np.float32), voice, np.zeros(16000, np.float32)])
    plain, later = source.extract(voice)[0], source.extract(padded)[0]
    assert np.corrcoef(plain, later)[0, 1] > 0.99


#: But log-mel, and openSMILE's, whose columns in Hz hide what the others do (test_functionals looks at those).
ONE_SCALE = [name for name, one in sets.SETS.items() if name[:6] != "logmel" and not one.inputs[0].source.terms]


@pytest.mark.parametrize("name", ONE_SCALE)
def test_a_set_says_whether_it_hears_the_level(name: str, voice: np.ndarray) -> None:
    found = sets.named(name)
    source = found.inputs[0].source
    plain, quieter = source.extract(voice), source.extract((voice * 0.3).astype(np.float32))
    changed = np.abs(quieter - plain).max() > 0.2 * plain.std()
    assert found.hears_level == changed


def test_what_is_all_but_silence_is_left_as_it_is() -> None:
    faint = np.full(800, 1e-43, np.float32)
    assert np.array_equal(conditioned.levelled(faint, -26.0), faint)
    quiet = np.full(800, 1e-8, np.float32)
    assert np.allclose(conditioned.levelled(quiet, -20.0), 0.1)


@pytest.mark.parametrize("name", ["seed-frames-conditioned", "msf-mfcc-levelled"])
@pytest.mark.parametrize("gain_db", [-30.0, -10.0, 10.0])
def test_the_level_of_a_recording_changes_nothing_of_a_levelled_set(
    name: str, gain_db: float, voice: np.ndarray
) -> None:
    source = sets.named(name).inputs[0].source
    other = source.extract((voice * 10.0 ** (gain_db / 20.0)).astype(np.float32))
    assert np.allclose(other, source.extract(voice), rtol=1e-3, atol=1e-3)
    silent = source.extract(np.zeros(audio.SAMPLE_RATE, np.float32))
    assert np.isfinite(silent).all()


def test_noise_of_its_own_keeps_what_a_line_takes_away_from_deciding(voice: np.ndarray) -> None:
    line = signal.butter(6, 3400.0, fs=audio.SAMPLE_RATE, output="sos")
    narrow = signal.sosfilt(line, voice).astype(np.float32)
    names = ("mfcc_100", "melspectrogram", "spectral_contrast")

    def moved(source: sources.SpectralSource) -> float:
        """By how many of its deviations a descriptor's mean moves, on average."""
        plain, lined = source.extract(voice), source.extract(narrow)
        return float(np.mean(np.abs(lined.mean(axis=0) - plain.mean(axis=0)) / (plain.std(axis=0) + 1e-6)))

    conditioned = sets.named("seed-frames-conditioned").inputs[0].source
    assert isinstance(conditioned, sources.SpectralSource)
    conditioned = dataclasses.replace(conditioned, names=names)
    quiet = dataclasses.replace(conditioned, room_snr_db=None, hiss_snr_db=None)
    assert moved(conditioned) < 0.5 * moved(quiet)


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(sources.FeatureError, match="no feature set called 'nothing'"):
        sets.named("nothing")
    with pytest.raises(sources.FeatureError, match="no descriptor or pool called 'mode'"):
        sources.SpectralSource(("mfcc",), ("mode",))
    with pytest.raises(sources.FeatureError, match="need pools"):
        sources.SpectralSource(("loudness",))
    with pytest.raises(sources.FeatureError, match="Only vectors can be joined"):
        sources.JoinedSource((sources.MsfSource(pools=()),))
    stated = sources.MsfSource().to_dict()
    stated["spec"]["bands"] = 20
    with pytest.raises(sources.FeatureError, match="other parameters in this version"):
        sources.from_dict(stated)
