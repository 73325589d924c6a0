"""Metrics equal scikit-learn's and SciPy's, and intervals follow the number of speakers."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn import metrics as sk

from ser_core.evaluation import calibration, metrics, significance

LABELS = ("anger", "fear", "neutral", "sadness")


def table(n_speakers: int = 9, each: int = 40, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    n = n_speakers * each
    true = random.integers(0, 3, n)
    logits = random.normal(size=(n, 4)) + 1.5 * np.eye(4)[true]
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    frame = pd.DataFrame(
        {
            "clip": [f"c{k}" for k in range(n)],
            "speaker": np.repeat([f"s{k}" for k in range(n_speakers)], each),
            "true": np.array(LABELS)[true],
            "predicted": np.array(LABELS)[p.argmax(1)],
        }
    )
    for k, label in enumerate(LABELS):
        frame[f"p_{label}"] = p[:, k]
    return frame


def test_scores_equal_scikit_learn() -> None:
    frame = table()
    found = metrics.summary(frame, LABELS)
    assert found["accuracy"] == pytest.approx(sk.accuracy_score(frame["true"], frame["predicted"]))
    assert found["uar"] == pytest.approx(
        sk.recall_score(frame["true"], frame["predicted"], average="macro", labels=sorted(set(frame["true"])))
    )
    assert found["macro_f1"] == pytest.approx(
        sk.f1_score(frame["true"], frame["predicted"], average="macro", labels=sorted(set(frame["true"])))
    )
    np.testing.assert_array_equal(
        found["confusion"], sk.confusion_matrix(frame["true"], frame["predicted"], labels=LABELS)
    )
    report = sk.precision_recall_fscore_support(frame["true"], frame["predicted"], labels=LABELS, zero_division=0)
    for row, values in zip(found["classes"], zip(*report, strict=True), strict=True):
        assert (row["precision"], row["recall"], row["f1"], row["support"]) == pytest.approx(values)


def test_nine_speakers_get_students_t_over_speakers() -> None:
    frame = table(9)
    own = frame.assign(right=frame["true"] == frame["predicted"]).groupby("speaker")["right"].mean()
    low, high = stats.t.interval(0.95, 8, loc=own.mean(), scale=stats.sem(own))
    found = metrics.interval(frame, "accuracy", LABELS)
    assert (found["low"], found["high"]) == pytest.approx((low, high))
    assert found["method"] == "Student's t over speakers"


def test_clips_of_no_speaker_are_nobodys() -> None:
    """Six people whom a table calls nothing are not one speaker: what is taken over speakers leaves their clips out, and says so."""
    known, unknown = table(9), table(6, seed=1).assign(speaker="")
    both = pd.concat([known, unknown.assign(clip="u" + unknown["clip"])], ignore_index=True)
    alone, found = metrics.interval(known, "accuracy", LABELS), metrics.interval(both, "accuracy", LABELS)
    assert (found["low"], found["high"], found["speakers"]) == (alone["low"], alone["high"], 9)
    assert found["method"] == "Student's t over speakers, 240 clips without a speaker left out"
    assert metrics.summary(both, LABELS, intervals=False)["speakers"] == 9
    nobody = metrics.interval(unknown, "accuracy", LABELS)
    assert nobody["speakers"] == 0 and nobody["method"].startswith("bootstrap over clips")
    gap = (both["true"] == both["predicted"]).to_numpy(float) - 0.5
    paired = significance.paired(gap, list(both["speaker"]))
    own = significance.paired(gap[: len(known)], list(known["speaker"]))
    assert (paired.low, paired.high) == (own.low, own.high) and paired.method.endswith(
        "240 clips without a speaker left out"
    )
    assert significance.sign_flip(gap, list(both["speaker"])) == significance.sign_flip(
        gap[: len(known)], list(known["speaker"])
    )
    hits = (both["true"] == both["predicted"]).to_numpy()
    error = calibration.error(both[[f"p_{label}" for label in LABELS]].max(axis=1).to_numpy(), hits, both["speaker"])
    assert error["speakers"] == 9 and error["method"] == "bootstrap over speakers, 240 clips without a speaker left out"


def test_few_speakers_are_said_to_be_too_few() -> None:
    assert "too narrow" in metrics.interval(table(4), "uar", LABELS)["method"]
    assert metrics.interval(table(40, 20), "uar", LABELS)["method"] == "bootstrap over speakers"


def test_students_t_covers_the_truth() -> None:
    """Speakers differ by 7 points; 95 % intervals from 9 of them hold the mean in about 95 of 100 corpora."""
    random = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        rows = []
        for speaker, share in enumerate(np.clip(random.normal(0.6, 0.07, 9), 0, 1)):
            right = random.random(82) < share
            rows.append(
                pd.DataFrame({"speaker": f"s{speaker}", "true": "anger", "predicted": np.where(right, "anger", "fear")})
            )
        found = metrics.interval(pd.concat(rows), "accuracy", ("anger", "fear"))
        held += found["low"] <= 0.6 <= found["high"]
    assert 180 <= held <= 199


def test_a_calibrated_model_has_no_calibration_error_and_an_overconfident_one_has() -> None:
    random = np.random.default_rng(0)
    confidence = random.uniform(0.3, 1.0, 20_000)
    right = random.random(20_000) < confidence
    assert metrics.calibration_error(confidence, right) < 0.01
    assert metrics.calibration_error(np.minimum(1.0, confidence + 0.15), right) == pytest.approx(0.13, abs=0.03)


def test_the_threshold_keeps_its_two_promises() -> None:
    confidence = np.linspace(0, 1, 1001)
    threshold = metrics.choose_threshold(confidence, confidence > 0.3)
    kept = confidence >= threshold
    assert (confidence[kept] > 0.3).mean() >= 0.8 and metrics.answered(confidence, confidence > 0.3)["right"][0] < 0.8
    hopeless = metrics.choose_threshold(confidence, np.zeros(1001, bool))
    assert (confidence >= hopeless).mean() >= 0.6


def test_right_near_looks_at_the_nearest_confidences() -> None:
    frame = table(9)
    sure = metrics.right_near(frame, LABELS, 0.95, n=50)
    unsure = metrics.right_near(frame, LABELS, 0.35, n=50)
    assert sure is not None and unsure is not None
    assert sure[0] > unsure[0] and sure[1] == 50
    assert metrics.right_near(frame.drop(columns="p_anger"), LABELS, 0.5) is None
