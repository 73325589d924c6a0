"""Telling clips that are unlike those that a model learned from, by its own embedding."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from sklearn.decomposition import PCA

from ser_core import audio, graphs, runs, settings
from ser_core.graphs import novelty
from ser_core.predictor import Predictor

RANDOM = np.random.default_rng(0)
#: Embeddings of few directions and some noise, of unequal scale and off centre.
MIXED = RANDOM.standard_normal((40, 60)) * np.linspace(1, 5, 60)


def drawn(count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    found: np.ndarray = (
        random.standard_normal((count, 40)) @ MIXED + 0.5 * random.standard_normal((count, 60)) * 3 + 100.0
    )
    return found


def fitted() -> novelty.Novelty:
    found = novelty.fit(drawn(2000, 1), drawn(500, 2))
    assert found is not None
    return found


def test_the_distance_is_that_of_scikit_learns_probabilistic_pca() -> None:
    train, others = drawn(2000, 1), drawn(50, 3)
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    pca = PCA(novelty.COMPONENTS, svd_solver="full").fit((train - mean) / deviation)
    distance = fitted().distance(others)
    standard = (others - mean) / deviation
    # scikit-learn's covariance is that of the same model, but for the noise that it takes out of the kept directions.
    kept = (standard @ pca.components_.T) ** 2 / pca.explained_variance_
    left = (standard**2).sum(axis=1) - ((standard @ pca.components_.T) ** 2).sum(axis=1)
    np.testing.assert_allclose(distance, kept.sum(axis=1) + left / pca.noise_variance_, rtol=1e-9)
    likelihood = pca.score_samples(standard)
    assert stats.spearmanr(distance, -likelihood).statistic > 0.99


def test_one_validation_clip_in_a_hundred_lies_outside_and_strangers_do() -> None:
    found = fitted()
    assert np.mean(found.relative(drawn(500, 2)) > 1.0) == pytest.approx(0.01, abs=0.002)
    assert np.mean(found.relative(drawn(5000, 4)) > 1.0) < 0.03
    strangers = drawn(100, 5) + 4 * np.random.default_rng(6).standard_normal((100, 60)) * MIXED.std(axis=0)
    assert (found.relative(strangers) > 1.0).all()


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = fitted()
    found.save(tmp_path / novelty.FILE)
    read = novelty.load(tmp_path / novelty.FILE)
    assert read is not None
    np.testing.assert_allclose(read.distance(drawn(20, 7)), found.distance(drawn(20, 7)), rtol=1e-4)
    assert novelty.load(tmp_path / "absent.npz") is None


def test_a_damaged_file_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / novelty.FILE
    fitted().save(path)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(graphs.GraphError, match=r"novelty.npz cannot be read"):
        novelty.load(path)
    np.savez(path, mean=np.array([object()], dtype=object))
    with pytest.raises(graphs.GraphError):
        novelty.load(path)


@pytest.mark.parametrize("threshold", [0.0, -1.0, np.inf, np.nan])
def test_a_threshold_that_is_none_is_a_sentence(tmp_path: Path, threshold: float) -> None:
    dataclasses.replace(fitted(), threshold=threshold).save(tmp_path / novelty.FILE)
    with pytest.raises(graphs.GraphError, match="its numbers describe no clips"):
        novelty.load(tmp_path / novelty.FILE)


def test_of_too_few_clips_nothing_is_said() -> None:
    assert novelty.fit(drawn(30, 1), drawn(30, 2)) is None
    assert novelty.fit(drawn(2000, 1), drawn(0, 2)) is None
    # Embeddings that never move have no distribution.
    assert novelty.fit(np.ones((500, 60)), np.ones((10, 60))) is None


def test_a_dimension_that_never_moved_does_not_decide() -> None:
    train, validation = drawn(2000, 1), drawn(500, 2)
    train[:, 0] = validation[:, 0] = 3.0
    found = novelty.fit(train, validation)
    assert found is not None
    moved = drawn(200, 8)
    moved[:, 0] = 3.5
    assert np.mean(found.relative(moved) > 1.0) < 0.05


def test_a_picture_stands_in_by_its_spectrum_whatever_its_gain() -> None:
    picture = np.random.default_rng(0).normal(-40, 10, (80, 64))
    embedding = np.arange(5.0)
    found = novelty.describe(embedding, picture)
    assert np.array_equal(novelty.describe(embedding), embedding)
    assert found.shape == (5 + 3 * 64,) and np.array_equal(found[:5], embedding)
    np.testing.assert_allclose(novelty.describe(embedding, picture + 12.0), found)
    np.testing.assert_allclose(found[5 + 64 : 5 + 128], np.maximum(picture, picture.max() - 50).std(axis=0))
    assert np.isfinite(novelty.describe(embedding, picture[:1])).all()


def test_the_shipped_model_knows_voices_from_other_sounds() -> None:
    predictor = Predictor(runs.find("scratch"))
    samples = settings.ROOT / "artifacts" / "samples"
    for name in ("tone-1khz", "clicks", "noise-white", "chirp"):
        sound = audio.decode(samples / f"{name}.flac").samples
        features = {one.name: one.source.extract(sound) for one in predictor.inputs}
        assert predictor.unlike(predictor.windows_of(features)[1], features), name
    # Synthetic voices: the farthest from anybody's.
    for name in ("voice-whisper", "voice-high-fast"):
        findings = predictor.predict(audio.decode(samples / f"{name}.flac")).findings
        assert "unlike-training" in [one.code for one in findings], name


def test_of_wide_vectors_the_first_directions_are_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    train = (
        random.normal(size=(400, 60)) @ np.diag(np.r_[np.full(40, 8.0), np.ones(20)]) @ random.normal(size=(60, 200))
    )
    validation = train[:100] + random.normal(size=(100, 200))
    full = novelty.fit(train, validation)
    monkeypatch.setattr(novelty, "WIDE", 100)
    found = novelty.fit(train, validation)
    assert full is not None and found is not None
    np.testing.assert_allclose(found.variances, full.variances, rtol=0.05)
    np.testing.assert_allclose(found.noise, full.noise, rtol=0.05)
    assert ((found.relative(validation) > 1.0) == (full.relative(validation) > 1.0)).mean() > 0.95
