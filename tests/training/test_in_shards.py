"""Vectors that do not fit into memory: fitted and scored shard by shard, to what a fit of all of them finds."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ser_core import recipes, runs
from ser_core.corpora import crema_d
from ser_core.features import profile, sets, sources, store
from ser_core.graphs import emotion_means as means
from ser_core.recipes import planning
from ser_core.runs import Run
from ser_core.training import classical, emotion_means, normalisation, parts, profiles, repeats
from ser_core.training.parts import Part
from ser_core.training.reporter import Quiet
from tests import made

NARROW = sets.named("mfcc-20").inputs[0]
DIMS, WIDE = NARROW.source.dims, 2000


def part(n: int, labels: tuple[str, ...], seed: int = 0, given: sets.Input = NARROW) -> Part:
    """Drawn vectors of clips whose emotions lie apart a little, a third of them of the first emotion."""
    random, dims = np.random.default_rng(seed), given.source.dims
    numbers = random.choice(len(labels), n, p=[1 / 3, *[2 / 3 / (len(labels) - 1)] * (len(labels) - 1)])
    centres = np.random.default_rng(9).normal(0.0, 0.5, (len(labels), dims))
    frames = (random.normal(3.0, 2.0, (n, dims)) + 2.0 * centres[numbers]).astype(np.float32)
    names = [f"{'one' if k % 4 else 'two'}/{k}" for k in range(n)]
    features = store.Features(
        frames, {name: (k, 1) for k, name in enumerate(names)}, dict.fromkeys(names, ""), {}, dict.fromkeys(names, 1.0)
    )
    clips = pd.DataFrame({"clip": names, "speaker": "01", "emotion": [labels[k] for k in numbers]})
    return Part(clips, labels, (given,), {given.name: features})


@pytest.mark.parametrize("changed", [[], ["network_params.class_weight=balanced"], ["fit.corpus_weights=true"]])
@pytest.mark.parametrize("labels", [("a", "b", "c", "d"), ("a", "b")])
def test_shards_give_the_coefficients_of_the_whole(
    labels: tuple[str, ...], changed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = recipes.named("logreg").with_(features="mfcc-20", labels=labels).override(changed)
    train = part(700, labels)
    whole = classical.fit(recipe, train)
    monkeypatch.setattr(planning, "IN_MEMORY", 0)
    monkeypatch.setattr(parts, "SHARD", 8 * DIMS * 64)
    again = classical.fit(recipe, train)
    for name in ("mean_", "scale_"):
        expected = getattr(whole.fitted.named_steps["scaling"], name)
        np.testing.assert_allclose(getattr(again.fitted.named_steps["scaling"], name), expected, rtol=1e-9)
    for name in ("coef_", "intercept_", "classes_"):
        expected, found = (getattr(one.fitted.named_steps["classifier"], name) for one in (whole, again))
        assert found.shape == expected.shape
        if name != "classes_":
            np.testing.assert_allclose(found, expected, atol=2e-3)
    assert again.parameters == whole.parameters
    windows, _ = train.windows
    np.testing.assert_allclose(again.logits(windows), whole.logits(windows), atol=1e-2)


def test_a_shard_is_what_is_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = recipes.named("logreg").with_(features="mfcc-20", labels=("a", "b", "c"), network_params={"c": 1e-4})
    train = part(10_000, ("a", "b", "c"))
    held = 8 * DIMS * 10_000
    monkeypatch.setattr(parts, "SHARD", 8 * DIMS * 250)
    peaks = []
    for most in (2 * held, held // 2):
        monkeypatch.setattr(planning, "IN_MEMORY", most)
        fresh = Part(train.clips, train.labels, train.inputs, train.features)
        tracemalloc.start()
        classical.fit(recipe, fresh)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # The numbers of classes and the weights of all clips remain.
    assert peaks[0] > 2 * held and peaks[1] < held / 2


def test_a_network_reads_a_large_corpus_batch_by_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ser_core.training import network

    recipe = recipes.named("mlp").with_(features="mfcc-20", labels=("a", "b", "c")).override(["fit.epochs=2"])
    found, at_once = [], []
    for most in (planning.IN_MEMORY, 0):
        monkeypatch.setattr(planning, "IN_MEMORY", most)
        both = {
            name: part(n, recipe.labels, seed) for seed, (name, n) in enumerate((("train", 400), ("validation", 300)))
        }
        run = runs.create(tmp_path / str(most))
        network.fitted(recipe, run, both, Quiet(), None)
        found.append(run.history.drop(columns="seconds"))
        # What a part has cut at once stays with it.
        at_once.append(sum("windows" in vars(one) for one in both.values()))
    pd.testing.assert_frame_equal(*found, rtol=1e-5)
    assert at_once == [1, 0]


def spoken(n: int, seed: int = 0, stored: Path | None = None) -> Part:
    """Drawn vectors of clips of 20 speakers, half of them changed copies; in a file, as the store has them, where one is named."""
    given = sets.Input("wide", sources.ExternalSource("drawn", "", WIDE)) if stored else NARROW
    one = part(n, ("a", "b", "neutral"), seed, given)
    names = [f"one/{k // 2}{'#copy0' if k % 2 else ''}" for k in range(n)]
    speakers = [f"{k // 2 % 20:02d}" for k in range(n)]
    kept = one.features[given.name]
    assert isinstance(kept, store.Features)
    frames = kept.frames
    if stored is not None:
        np.save(stored, frames)
        frames = np.load(stored, mmap_mode="r")
    seconds = {name: 1.0 + k % 7 / 10 for k, name in enumerate(names)}
    features = store.Features(frames, {name: (k, 1) for k, name in enumerate(names)}, {}, {}, seconds)
    clips = one.clips.assign(clip=names, speaker=speakers)
    return Part(clips, one.labels, one.inputs, {given.name: features}, with_profile=True)


def test_profiles_are_drawn_from_the_store_as_from_memory() -> None:
    one = spoken(400)
    (given,), features = one.inputs, one.features["mfcc_20"]
    whole = profile.sums(((features[clip], features.seconds[clip]) for clip in one.clips["clip"]), given.source)
    from_memory = profiles.Profiles(one.clips, whole, 3)
    from_store = profiles.Profiles(one.clips, one.band_sums, 3)
    for row in range(400):
        here, there = from_memory.draw(row, row % 5), from_store.draw(row, row % 5)
        np.testing.assert_array_equal(here.statistics, there.statistics)
        assert (here.seconds, here.given, here.clips) == (there.seconds, there.given, there.clips)
    np.testing.assert_allclose(one.band_sums.pooled().statistics(), whole.pooled().statistics(), rtol=1e-6)


def test_what_is_made_with_profiles_of_a_large_part_is_made_of_shards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for most in (planning.IN_MEMORY, 0):
        monkeypatch.setattr(planning, "IN_MEMORY", most)
        monkeypatch.setattr(parts, "SHARD", 8 * DIMS * 64)
        monkeypatch.setattr(profiles, "BATCH", 256 if most else 16)
        one, run = spoken(400), runs.create(tmp_path / str(most))
        pieces = list(profiles.drawn(one))
        emotion_means.write(run, one)
        kept = means.load(run.path / means.FILE, 3, DIMS)
        assert kept is not None
        windows = {name: np.concatenate([piece[name] for piece, _ in pieces]) for name in pieces[0][0]}
        found.append((*windows.values(), np.concatenate([rows for _, rows in pieces]), kept.means))
    for whole, shards in zip(*found, strict=True):
        np.testing.assert_allclose(shards, whole, atol=1e-2 if whole is found[0][-1] else 0)


@pytest.mark.parametrize("what", ["profiles", "corpus", "speaker"])
def test_vectors_of_which_a_voice_is_told_are_read_as_they_are_needed(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "IN_MEMORY", 0)
    monkeypatch.setattr(parts, "SHARD", 8 * WIDE * 64)
    monkeypatch.setattr(profiles, "BATCH", 16)

    def peak(n: int) -> int:
        one = spoken(n, stored=tmp_path / f"{n}.npy")
        tracemalloc.start()
        if what == "profiles":
            draws = profiles.Profiles(one.clips, one.band_sums, 0)
            for row in range(0, n, 20):
                draws.draw(row, 0)
            for _ in profiles.drawn(one):
                pass
            profiles.with_some({"profile_weight": np.zeros(2, np.float32)}, one.band_sums)
        else:
            normalisation.voices(one.clips, one.features["wide"], one.inputs[0].source, what)
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    # Clips' names and places remain; sums of all were 32 bytes a value, 65 KB a clip.
    assert (peak(1200) - peak(400)) / 800 < 4_000


def test_a_run_of_a_large_corpus_is_the_run_of_a_small_one(
    shared_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = crema_d.MODULE.load(made.crema_d(tmp_path / "c", made.SPEAKERS[:4], seconds=0.3))
    recipe = recipes.named("logreg").with_(features="mfcc-20", split="clips")

    def trained(name: str) -> Run:
        run = runs.create(tmp_path / name)
        return Run(repeats.train(recipe, corpus, run, Quiet()).path)

    plain = trained("plain")
    monkeypatch.setattr(planning, "IN_MEMORY", 0)
    monkeypatch.setattr(parts, "SHARD", 8 * DIMS * 10)
    again = trained("again")
    columns = [name for name in plain.predictions if name.startswith("p_")]
    assert list(again.predictions["clip"]) == list(plain.predictions["clip"])
    np.testing.assert_allclose(again.predictions[columns], plain.predictions[columns], atol=5e-3)
    assert not again.problems(hashes=True) and again.recipe["found"]["parity"] < 1e-4
