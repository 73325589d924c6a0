"""The feature cache after a bad disk, and a corpus that goes while it is read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ser_core.corpora import registry
from ser_core.features import sources, store
from ser_core.features.logmel import LogMelSpec
from tests import made


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return made.crema_d(tmp_path / "corpus", made.SPEAKERS[:2], ("IEO",), seconds=0.4)


def _source() -> sources.Source:
    return sources.LogMelSource(LogMelSpec())


@pytest.mark.parametrize("name", ["frames.npy", "index.csv"])
@pytest.mark.parametrize("harm", ["cut", "empty", "noise", "gone"])
def test_a_damaged_cache_is_computed_again(home: Path, corpus: Path, name: str, harm: str) -> None:
    loaded, source = registry.MODULES["crema-d"].load(corpus), _source()
    good = store.load(loaded, source, n_jobs=1)
    clips = loaded.clips["clip"].tolist()
    wanted = {clip: np.array(good[clip]) for clip in clips}
    path = store.folder(loaded, source) / name
    data = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        noise = np.random.default_rng(0).bytes(len(data))
        path.write_bytes({"cut": data[: len(data) // 2], "empty": b"", "noise": noise}[harm])
    again = store.load(loaded, source, n_jobs=1)
    for clip in clips:
        np.testing.assert_array_equal(again[clip], wanted[clip])


def test_a_corpus_that_goes_while_it_is_read_leaves_no_failures_behind(home: Path, corpus: Path) -> None:
    loaded, source = registry.MODULES["crema-d"].load(corpus), _source()
    loaded.fingerprint()
    where = store.folder(loaded, source)
    away = corpus.with_name("away")

    def go(done: int, of: int) -> None:
        corpus.rename(away)

    with pytest.raises(sources.FeatureError, match="went away while"):
        store.load(loaded, source, progress=go, n_jobs=1)
    assert not (where / "index.csv").exists()
    away.rename(corpus)
    assert store.load(registry.MODULES["crema-d"].load(corpus), source, n_jobs=1).failed == {}


def test_a_corpus_that_has_gone_before_it_is_read_leaves_no_failures_behind(home: Path, corpus: Path) -> None:
    loaded, source = registry.MODULES["crema-d"].load(corpus), _source()
    loaded.fingerprint()
    away = corpus.rename(corpus.with_name("away"))
    with pytest.raises(sources.FeatureError, match="None of the files of crema-d is there"):
        store.load(loaded, source, n_jobs=1)
    away.rename(corpus)
    assert store.load(registry.MODULES["crema-d"].load(corpus), source, n_jobs=1).failed == {}
