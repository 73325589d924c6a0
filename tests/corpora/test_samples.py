"""Fetching a clip to listen to: from a stand-in server on loopback, whole, wrong, cut off, absent, and not twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ser_core import audio
from ser_core.corpora import base, registry, samples
from ser_core.corpora.base import CorpusError, IndexEntry
from tests.corpora import stand_in
from tests.corpora.stand_in import Cut, StandIn, wav


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with stand_in.serving() as running:
        monkeypatch.setenv("SER_CREMA_D_URL", f"{running.url}/AudioWAV/")
        yield running


@pytest.fixture
def stem(monkeypatch: pytest.MonkeyPatch) -> str:
    """A clip whose entry in the index is made to be that of `wav()`."""
    name = "1003_IEO_ANG_HI"
    digest = audio.decode(wav(), name="x").pcm16_sha256_16
    official = {**base.index("crema-d"), name: IndexEntry(16000, 16000, 1, digest)}
    monkeypatch.setattr(samples, "index", lambda _: official)
    return name


def test_a_clip_is_fetched_once(server: StandIn, stem: str) -> None:
    server.answers[f"/AudioWAV/{stem}.wav"] = wav()
    path = samples.fetch(stem)
    assert path.read_bytes() == wav()
    assert samples.fetch(stem) == path == samples.on_disk(stem)
    assert server.asked == [f"/AudioWAV/{stem}.wav"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (wav(1), "not the official clip"),
        (b"version https://git-lfs.github.com/spec/v1\n", "no audio"),
        (Cut(wav(), 9000), "could not be fetched"),
        (None, "could not be fetched"),
    ],
    ids=["wrong hash", "git-lfs stub", "cut connection", "not found"],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    server: StandIn, stem: str, home: Path, answer: bytes | Cut | None, reason: str
) -> None:
    if answer is not None:
        server.answers[f"/AudioWAV/{stem}.wav"] = answer
    with pytest.raises(CorpusError, match=reason):
        samples.fetch(stem)
    assert samples.on_disk(stem) is None
    assert [path for path in (home / "cache").rglob("*") if path.is_file()] == []
    server.answers[f"/AudioWAV/{stem}.wav"] = wav()
    assert samples.fetch(stem).is_file()


def test_a_registered_corpus_is_used_before_the_network(tmp_path: Path, server: StandIn, stem: str) -> None:
    folder = tmp_path / "crema-d" / "AudioWAV"
    folder.mkdir(parents=True)
    (folder / f"{stem}.wav").write_bytes(wav())
    registry.register("crema-d", folder.parent)
    assert samples.fetch(stem) == folder / f"{stem}.wav"
    assert server.asked == []
