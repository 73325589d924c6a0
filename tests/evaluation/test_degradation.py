"""What is done to clips to see what a model makes of real microphones: each does what its name says, and always the same."""

from pathlib import Path

import numpy as np
import pytest

from ser_core import audio, settings
from ser_core.augment import degradation
from ser_core.augment.degradation import DEGRADATIONS, RATE
from ser_core.cli.main import main
from ser_core.corpora import crema_d
from ser_core.evaluation import kept, on_corpus
from ser_core.predictor import Predictor
from ser_core.runs import find
from tests import made

VOICE = audio.decode(settings.ARTIFACTS / "samples" / "voice-british.flac").samples


def power_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.asarray(samples, np.float64) ** 2)))


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_the_same_clip_is_always_degraded_alike(name: str) -> None:
    one = DEGRADATIONS[name]
    first, again = one.apply(VOICE, "a"), one.apply(VOICE, "a")
    np.testing.assert_array_equal(first, again)
    assert first.dtype == np.float32 and np.isfinite(first).all() and len(first) >= len(VOICE) - 1


@pytest.mark.parametrize("snr_db", [20, 10, 0])
def test_noise_has_its_power_and_falls_with_frequency(snr_db: int) -> None:
    noise = DEGRADATIONS[f"noise-{snr_db}"].apply(VOICE, "a") - VOICE
    assert power_db(VOICE) - power_db(noise) == pytest.approx(snr_db, abs=0.1)
    spectrum = np.abs(np.fft.rfft(noise)) ** 2
    hz = np.fft.rfftfreq(len(noise), 1 / RATE)
    octaves = [spectrum[(hz >= low) & (hz < 2 * low)].sum() for low in (250, 500, 1000, 2000)]
    # The same power in every octave.
    assert max(octaves) < 1.3 * min(octaves)
    other = DEGRADATIONS[f"noise-{snr_db}"].apply(VOICE, "b") - VOICE
    assert not np.array_equal(noise, other)


def test_a_telephone_passes_its_band_alone() -> None:
    def heard(hz: float) -> float:
        tone = np.sin(2 * np.pi * hz * np.arange(RATE) / RATE)
        return power_db(DEGRADATIONS["telephone"].apply(tone, "a")[RATE // 4 : -RATE // 4]) - power_db(tone)

    assert heard(1000) == pytest.approx(0, abs=0.5)
    assert max(heard(100), heard(5000)) < -30


@pytest.mark.parametrize(("name", "db_an_octave"), [("bright", 3), ("dull", -3)])
def test_a_microphone_tilts_what_lies_above_its_turn(name: str, db_an_octave: float) -> None:
    def heard(hz: float) -> float:
        tone = np.sin(2 * np.pi * hz * np.arange(RATE) / RATE)
        return power_db(DEGRADATIONS[name].apply(tone, "a")) - power_db(tone)

    assert heard(200) == pytest.approx(0, abs=0.05)
    assert heard(1000) == pytest.approx(db_an_octave, abs=0.05)
    assert heard(4000) == pytest.approx(3 * db_an_octave, abs=0.05)


def test_suppression_takes_the_noise_between_the_words_and_leaves_the_voice() -> None:
    noise = np.random.default_rng(0).normal(scale=0.003, size=len(VOICE) + 2 * RATE)
    noisy = np.pad(VOICE, RATE) + noise
    found = DEGRADATIONS["suppressed"].apply(noisy, "a")
    pause, words = slice(RATE // 4, 3 * RATE // 4), slice(RATE, -RATE)
    assert power_db(noisy[pause]) - power_db(found[pause]) > 12
    assert power_db(found[words]) == pytest.approx(power_db(VOICE), abs=0.5)
    assert not DEGRADATIONS["suppressed"].apply(np.zeros(RATE), "a").any()


@pytest.mark.parametrize(
    ("codec", "form", "kbit_s"), [("libmp3lame", "mp3", 24), ("libopus", "ogg", 12)], ids=["mp3", "opus"]
)
def test_codecs_keep_their_rate_and_the_voice(codec: str, form: str, kbit_s: int) -> None:
    data = degradation.encoded(VOICE, codec, form, kbit_s)
    assert 8 * len(data) / (len(VOICE) / RATE) / 1000 == pytest.approx(kbit_s, rel=0.15)
    back = audio.decode(data).samples
    assert power_db(back) == pytest.approx(power_db(VOICE), abs=1.5)


@pytest.mark.parametrize(("name", "rt60_s", "direct_db"), [("room-small", 0.3, 3.0), ("room-large", 0.8, 0.0)])
def test_a_room_decays_as_stated(name: str, rt60_s: float, direct_db: float) -> None:
    click = np.zeros(RATE // 10)
    click[0] = 1.0
    heard = DEGRADATIONS[name].apply(click, "a").astype(np.float64)
    assert heard[0] == pytest.approx(1.0, abs=1e-6)
    tail = heard[1:]
    assert -10 * np.log10((tail**2).sum()) == pytest.approx(direct_db, abs=0.1)
    # Schroeder's integral falls by 60 dB in the decay time: 15 dB in a quarter of it.
    left = 10 * np.log10(np.cumsum(tail[::-1] ** 2)[::-1])
    start, step = round(0.05 * rt60_s * RATE), round(0.25 * rt60_s * RATE)
    assert left[start] - left[start + step] == pytest.approx(15, abs=1.5)


@pytest.mark.parametrize("peak_db", [0, -20, -40])
def test_levels_are_peaks(peak_db: int) -> None:
    found = DEGRADATIONS[f"level-{abs(peak_db)}"].apply(VOICE, "a")
    assert 20 * np.log10(np.abs(found).max()) == pytest.approx(peak_db, abs=0.1)


def test_silence_stands_in_front_and_behind() -> None:
    found = DEGRADATIONS["silence"].apply(VOICE, "a")
    np.testing.assert_array_equal(found[RATE:-RATE], VOICE)
    assert not found[:RATE].any() and not found[-RATE:].any()


def test_a_degraded_evaluation_is_of_the_changed_sounds_and_kept_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SER_HOME", str(tmp_path / "home"))
    corpus = crema_d.MODULE.load(made.crema_d(tmp_path / "c", made.SPEAKERS[:1], seconds=0.5))
    predictor = Predictor(find("accurate"))
    found = on_corpus.evaluate(predictor, corpus, include_seen=True, degradation=DEGRADATIONS["noise-0"])
    row = found.predictions.iloc[0]
    path = corpus.clips.set_index("clip").loc[row["clip"], "path"]
    changed = DEGRADATIONS["noise-0"].apply(audio.decode(Path(str(path))).samples, row["clip"])
    expected = predictor.windows(changed)[0].mean(axis=0)
    columns = [predictor.labels.index(label) for label in found.labels]
    expected = expected[columns] / expected[columns].sum()
    np.testing.assert_allclose([row[f"p_{label}"] for label in found.labels], expected, atol=1e-5)

    arguments = ["evaluate", "accurate", "--corpus", "crema-d", "--data", str(corpus.root), "--include-seen", "--keep"]
    assert main([*arguments, "--degradation", "telephone"]) == 0
    assert "telephone" in capsys.readouterr().out
    own = [one for one in kept.of_run("accurate") if one.path.is_relative_to(tmp_path)]
    assert [one.stated["degradation"] for one in own] == ["telephone"]
    assert own[0].condition.endswith("telephone")
