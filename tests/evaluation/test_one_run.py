"""Every number that the page of one run shows equals scikit-learn's and SciPy's, computed from its predictions alone."""

import csv
import functools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn import metrics as sk

from ser_core import runs, settings
from ser_core.evaluation import calibration, groups, metrics

LABELS = ("anger", "disgust", "fear", "happiness", "neutral", "sadness")
RUNS = [*(settings.ARTIFACTS / "models").iterdir()]
RUNS += [path for path in (settings.ARTIFACTS / "results").iterdir() if (path / "predictions.parquet").is_file()]


@pytest.fixture(scope="module", params=sorted(RUNS), ids=lambda path: path.name)
def folder(request: pytest.FixtureRequest) -> Path:
    """Every run that ships."""
    path: Path = request.param
    return path


@functools.lru_cache(2)
def parts(folder: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of the file, read without the program."""
    if (folder / "predictions.csv").is_file():
        with (folder / "predictions.csv").open(newline="") as lines:
            rows = list(csv.DictReader(lines))
    else:
        rows = pd.read_parquet(folder / "predictions.parquet").astype(str).to_dict("records")
    return {part: [row for row in rows if row["part"] == part] for part in {row["part"] for row in rows}}


@functools.lru_cache(2)
def predictions(folder: Path) -> pd.DataFrame:
    return runs.Run(folder).predictions


def table(folder: Path, part: str) -> pd.DataFrame:
    """What the page computes from."""
    found = predictions(folder)
    return found[found["part"] == part].reset_index(drop=True)


def test_scores_matrix_and_classes(folder: Path) -> None:
    labels = runs.Run(folder).recipe["recipe"]["labels"]
    for part, rows in parts(folder).items():
        true, predicted = [row["true"] for row in rows], [row["predicted"] for row in rows]
        found = metrics.summary(table(folder, part), tuple(labels), intervals=False)
        assert found["n"] == len(rows)
        assert found["accuracy"] == pytest.approx(sk.accuracy_score(true, predicted))
        assert found["uar"] == pytest.approx(sk.balanced_accuracy_score(true, predicted))
        assert found["macro_f1"] == pytest.approx(sk.f1_score(true, predicted, average="macro"))
        np.testing.assert_array_equal(found["confusion"], sk.confusion_matrix(true, predicted, labels=labels))
        expected = sk.precision_recall_fscore_support(true, predicted, labels=labels, zero_division=0)
        for row, values in zip(found["classes"], zip(*expected, strict=True), strict=True):
            assert (row["precision"], row["recall"], row["f1"], row["support"]) == pytest.approx(values)
        most = max(true.count(label) for label in labels)
        assert metrics.majority(np.array(found["confusion"])) == pytest.approx(most / len(rows))


def test_intervals_by_students_t() -> None:
    rows = parts(settings.ARTIFACTS / "models" / "accurate")["test"]
    speakers = sorted({row["speaker"] for row in rows})
    found = metrics.summary(table(settings.ARTIFACTS / "models" / "accurate", "test"), LABELS)["intervals"]
    for name, score in (
        ("accuracy", sk.accuracy_score),
        ("uar", sk.balanced_accuracy_score),
        ("macro_f1", lambda true, predicted: sk.f1_score(true, predicted, average="macro")),
    ):
        own = [
            score(
                [r["true"] for r in rows if r["speaker"] == who], [r["predicted"] for r in rows if r["speaker"] == who]
            )
            for who in speakers
        ]
        expected = stats.t.interval(0.95, len(own) - 1, loc=np.mean(own), scale=stats.sem(own))
        assert (found[name]["low"], found[name]["high"]) == pytest.approx(expected)


def test_reliability_and_calibration_error(folder: Path) -> None:
    for part, rows in parts(folder).items():
        said = np.array([max(float(row[f"p_{label}"]) for label in LABELS) for row in rows])
        hits = np.array([row["true"] == row["predicted"] for row in rows], float)
        own = table(folder, part)
        np.testing.assert_allclose(calibration.confidence(own, LABELS), said)
        np.testing.assert_array_equal(calibration.right(own), hits.astype(bool))
        bins = np.array_split(np.argsort(said, kind="stable"), 10)
        shown = metrics.reliability(said, hits)
        np.testing.assert_allclose(shown["confidence"], [said[one].mean() for one in bins])
        np.testing.assert_allclose(shown["right"], [hits[one].mean() for one in bins])
        assert list(shown["n"]) == [len(one) for one in bins] and max(shown["n"]) - min(shown["n"]) <= 1
        gaps = [
            np.sqrt(max((said[one].mean() - hits[one].mean()) ** 2 - hits[one].var(ddof=1) / len(one), 0.0))
            for one in bins
        ]
        # The unbiased variance of a bin's mean is p (1 - p) / (n - 1).
        assert metrics.calibration_error(said, hits) == pytest.approx(np.average(gaps, weights=shown["n"]))


def test_answered_and_right_at_thresholds(folder: Path) -> None:
    for part, rows in parts(folder).items():
        own = table(folder, part)
        said, hits = calibration.confidence(own, LABELS), calibration.right(own)
        assert said is not None
        curve = metrics.answered(said, hits).set_index("threshold")
        for threshold in (0.0, 0.25, 0.44, 0.8):
            kept = [row for row in rows if max(float(row[f"p_{label}"]) for label in LABELS) >= threshold]
            good = [row for row in kept if row["true"] == row["predicted"]]
            at = calibration.at_threshold(said, hits, threshold)
            assert (at["answered"], at["right"], at["n"]) == (len(kept), len(good), len(rows))
            near = curve.iloc[int(np.argmin(np.abs(curve.index - threshold)))]
            assert near["coverage"] == pytest.approx(len(kept) / len(rows), abs=0.01)
            if kept:
                assert at["accuracy"] == pytest.approx(len(good) / len(kept))
    assert calibration.at_threshold(np.array([0.5]), np.array([True]), 0.9)["accuracy"] is None


def test_groups_equal_scikit_learn_and_scipy() -> None:
    rows = table(settings.ARTIFACTS / "models" / "accurate", "test")
    for attribute in (rows["speaker"], rows["clip"].str[13:16]):
        found = groups.by_group(rows, attribute, LABELS)
        assert found["n"].sum() == len(rows) and list(found["group"]) == sorted(set(attribute))
        for _, one in found.iterrows():
            part = rows[attribute == one["group"]]
            assert one["n"] == len(part) and one["speakers"] == part["speaker"].nunique()
            assert one["accuracy"] == pytest.approx(sk.accuracy_score(part["true"], part["predicted"]))
            own = [sk.accuracy_score(r["true"], r["predicted"]) for _, r in part.groupby("speaker")]
            if len(own) >= 8:
                low, high = stats.t.interval(0.95, len(own) - 1, loc=np.mean(own), scale=stats.sem(own))
                expected = max(low, 0.0), min(high, 1.0)
            else:
                good = int((part["true"] == part["predicted"]).sum())
                expected = tuple(stats.binomtest(good, len(part)).proportion_ci(method="wilson"))
                assert "too narrow" in one["method"]
            assert (one["low"], one["high"]) == pytest.approx(expected)


def test_clips_of_unknown_group_are_left_out_and_ages_are_grouped() -> None:
    rows = table(settings.ARTIFACTS / "models" / "accurate", "test").head(4)
    found = groups.by_group(rows, pd.Series(["a", "", None, "a"]), LABELS)
    assert list(found["group"]) == ["a"] and list(found["n"]) == [2]
    assert groups.by_group(rows, pd.Series([""] * 4), LABELS).empty
    ages = groups.age_groups(pd.Series([20, 24, 25, 64, 65, 90, None]))
    assert list(ages) == ["under 25", "under 25", "25 to 34", "55 to 64", "65 and over", "65 and over", ""]


def test_the_surest_mistakes_come_first() -> None:
    folder = settings.ARTIFACTS / "models" / "accurate"
    rows = [row for row in parts(folder)["test"] if row["true"] != row["predicted"]]
    expected = sorted((max(float(row[f"p_{label}"]) for label in LABELS) for row in rows), reverse=True)[:25]
    found = calibration.mistakes(table(folder, "test"), LABELS)
    assert list(found["confidence"]) == pytest.approx(expected)
    assert (found["true"] != found["predicted"]).all()


def test_without_probabilities_nothing_is_said_of_confidence() -> None:
    rows = table(settings.ARTIFACTS / "models" / "accurate", "test").drop(columns="p_fear")
    assert calibration.confidence(rows, LABELS) is None
    assert calibration.mistakes(rows, LABELS).empty
    assert "ece" not in metrics.summary(rows, LABELS, intervals=False)


def drawn(random: np.random.Generator, over: float, speakers: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Clips of a model that is `over` surer than it may be, by speakers who differ by 7 points."""
    said = random.uniform(0.3, 1.0, (speakers, 82))
    truth = np.clip(said - over + random.normal(0, 0.07, (speakers, 1)), 0, 1)
    hits = random.random(said.shape) < truth
    return said.ravel(), hits.ravel(), np.repeat(np.arange(speakers), 82).astype(str)


def test_the_interval_of_the_calibration_error_holds_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "BOOTSTRAPS", 200)
    random = np.random.default_rng(0)
    said, hits, _ = drawn(random, 0.12, 2000)
    truth = metrics.calibration_error(said, hits)
    found = [calibration.error(*drawn(random, 0.12, 9)) for _ in range(60)]
    assert sum(one["low"] <= truth <= one["high"] for one in found) >= 50
    assert all(one["low"] <= one["ece"] <= one["high"] for one in found)
    assert found[0]["method"] == "bootstrap over speakers"
    one = calibration.error(np.array([0.5, 0.6, 0.7]), np.array([True, False, True]), ["a"] * 3)
    assert "too narrow" in one["method"]
