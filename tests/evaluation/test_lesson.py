"""The lesson says what its runs' figures say: gaps from the predictions, words from the gaps, steps only where runs are."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ser_core.evaluation import lesson, metrics
from ser_core.runs import Run

LABELS = ["anger", "fear"]


def made(path: Path, right: dict[str, bool], speakers: dict[str, str]) -> Run:
    """A sealed run whose test clips are answered rightly or not."""
    path.mkdir(parents=True)
    run = Run(path)
    table = pd.DataFrame(
        [(clip, "test", "", speakers[clip], "anger", "anger" if good else "fear") for clip, good in right.items()],
        columns=["clip", "part", "fold", "speaker", "true", "predicted"],
    )
    run.write_table("predictions.csv", table)
    run.write_table("split.csv", table.rename(columns={"true": "emotion"})[["clip", "speaker", "emotion", "part"]])
    run.write_json("metrics.json", metrics.parts(table, LABELS))
    run.write_json("recipe.json", {"recipe": {}, "split_name": "x"})
    run.write_json("status.json", {"state": "done"})
    run.seal()
    return run


def clips(n: int, prefix: str = "c") -> list[str]:
    return [f"{prefix}/{number}" for number in range(n)]


def drawn(names: list[str], share: float, seed: int) -> dict[str, bool]:
    values = np.random.default_rng(seed).random(len(names)) < share
    return dict(zip(names, values.tolist(), strict=True))


def pair(tmp_path: Path, leaky: dict[str, bool], honest: dict[str, bool], n_speakers: int = 12) -> lesson.Outcome:
    speakers = {clip: str(number % n_speakers) for names in (leaky, honest) for number, clip in enumerate(names)}
    return lesson.outcome(made(tmp_path / "leaky", leaky, speakers), made(tmp_path / "honest", honest, speakers))


def test_the_same_clips_are_compared_clip_by_clip(tmp_path: Path) -> None:
    names = clips(600)
    honest = drawn(names, 0.5, 0)
    leaky = {clip: good or number % 5 == 0 for number, (clip, good) in enumerate(honest.items())}
    found = pair(tmp_path, leaky, honest)
    gap = np.mean(list(leaky.values())) - np.mean(list(honest.values()))
    assert found.same_clips and found.span.difference == pytest.approx(gap)
    assert found.span.low > 0 and f"the leak adds {100 * gap:.1f} points" in found.sentence


def test_other_clips_are_compared_as_two_samples(tmp_path: Path) -> None:
    found = pair(tmp_path, drawn(clips(600), 0.8, 0), drawn(clips(400, "d"), 0.5, 1))
    assert not found.same_clips and "Welch" in found.span.method
    assert found.span.difference == pytest.approx(found.leaky.accuracy - found.honest.accuracy)
    assert found.span.low > 0.2


def test_a_gap_that_chance_would_make_is_said_to_be_one(tmp_path: Path) -> None:
    found = pair(tmp_path, drawn(clips(120), 0.55, 3), drawn(clips(120, "d"), 0.53, 4))
    assert found.span.low < 0 < found.span.high
    assert "whose interval includes 0" in found.sentence and "adds" not in found.sentence


def test_a_leaky_figure_that_is_lower_is_not_called_higher(tmp_path: Path) -> None:
    found = pair(tmp_path, drawn(clips(600), 0.3, 0), drawn(clips(600, "d"), 0.7, 1))
    assert "points lower" in found.sentence and "adds" not in found.sentence
    assert lesson.together([found]) == ""
    assert "in none of them the interval lies above 0" in lesson.together([found, found])
    assert "in 2 the leaky figure is the lower one" in lesson.together([found, found])


def test_a_step_is_there_only_with_its_runs_whole(tmp_path: Path) -> None:
    assert lesson.present(tmp_path) == []
    names = clips(60)
    speakers = {clip: str(number % 4) for number, clip in enumerate(names)}
    (leaky, honest) = lesson.STEPS[0].pairs[0]
    made(tmp_path / leaky, drawn(names, 0.7, 0), speakers)
    assert lesson.present(tmp_path) == []
    run = made(tmp_path / honest, drawn(names, 0.4, 1), speakers)
    assert [step.key for step in lesson.present(tmp_path)] == ["savee"]
    (found,) = lesson.outcomes(lesson.STEPS[0], tmp_path)
    assert "too narrow" in found.sentence
    run.write_text("predictions.csv", "clip\n")
    assert lesson.present(tmp_path) == []


def test_every_shipped_step_can_be_told() -> None:
    for step in lesson.present():
        for found in lesson.outcomes(step):
            assert found.sentence and found.leaky.n > 0 and found.honest.low <= found.honest.high
            assert found.span.low <= found.span.high


def test_the_two_epochs_are_of_one_fit() -> None:
    """What the step says: the same losses epoch by epoch, another epoch kept."""
    histories = [
        Run(lesson.published() / name).history for name in ("wrong-epoch-on-test", "right-epoch-on-validation")
    ]
    if any(history.empty for history in histories):
        pytest.skip("the runs of this step are not in this copy")
    wrong, right = histories
    assert wrong["loss"].tolist() == right["loss"].tolist()
    assert wrong["val_uar"].tolist() != right["val_uar"].tolist()
