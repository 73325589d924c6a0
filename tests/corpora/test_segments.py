"""Segments of longer files: read, stored as features, and told apart in fingerprints."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ser_core import audio, settings
from ser_core.corpora import manifest, reading
from ser_core.corpora.base import Corpus
from ser_core.features import sources, store
from tests import made

SOURCE = sources.LogMelSource()
NAN = float("nan")


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    random = np.random.default_rng(0)
    talk = np.concatenate([made.voice(pitch, 0.3, 4, 1.0, random) for pitch in (120.0, 200.0, 300.0)])
    soundfile.write(tmp_path / "talk.wav", talk, 16000, subtype="PCM_16")
    soundfile.write(tmp_path / "one.wav", talk[:16000], 16000, subtype="PCM_16")
    (tmp_path / "m.csv").write_text(
        "file,emotion,start,end\ntalk.wav,joy,0.5,1.25\ntalk.wav,grief,2,\ntalk.wav,joy,9,10\none.wav,joy,,\n"
    )
    return manifest.load(tmp_path / "m.csv", "own")


def test_the_store_cuts_segments_out(corpus: Corpus, tmp_path: Path) -> None:
    found = store.load(corpus, SOURCE, n_jobs=1)
    whole = audio.decode(tmp_path / "talk.wav").samples
    one = audio.decode(tmp_path / "one.wav").samples
    wanted = {"talk.wav#0.5-1.25": whole[8000:20000], "talk.wav#2-": whole[32000:], "one.wav": one}
    # The store computes with one thread of BLAS, this process with as many as it has: their last bits differ.
    for name, samples in wanted.items():
        np.testing.assert_allclose(found[f"own/{name}"], sources.extracted(SOURCE, samples), rtol=1e-5, atol=1e-4)
    assert set(found.failed) == {"own/talk.wav#9-10"} and "starts at 9 s" in found.failed["own/talk.wav#9-10"]
    assert found.hashes["own/one.wav"] and not found.hashes["own/talk.wav#0.5-1.25"]


def test_a_missing_file_fails_alone(corpus: Corpus, tmp_path: Path) -> None:
    before = corpus.fingerprint()
    (tmp_path / "one.wav").unlink()
    assert corpus.fingerprint() != before
    found = store.load(corpus, SOURCE, n_jobs=1)
    assert "not found" in found.failed["own/one.wav"] and "own/talk.wav#2-" in found


def test_a_file_is_decoded_once_for_its_segments(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[str] = []
    real = audio.decode
    monkeypatch.setattr(reading.audio, "decode", lambda path, **how: (decoded.append(path.name), real(path, **how))[1])
    store.load(corpus, SOURCE, n_jobs=1)
    assert sorted(decoded) == ["one.wav", "talk.wav"]


def test_a_segment_may_lie_in_a_file_that_is_too_long_by_itself(tmp_path: Path) -> None:
    minutes = settings.MAX_MINUTES + 0.5
    soundfile.write(tmp_path / "long.flac", np.zeros(int(60 * minutes * 8000), np.int16), 8000)
    reader = reading.ClipReader()
    with pytest.raises(audio.AudioError, match="limit"):
        reader.read(str(tmp_path / "long.flac"), NAN, NAN)
    assert reader.read(str(tmp_path / "long.flac"), 600.0, 601.5).duration == 1.5
