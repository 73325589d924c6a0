"""How long a training takes: features that lie in the store cost nothing, an own run is believed first, a built network is counted."""

from __future__ import annotations

import itertools

import joblib
import pytest

from ser_core import recipes
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus
from ser_core.features import store
from ser_core.recipes import Recipe
from ser_core.runs import expected
from ser_core.runs.measured import Measured
from ser_core.training import copies
from tests import made

QUICK = recipes.named("quick-cnn")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return crema_d.MODULE.load(
        made.crema_d(tmp_path_factory.mktemp("corpus"), made.SPEAKERS[:3], ("IEO",), seconds=0.3)
    )


def known(recipe: Recipe, seconds: float, *, own: bool, clips: int = 18, uar: float | None = None) -> Measured:
    metrics = {} if uar is None else {"test": {"uar": uar}}
    return Measured(recipe.name, recipe, clips, seconds, metrics, False, False, own)


def test_features_cost_what_a_look_at_a_few_clips_says_until_they_are_in_the_store(corpus: Corpus) -> None:
    before = expected.of_features(QUICK, corpus)
    assert expected.FAN_S < before < expected.FAN_S + 10
    store.load(corpus, QUICK.feature_set.inputs[0].source)
    assert expected.of_features(QUICK, corpus) == 0.0
    # Its copies are not there yet, and there are more of them than clips.
    copied = QUICK.override(["copies=3", 'waveform={"gain_db": 1.0}'])
    a_clip = expected.a_clip(corpus, QUICK.feature_set.inputs[0].source) / joblib.cpu_count()
    # Of the validation part, too, but not of the test part.
    (division,) = recipes.plan(copied, corpus).divisions
    of = int((division.parts != "test").sum())
    assert 0 < of < 18
    assert expected.of_features(copied, corpus) == pytest.approx(expected.FAN_S + 3 * of * a_clip)
    # Every seed draws its own; those that are there cost nothing.
    assert expected.of_features(copied, corpus, 3) == pytest.approx(expected.FAN_S + 9 * of * a_clip)
    copies.load(copied, corpus, corpus.clips["clip"][division.parts != "test"])
    assert expected.of_features(copied, corpus) == 0.0
    assert expected.of_features(copied, corpus, 3) == pytest.approx(expected.FAN_S + 6 * of * a_clip)


def test_a_crowded_machine_is_measured_even_when_the_time_for_it_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    # Half a second passes between any two looks at the clock: none is left for the first product.
    clock = itertools.count(0.0, 0.5)
    monkeypatch.setattr(expected.time, "perf_counter", lambda: next(clock))
    expected.slowness.cache_clear()
    assert 0 < expected.slowness() < float("inf")
    expected.slowness.cache_clear()


def test_a_built_network_is_counted_where_it_never_was_trained_here(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expected, "slowness", lambda: 2.0)
    found = expected.of(QUICK, corpus, 1, [])
    assert found is not None and found.source is None
    assert found.fit_s > 2 * expected.AROUND_S
    wide = QUICK.override(["network_params.architecture.gru=256"])
    dearer, longer = expected.of(wide, corpus, 1, []), expected.of(QUICK.override(["fit.epochs=24"]), corpus, 1, [])
    assert dearer is not None and dearer.fit_s > found.fit_s
    assert longer is not None and longer.fit_s - 2 * expected.AROUND_S == pytest.approx(
        2 * (found.fit_s - 2 * expected.AROUND_S)
    )
    assert expected.of(QUICK, corpus, 5, []) == expected.Expected(found.features_s, 5 * found.fit_s, None)


def test_a_run_of_this_machine_is_believed_before_any_count_and_a_shipped_one_by_this_machines_speed(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expected, "slowness", lambda: 3.0)
    own = known(QUICK, 60.0, own=True)
    found = expected.of(QUICK, corpus, 1, [known(QUICK, 10.0, own=False), own])
    assert found is not None and found.source == own and found.fit_s == pytest.approx(60.0)
    other = recipes.named("cnn1d-model5")
    shipped = known(other, 10.0, own=False)
    scaled = expected.of(other, corpus, 2, [shipped])
    assert scaled is not None and scaled.source == shipped and scaled.fit_s == pytest.approx(60.0)
    assert expected.of(other, corpus, 1, []) is None


def test_this_machine_multiplies_at_some_speed() -> None:
    assert 0.01 < expected.slowness() < 1000


def test_the_best_network_learned_here_alone_on_the_same_kind_of_split() -> None:
    from dataclasses import replace

    from ser_core.runs.measured import best_network

    good, better = known(QUICK, 1.0, own=True, uar=0.5), known(QUICK.with_(seed=1), 1.0, own=True, uar=0.6)
    others = [
        known(QUICK.with_(split="clips"), 1.0, own=True, uar=0.9),
        known(QUICK.with_(corpus="savee"), 1.0, own=True, uar=0.9),
        known(recipes.named("svm"), 1.0, own=True, uar=0.9),
        replace(known(recipes.named("whisper-mlp"), 1.0, own=True, uar=0.9), ear="frozen"),
        known(QUICK, 1.0, own=True),
    ]
    assert best_network(QUICK, [good, better, *others], "test") == better
    assert best_network(QUICK, others, "test") is None
