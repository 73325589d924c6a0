"""What emotions add to features: centred over the labels, kept in half precision, refused where it does not fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ser_core.graphs import emotion_means
from ser_core.serving import GraphError


def test_means_are_those_of_the_labels_against_their_middle(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    vectors, labels = random.normal(size=(60, 5)), np.repeat([0, 1, 2], [10, 20, 30])
    targets = np.eye(3)[labels]
    found = emotion_means.of(targets.T @ vectors, targets.sum(axis=0))
    each = np.stack([vectors[labels == k].mean(axis=0) for k in range(3)])
    np.testing.assert_allclose(found.means, each - each.mean(axis=0), atol=1e-6)
    found.save(tmp_path / emotion_means.FILE)
    again = emotion_means.load(tmp_path / emotion_means.FILE, 3, 5)
    assert again is not None
    np.testing.assert_allclose(again.means, found.means, atol=1e-3)


def test_of_clips_of_one_emotion_it_is_taken_out_and_of_mixed_ones_nothing() -> None:
    means = emotion_means.EmotionMeans(np.array([[2.0, 0.0], [-1.0, 1.0], [-1.0, -1.0]], np.float32))
    counts = np.array([2.0, 3.0])
    one = counts @ emotion_means.sharpened(np.array([[0.98, 0.01, 0.01], [0.7, 0.2, 0.1]]))
    assert one.sum() == pytest.approx(5.0)
    np.testing.assert_allclose(means.added(one), 5.0 * means.means[0], atol=0.05)
    mixed = emotion_means.sharpened(np.eye(3) * 0.8 + 0.1).sum(axis=0)
    assert (means.added(mixed) == 0).all() and (means.added(np.zeros(3)) == 0).all()
    leant = np.array([0.72, 0.2, 0.08])
    assert 0.0 < means.added(leant)[0] < 0.5 * means.means[0, 0], "in between, a part"
    np.testing.assert_allclose(means.added(3.0 * leant), 3.0 * means.added(leant))


def test_probabilities_are_sharpened_to_weights() -> None:
    sharp = emotion_means.sharpened(np.array([0.2, 0.2, 0.6]))
    assert sharp.sum() == pytest.approx(1.0)
    assert sharp[2] == pytest.approx(0.36 / 0.44)


def test_a_profile_of_which_otherwise_was_taken_out_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    means = np.ones((3, 5), np.float32)
    before = emotion_means.EmotionMeans(means).digest
    assert emotion_means.EmotionMeans(2 * means).digest != before == emotion_means.EmotionMeans(means).digest
    for constant in ("SHARPNESS", "MIXED", "ONE_SIDED", "LEADING"):
        with monkeypatch.context() as changed:
            changed.setattr(emotion_means, constant, 1.0)
            assert emotion_means.EmotionMeans(means).digest != before


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / emotion_means.FILE
    assert emotion_means.load(path, 3, 5) is None
    path.write_bytes(b"no arrays")
    with pytest.raises(GraphError, match="cannot be read"):
        emotion_means.load(path, 3, 5)
    emotion_means.EmotionMeans(np.zeros((2, 5), np.float32)).save(path)
    with pytest.raises(GraphError, match="not of 3 labels"):
        emotion_means.load(path, 3, 5)
