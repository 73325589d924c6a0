"""A map that grows: the vectors are those of the whole corpus, in a drawn order, whoever looks; unreadable clips are counted."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from ser_core import maps
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus
from tests import made, patience


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    folder = made.crema_d(tmp_path / "c", ("2001", "2002"), ("IEO", "TIE"), seconds=0.4)
    (folder / "AudioWAV" / "2001_IEO_ANG_XX.wav").write_bytes(b"no sound")
    return crema_d.MODULE.load(folder)


def grown(growing: maps.Growing) -> maps.Vectors:
    deadline = time.monotonic() + patience.SECONDS
    while not growing.done and time.monotonic() < deadline:
        growing.look()
        time.sleep(0.02)
    return growing.look()


def test_its_vectors_are_those_of_the_corpus(corpus: Corpus) -> None:
    space = maps.FeatureSpace("msf")
    growing = maps.Growing(corpus, space, 2000)
    found = grown(growing)
    assert growing.of == 24 and len(found.clips) == 23 and found.n_failed == 1
    whole = space.of_corpus(corpus)
    rows = whole.rows(found.clips)
    assert np.allclose(whole.values[rows], found.values, atol=1e-4)
    assert list(growing.clips()["clip"]) == list(found.clips) != sorted(found.clips)


def test_fewer_clips_are_the_first_of_more_and_it_waits_while_nobody_looks(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = maps.FeatureSpace("msf")
    assert grown(maps.Growing(corpus, space, 2000)).clips[:5] == grown(maps.Growing(corpus, space, 7)).clips[:5]
    monkeypatch.setattr("ser_core.maps.growing.PATIENCE_S", -1.0)
    idle = maps.Growing(corpus, space, 2000)
    idle.look()
    time.sleep(0.2)
    assert not idle.look().clips
