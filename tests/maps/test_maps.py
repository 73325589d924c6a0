"""Maps and similar clips: known geometry, disjoint speakers, vectors that equal what the features and the model say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA

from ser_core import audio, maps, runs
from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus
from ser_core.features import averages, sets, store
from ser_core.maps.projection import standardised
from ser_core.predictor import Predictor
from tests import made


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = made.crema_d(tmp_path_factory.mktemp("c"), ("2001", "2002"), ("IEO", "TIE"), seconds=0.5)
    return crema_d.MODULE.load(folder)


def clouds(speakers: int = 8, each: int = 30, dims: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three groups that three dimensions tell apart, the other dimensions being noise that is larger."""
    random = np.random.default_rng(0)
    labels = np.repeat(["anger", "fear", "sadness"], each * speakers // 2)
    values = random.normal(size=(len(labels), dims))
    for group, label in enumerate(("anger", "fear", "sadness")):
        values[labels == label, group] += 4.0
    values *= np.r_[1.0, 1.0, 1.0, np.full(dims - 3, 50.0)]
    return values, labels, np.tile([f"s{n}" for n in range(speakers)], len(labels) // speakers + 1)[: len(labels)]


def test_pca_is_scikit_learns_on_standardised_values() -> None:
    values, _, _ = clouds()
    found = maps.project(values, "pca")
    expected = PCA(2, random_state=0).fit((values - values.mean(0)) / values.std(0))
    assert np.allclose(
        np.abs(found.points), np.abs(expected.transform((values - values.mean(0)) / values.std(0))), atol=1e-6
    )
    assert f"{100 * expected.explained_variance_ratio_[0]:.0f} %" in found.axes[0]
    assert list(found.shown) == list(range(len(values)))


def test_lda_is_drawn_on_speakers_that_it_was_not_fitted_on_and_says_so() -> None:
    values, labels, speakers = clouds()
    found = maps.project(values, "lda", labels=labels, speakers=speakers, seed=3)
    drawn = set(speakers[found.shown])
    assert len(drawn) == 4 and found.title.startswith("LDA fitted on 4 speakers, drawn on the ")
    assert f"{len(found.shown)} clips of 4 speakers that it was not fitted on" in found.title
    # Changing the clips that are drawn changes their points, never the axes: the others stay where they are.
    moved = values.copy()
    moved[found.shown[0]] += 1.0
    again = maps.project(moved, "lda", labels=labels, speakers=speakers, seed=3)
    assert np.allclose(again.points[1:], found.points[1:]) and not np.allclose(again.points[0], found.points[0])
    centres = np.array([found.points[labels[found.shown] == name].mean(0) for name in ("anger", "fear", "sadness")])
    nearest = ((found.points[:, None] - centres) ** 2).sum(2).argmin(1)
    assert (np.array(["anger", "fear", "sadness"])[nearest] == labels[found.shown]).mean() > 0.9


def test_lda_needs_two_speakers_and_three_emotions() -> None:
    values, labels, speakers = clouds()
    with pytest.raises(maps.MapError, match="fewer than two speakers"):
        maps.project(values, "lda", labels=labels, speakers=np.full(len(values), "one"))
    with pytest.raises(maps.MapError, match="three emotions"):
        maps.project(values, "lda", labels=np.where(labels == "fear", "anger", labels), speakers=speakers)
    with pytest.raises(maps.MapError, match="three clips"):
        maps.project(values[:2], "pca")


def test_lda_bears_dimensions_that_do_not_vary_within_the_emotions() -> None:
    values, labels, speakers = clouds(speakers=2, each=4)
    values[:, 5] = np.where(labels == "fear", 1.0, 0.0)
    found = maps.project(values, "lda", labels=labels, speakers=speakers)
    assert np.isfinite(found.points).all() and found.points.shape[1] == 2


def test_tsne_keeps_groups_together_and_is_repeatable() -> None:
    values, labels, _ = clouds(each=10)
    values = values[:, :3]
    found = maps.project(values, "tsne", seed=1)
    assert np.array_equal(found.points, maps.project(values, "tsne", seed=1).points)
    near = ((found.points[:, None] - found.points) ** 2).sum(2) + np.diag(np.full(len(values), np.inf))
    assert (labels[near.argmin(1)] == labels).mean() > 0.9


def test_a_dimension_that_never_varies_says_nothing() -> None:
    values = np.random.default_rng(0).normal(size=(20, 3))
    values[:, 1] = 7.0
    assert np.allclose(standardised(values)[:, 1], 0.0)
    assert np.allclose(standardised(values)[:, [0, 2]].std(axis=0), 1.0)


def test_the_nearest_clip_is_the_clip_itself_whatever_the_scales() -> None:
    values, _, _ = clouds()
    rows, cosines = maps.nearest(values, values[17], 5)
    assert rows[0] == 17 and cosines[0] == pytest.approx(1.0)
    assert (np.diff(cosines) <= 0).all() and np.abs(cosines).max() <= 1.0 + 1e-9
    scaled, _ = maps.nearest(
        values * np.linspace(1, 1000, values.shape[1]), values[17] * np.linspace(1, 1000, values.shape[1]), 5
    )
    assert list(scaled) == list(rows)
    assert maps.nearest(values, values.mean(axis=0), 3)[1] == pytest.approx(0.0)


def test_a_feature_sets_vectors_are_the_features(corpus: Corpus) -> None:
    space = maps.FeatureSpace("msf")
    assert not space.ready(corpus)
    seen: list[tuple[int, int]] = []
    found = space.of_corpus(corpus, progress=lambda done, of: seen.append((done, of)))
    assert space.ready(corpus) and seen[-1] == (24, 24)
    assert found.clips == tuple(corpus.clips["clip"]) and found.values.shape == (24, 82)
    samples = audio.decode(Path(corpus.clips["path"][3])).samples
    assert np.allclose(space.of_samples(samples), found.values[3], atol=1e-5)


def test_a_feature_set_of_frames_has_no_map() -> None:
    with pytest.raises(sets.FeatureError, match="no vector of a whole clip"):
        maps.FeatureSpace("logmel")


def test_a_models_embeddings_are_what_it_says_of_the_clip_and_are_kept(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    predictor = Predictor(runs.find("accurate"))
    space = maps.ModelSpace(predictor)
    found = space.of_corpus(corpus)
    clip = audio.decode(Path(corpus.clips["path"][5]))
    assert np.allclose(found.values[5], predictor.predict(clip).embedding, atol=1e-4)
    assert np.allclose(space.of_samples(clip.samples), found.values[5], atol=1e-4)
    monkeypatch.setattr(Predictor, "windows_of", lambda *_: pytest.fail("it was computed before"))
    assert np.array_equal(space.of_corpus(corpus).values, found.values)


def test_a_clip_that_cannot_be_read_is_counted_and_left_out(tmp_path: Path) -> None:
    folder = made.crema_d(tmp_path / "c", ("2001",), ("IEO",), seconds=0.4)
    (folder / "AudioWAV" / "2001_IEO_ANG_XX.wav").write_bytes(b"no sound")
    found = maps.FeatureSpace("msf").of_corpus(crema_d.MODULE.load(folder))
    assert found.n_failed == 1 and len(found.clips) == len(found.values) == 5


def test_a_sample_is_drawn_by_its_seed(corpus: Corpus) -> None:
    assert maps.sampled(corpus, 100) is corpus
    few = maps.sampled(corpus, 10, seed=1).clips["clip"]
    assert len(few) == 10 and few.is_monotonic_increasing and list(few.index) == list(range(10))
    assert list(few) == list(maps.sampled(corpus, 10, seed=1).clips["clip"])
    assert list(few) != list(maps.sampled(corpus, 10, seed=2).clips["clip"])


def test_averages_are_those_of_the_clips(corpus: Corpus) -> None:
    clips = corpus.clips["clip"].tolist()
    features = store.load(corpus, averages.SPECTRUM)
    spectra = averages.spectra(features, [*clips, "crema-d/absent"])
    frames = np.asarray(features[clips[0]])
    start, stop = averages.SPECTRUM.bounds(frames)
    assert spectra[0] == pytest.approx(10 * np.log10((10 ** (frames[start:stop] / 10)).mean(axis=0)), abs=1e-3)
    assert np.isnan(spectra[-1]).all()
    means = averages.by_group(spectra, [*corpus.clips["emotion"], "anger"], ["anger", "boredom"])
    anger = spectra[:-1][(corpus.clips["emotion"] == "anger").to_numpy()]
    assert means[0] == pytest.approx(anger.mean(axis=0), abs=1e-4) and np.isnan(means[1]).all()
    assert (10 ** (averages.level_removed(spectra[:-1]) / 10)).sum(axis=1) == pytest.approx(1.0, abs=1e-4)


def test_average_modulations_are_shares(corpus: Corpus) -> None:
    clips = corpus.clips["clip"].tolist()
    found = averages.modulations(store.load(corpus, averages.MODULATION), clips)
    assert found.shape == (24, 19, 5)
    assert found.sum(axis=(1, 2)) == pytest.approx(1.0, abs=1e-4)
