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
    np.testing.assert_allclose(found.expected(np.array([[0.0, 1.0, 0.0]]))[0], found.means[1])
    np.testing.assert_allclose(found.expected(np.full((1, 3), 1 / 3)), 0.0, atol=1e-6)
    leant, sure = found.expected(np.array([[0.2, 0.2, 0.6], [0.0, 0.0, 1.0]]))
    assert 0.6 * found.means[2] @ found.means[2] < leant @ found.means[2] < sure @ found.means[2]
    found.save(tmp_path / emotion_means.FILE)
    again = emotion_means.load(tmp_path / emotion_means.FILE, 3, 5)
    assert again is not None
    np.testing.assert_allclose(again.means, found.means, atol=1e-3)


def test_a_profile_of_which_otherwise_was_taken_out_is_another(monkeypatch: pytest.MonkeyPatch) -> None:
    means = np.ones((3, 5), np.float32)
    before = emotion_means.EmotionMeans(means).digest
    assert emotion_means.EmotionMeans(2 * means).digest != before == emotion_means.EmotionMeans(means).digest
    monkeypatch.setattr(emotion_means, "SHARPNESS", 1.0)
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
