"""The store: features as extracted, once, resumable, with failures named, safe for two processes."""

import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from ser_core import audio, fanout
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus
from ser_core.features import sources, store
from tests import made, patience

SOURCE = sources.LogMelSource()


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    monkeypatch.setattr(store, "CHUNK", 5)
    return crema_d.MODULE.load(made.crema_d(tmp_path / "c", ("2001", "2002"), ("IEO",), seconds=0.3))


def test_features_are_those_of_the_decoded_clip(corpus: Corpus) -> None:
    seen: list[tuple[int, int]] = []
    found = store.load(corpus, SOURCE, progress=lambda done, total: seen.append((done, total)), n_jobs=1)
    for row in corpus.clips.itertuples():
        clip = audio.decode(Path(row.path))
        with threadpool_limits(limits=1, user_api="blas"):
            alone = sources.extracted(SOURCE, clip.samples)
        np.testing.assert_array_equal(found[row.clip], alone)
        np.testing.assert_allclose(sources.extracted(SOURCE, clip.samples), alone, rtol=1e-5, atol=1e-5)
        assert found.hashes[row.clip] == clip.pcm16_sha256_16
    assert isinstance(found.frames, np.memmap)
    assert seen[-1] == (12, 12)


def test_the_second_call_computes_nothing(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    first = store.load(corpus, SOURCE, n_jobs=1)
    monkeypatch.setattr(store, "_compute", lambda *_: pytest.fail("computed again"))
    np.testing.assert_array_equal(store.load(corpus, SOURCE).frames, first.frames)


def test_another_specification_file_or_way_of_hearing_is_another_entry(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = store.folder(corpus, SOURCE)
    assert store.folder(corpus, sources.LogMelSource(trim_db=30.0)) != here
    monkeypatch.setattr(audio, "VERSION", audio.VERSION + 1)
    assert store.folder(corpus, SOURCE) != here
    monkeypatch.undo()
    path = Path(corpus.clips["path"][0])
    path.write_bytes(path.read_bytes() + b"\0")
    assert store.folder(corpus, SOURCE) != here


def test_what_another_program_computed_stays_whatever_is_done_to_sound(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    external = sources.ExternalSource("theirs", "0" * 16, 3)
    here = store.folder(corpus, external)
    monkeypatch.setattr(audio, "VERSION", audio.VERSION + 1)
    assert store.folder(corpus, external) == here


def test_an_interrupted_call_goes_on(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[int] = []
    broken = [True]
    real = store._chunk

    def chunk(clips: Any, source: sources.Source, copies: store.Copies | None, parts: Path, number: int) -> int:
        if number == 1 and broken:
            broken.clear()
            raise KeyboardInterrupt
        computed.append(number)
        return real(clips, source, copies, parts, number)

    monkeypatch.setattr(store, "_chunk", chunk)
    with pytest.raises(KeyboardInterrupt):
        store.load(corpus, SOURCE, n_jobs=1)
    assert computed == [0]
    found = store.load(corpus, SOURCE, n_jobs=1)
    assert computed == [0, 1, 2]
    assert len(found.starts) == 12


def test_a_clip_that_fails_is_named_and_the_others_stand(corpus: Corpus) -> None:
    broken = corpus.clips.iloc[3]
    Path(broken["path"]).write_bytes(b"no audio at all")
    found = store.load(corpus, SOURCE, n_jobs=1)
    assert set(found.failed) == {broken["clip"]}
    assert len(found.starts) == 11 and broken["clip"] not in found


def _load_in_process(folder: Path, queue: "multiprocessing.Queue[float]") -> None:
    loaded = store.load(crema_d.MODULE.load(folder), SOURCE, n_jobs=1)
    queue.put(float(loaded.frames.sum()))


def test_two_processes_at_once_agree(corpus: Corpus) -> None:
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[float] = context.Queue()
    both = [context.Process(target=_load_in_process, args=(corpus.root, queue)) for _ in range(2)]
    for process in both:
        process.start()
    sums = [queue.get(timeout=patience.SECONDS) for _ in both]
    for process in both:
        process.join(30)
    assert sums[0] == sums[1] == float(store.load(corpus, SOURCE).frames.sum())


def test_the_fingerprint_in_a_run_is_of_what_clips_say(corpus: Corpus) -> None:
    hashes = store.load(corpus, SOURCE, n_jobs=1).hashes
    here = store.corpus_fingerprint(hashes, corpus.clips)
    assert here == store.corpus_fingerprint(hashes, corpus.clips.sample(frac=1, random_state=0))
    relabelled = corpus.clips.assign(emotion="anger")
    assert here != store.corpus_fingerprint(hashes, relabelled)


def test_a_dask_scheduler_gives_the_same_features(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    distributed = pytest.importorskip("dask.distributed")
    here = store.load(corpus, SOURCE, n_jobs=1)
    monkeypatch.setenv("SER_HOME", str(tmp_path / "other-home"))
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        monkeypatch.setenv(fanout.VARIABLE, cluster.scheduler_address)
        there = store.load(corpus, SOURCE)
    np.testing.assert_array_equal(there.frames, here.frames)
    assert there.starts == here.starts and there.hashes == here.hashes


def test_a_scheduler_that_is_not_there_is_said(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(fanout.VARIABLE, "tcp://127.0.0.1:9")
    monkeypatch.setattr(fanout, "PATIENCE", "1s")
    with pytest.raises(fanout.FanoutError, match="No Dask scheduler answers"):
        store.load(corpus, SOURCE)
