"""epochs.npz: what was answered after every epoch is read back, thinned, and never believed where its form is another."""

import numpy as np
import pytest

from ser_core import runs
from ser_core.runs import RunError, epochs

LABELS, CLIPS, TRUE = ("anger", "fear", "neutral"), ("c/1", "c/2", "c/3"), ("anger", "fear", "fear")


def filmed(number: int) -> epochs.Epochs:
    """So many epochs; the clips are recognised one after another, and the last epoch forgets one."""
    found = epochs.nothing_yet(LABELS, CLIPS, TRUE)
    random = np.random.default_rng(0)
    for epoch in range(1, number + 1):
        probabilities = random.dirichlet(np.ones(3), size=3)
        right = 3 if epoch == number - 1 else epoch % 3
        matrix = np.zeros((3, 3), int)
        for k, true in enumerate(TRUE):
            matrix[LABELS.index(true), LABELS.index(true) if k < right else 2] += 1
        found = found.with_epoch(epoch, matrix, probabilities)
    return found


@pytest.fixture
def run(tmp_path):
    return runs.create(tmp_path / "run")


def test_what_was_written_is_read_back_to_half_a_per_cent(run: runs.Run) -> None:
    assert epochs.read(run) is None
    found = epochs.nothing_yet(LABELS, CLIPS, TRUE).with_epoch(1, np.eye(3, dtype=int), [[0.7, 0.2, 0.1]] * 3)
    epochs.write(run, found)
    again = epochs.read(run)
    assert again is not None and (again.labels, again.clips, again.true) == (LABELS, CLIPS, TRUE)
    assert list(again.epochs) == [1]
    np.testing.assert_allclose(again.of_clip("c/2"), [[0.7, 0.2, 0.1]], atol=1 / epochs.STEPS)
    with pytest.raises(RunError, match="c/9 is no clip"):
        again.of_clip("c/9")


def test_recall_is_of_the_emotions_that_have_clips() -> None:
    found = epochs.nothing_yet(LABELS, CLIPS, TRUE).with_epoch(
        1, [[1, 0, 0], [0, 1, 1], [0, 0, 0]], np.full((3, 3), 1 / 3)
    )
    np.testing.assert_array_equal(found.recall, [[1.0, 0.5, np.nan]])
    assert found.uar == pytest.approx([0.75])


def test_what_is_gone_on_from_ends_where_the_history_does() -> None:
    assert list(filmed(5).until(3).epochs) == [1, 2, 3]


def test_a_long_training_keeps_the_first_the_best_and_the_last() -> None:
    found = filmed(3 * epochs.MOST)
    assert len(found.epochs) <= epochs.MOST
    few = found.thinned(10)
    assert len(few.epochs) <= 10
    assert {1, 3 * epochs.MOST - 1, 3 * epochs.MOST} <= set(few.epochs.tolist())
    assert few.uar.max() == 1.0 and len(few.matrices) == len(few.answers) == len(few.epochs)


@pytest.mark.parametrize(
    "change",
    [
        {"matrix": np.zeros((2, 2, 2), int)},
        {"matrix": np.full((2, 3, 3), -1)},
        {"answer": np.zeros((2, 3, 3))},
        {"true": np.array(["joy"] * 3)},
        {"epoch": np.array([["1", "2"]])},
        {"labels": np.array([], dtype=str)},
        {"clip": np.array([object()] * 3, dtype=object)},
    ],
)
def test_another_form_is_refused(run: runs.Run, change: dict[str, np.ndarray]) -> None:
    epochs.write(run, filmed(2))
    path = run.path / epochs.FILE
    with np.load(path) as kept:
        arrays = {**kept, **change}
    np.savez(path, **arrays)
    with pytest.raises(RunError, match=r"epochs\.npz"):
        epochs.read(run)


def test_a_file_cut_short_is_said(run: runs.Run) -> None:
    epochs.write(run, filmed(2))
    path = run.path / epochs.FILE
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(RunError, match=r"epochs\.npz of the run run cannot be read"):
        epochs.read(run)
