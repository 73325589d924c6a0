"""Vectors that do not fit into memory: fitted and scored shard by shard, to what a fit of all of them finds."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ser_core import recipes, runs
from ser_core.corpora import crema_d
from ser_core.features import sets, store
from ser_core.runs import Run
from ser_core.training import classical, parts, repeats
from ser_core.training.parts import Part
from ser_core.training.reporter import Quiet
from tests import made

DIMS = sets.named("mfcc-20").inputs[0].source.dims


def part(n: int, labels: tuple[str, ...], seed: int = 0) -> Part:
    """Drawn vectors of clips whose emotions lie apart a little, a third of them of the first emotion."""
    random = np.random.default_rng(seed)
    numbers = random.choice(len(labels), n, p=[1 / 3, *[2 / 3 / (len(labels) - 1)] * (len(labels) - 1)])
    centres = np.random.default_rng(9).normal(0.0, 0.5, (len(labels), DIMS))
    frames = (random.normal(3.0, 2.0, (n, DIMS)) + 2.0 * centres[numbers]).astype(np.float32)
    names = [f"{'one' if k % 4 else 'two'}/{k}" for k in range(n)]
    features = store.Features(
        frames, {name: (k, 1) for k, name in enumerate(names)}, dict.fromkeys(names, ""), {}, dict.fromkeys(names, 1.0)
    )
    clips = pd.DataFrame({"clip": names, "speaker": "01", "emotion": [labels[k] for k in numbers]})
    return Part(clips, labels, sets.named("mfcc-20").inputs, {"mfcc_20": features})


@pytest.mark.parametrize("changed", [[], ["network_params.class_weight=balanced"], ["fit.corpus_weights=true"]])
@pytest.mark.parametrize("labels", [("a", "b", "c", "d"), ("a", "b")])
def test_shards_give_the_coefficients_of_the_whole(
    labels: tuple[str, ...], changed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = recipes.named("logreg").with_(features="mfcc-20", labels=labels).override(changed)
    train = part(700, labels)
    whole = classical.fit(recipe, train)
    monkeypatch.setattr(parts, "IN_MEMORY", 0)
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
        monkeypatch.setattr(parts, "IN_MEMORY", most)
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
    for most in (parts.IN_MEMORY, 0):
        monkeypatch.setattr(parts, "IN_MEMORY", most)
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


def test_a_run_of_a_large_corpus_is_the_run_of_a_small_one(
    shared_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = crema_d.MODULE.load(made.crema_d(tmp_path / "c", made.SPEAKERS[:4], seconds=0.3))
    recipe = recipes.named("logreg").with_(features="mfcc-20", split="clips")

    def trained(name: str) -> Run:
        run = runs.create(tmp_path / name)
        return Run(repeats.train(recipe, corpus, run, Quiet()).path)

    plain = trained("plain")
    monkeypatch.setattr(parts, "IN_MEMORY", 0)
    monkeypatch.setattr(parts, "SHARD", 8 * DIMS * 10)
    again = trained("again")
    columns = [name for name in plain.predictions if name.startswith("p_")]
    assert list(again.predictions["clip"]) == list(plain.predictions["clip"])
    np.testing.assert_allclose(again.predictions[columns], plain.predictions[columns], atol=5e-3)
    assert not again.problems(hashes=True) and again.recipe["found"]["parity"] < 1e-4
