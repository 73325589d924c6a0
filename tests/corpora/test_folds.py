"""Cross-validation folds: every clip tested once, no speaker on both sides, validation apart from test."""

import pandas as pd
import pytest

from ser_core.corpora import folds
from ser_core.corpora.base import CorpusError


def clips(speakers: int, each: int = 12, emotions: tuple[str, ...] = ("anger", "fear", "neutral")) -> pd.DataFrame:
    rows = [
        (f"made/{speaker:02d}_{number}", f"{speaker:02d}", emotions[number % len(emotions)], "")
        for speaker in range(speakers)
        for number in range(each)
    ]
    return pd.DataFrame(rows, columns=["clip", "speaker", "emotion", "flag"])


@pytest.mark.parametrize(("kind", "n"), [("kfold-speakers", 5), ("kfold-clips", 5), ("loso", 10)])
def test_every_clip_is_tested_once_and_every_fold_has_three_parts(kind: str, n: int) -> None:
    table = clips(10)
    made = folds.divide(table, kind, 5, seed=3)
    assert len(made) == n
    tested = pd.concat([table["clip"][fold.parts == "test"] for fold in made])
    assert sorted(tested) == sorted(table["clip"])
    for fold in made:
        assert set(fold.parts) == {"train", "validation", "test"}
        assert set(table["emotion"][fold.parts == "validation"]) == set(table["emotion"])


@pytest.mark.parametrize("kind", ["kfold-speakers", "loso"])
@pytest.mark.parametrize("speakers", [4, 6, 12])
def test_no_tested_speaker_is_trained_or_chosen_on(kind: str, speakers: int) -> None:
    table = clips(speakers)
    for fold in folds.divide(table, kind, 3, seed=1):
        sides = {part: set(table["speaker"][fold.parts == part]) for part in ("train", "validation", "test")}
        assert not sides["test"] & (sides["train"] | sides["validation"])
        if speakers - len(sides["test"]) >= folds.SPEAKERS_FOR_VALIDATION:
            assert not sides["train"] & sides["validation"]


def test_folds_by_clip_are_stratified_and_of_one_size() -> None:
    table = clips(7, each=13)
    made = folds.divide(table, "kfold-clips", 5, seed=0)
    sizes = [int((fold.parts == "test").sum()) for fold in made]
    assert max(sizes) - min(sizes) <= len(set(table["emotion"]))
    for emotion in set(table["emotion"]):
        shares = [int(((fold.parts == "test") & (table["emotion"] == emotion)).sum()) for fold in made]
        assert max(shares) - min(shares) <= 1


def test_a_seed_draws_the_same_folds_and_another_one_others() -> None:
    table = clips(9)
    first, again, other = (folds.divide(table, "kfold-clips", 3, seed) for seed in (0, 0, 1))
    assert all(a.parts.equals(b.parts) for a, b in zip(first, again, strict=True))
    assert not all(a.parts.equals(b.parts) for a, b in zip(first, other, strict=True))


def test_a_fold_of_loso_is_called_by_its_speaker() -> None:
    assert [fold.name for fold in folds.divide(clips(4), "loso", 5, 0)] == ["00", "01", "02", "03"]


def test_dropped_clips_are_in_no_part() -> None:
    table = clips(4)
    table.loc[0, "flag"] = "dropped by the public split"
    assert all(fold.parts[0] == "" for fold in folds.divide(table, "kfold-clips", 3, 0))


def test_too_few_speakers_or_clips_are_said() -> None:
    with pytest.raises(CorpusError, match="here are 3"):
        folds.divide(clips(3), "kfold-speakers", 5, 0)
    with pytest.raises(CorpusError, match=r"has 2 clips, fewer than the 8 folds\. Ask for fewer with --folds"):
        folds.divide(clips(1, each=6), "kfold-clips", 8, 0)
    with pytest.raises(CorpusError, match="Leaving one speaker out needs two speakers at least; here is one"):
        folds.divide(clips(1), "loso", 5, 0)


@pytest.mark.parametrize("kind", ["loso", "kfold-speakers", "kfold-clips"])
def test_a_small_corpus_is_validated_on_less(kind: str) -> None:
    """Nobody asked for the eight groups of which one is the validation part: of fewer clips it is a larger share."""
    for fold in folds.divide(clips(3, each=2), kind, 2 if kind == "kfold-clips" else 3, 0):
        assert set(fold.parts) == {"train", "validation", "test"}
