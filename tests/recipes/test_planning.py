"""Run or refusal: every recipe on every split of corpora that lack something, decided without extracting or fitting anything."""

from pathlib import Path

import pandas as pd
import pytest

from ser_core import recipes
from ser_core.corpora.base import Card, Corpus, CorpusError, complete
from ser_core.features import store
from ser_core.recipes import RecipeError, plan, planning

SPLITS = ("speakers", "clips", "kfold-speakers", "kfold-clips", "loso")
CARD = Card("made", "Made", (), "none", "", "", "", "", "", "It is made.")

Rows = list[tuple[str, str, str]]


def rows(speakers: int = 10, emotions: tuple[str, ...] = ("anger", "fear", "neutral"), each: int = 4) -> Rows:
    """(speaker, emotion, clip's name): `each` clips a speaker and emotion."""
    return [
        (f"{speaker:02d}", emotion, f"{speaker:02d}-{emotion}-{number}")
        for speaker in range(speakers)
        for emotion in emotions
        for number in range(each)
    ]


def corpus(clips: Rows) -> Corpus:
    table = pd.DataFrame(clips, columns=["speaker", "emotion", "clip"])
    return Corpus(CARD, Path("/nowhere"), complete(table.assign(clip="made/" + table["clip"], path="/nowhere")))


#: What the corpus lacks → its clips, as speaker, emotion and name.
CLIPS = {
    "two emotions": rows(emotions=("anger", "neutral")),
    "one emotion": rows(emotions=("anger",)),
    "a rare emotion by one speaker": [*rows(), *(("03", "surprise", f"03-surprise-{n}") for n in range(3))],
    "one speaker": rows(speakers=1, each=6),
    "no speaker column": [("", emotion, clip) for _, emotion, clip in rows()],
    "most speakers unknown": [(speaker if speaker < "02" else "", emotion, clip) for speaker, emotion, clip in rows()],
}
CASES = {case: corpus(clips) for case, clips in CLIPS.items()}
ONE_EMOTION = "A model tells two emotions apart, or more, and Made has anger alone"
#: (case, split) → the reason of the refusal; every other pair is trained.
REFUSED = {
    **{("one emotion", split): ONE_EMOTION for split in SPLITS},
    ("a rare emotion by one speaker", "kfold-clips"): "The emotion surprise has 3 clips, fewer than the 5 folds",
    ("one speaker", "speakers"): "at least three speakers; here is one",
    ("one speaker", "kfold-speakers"): "5 folds by speaker need 5 speakers at least; here is one",
    ("one speaker", "loso"): "Leaving one speaker out needs two speakers at least; here is one",
    **{
        ("no speaker column", split): "120 of 120 clips of Made have no speaker"
        for split in SPLITS
        if "clips" not in split
    },
    **{
        ("most speakers unknown", split): "96 of 120 clips of Made have no speaker"
        for split in SPLITS
        if "clips" not in split
    },
}


@pytest.mark.parametrize("name", list(recipes.RECIPES))
@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("case", list(CASES))
def test_run_or_refusal(name: str, split: str, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whether optional packages and encoders are here is not asked: test_functionals and test_of_samples do.
    monkeypatch.setattr(store, "lacking", lambda corpus, source: "")
    recipe = recipes.named(name).with_(split=split)
    reason = REFUSED.get((case, split))
    if reason:
        with pytest.raises(CorpusError, match=reason):
            plan(recipe, CASES[case])
        return
    found = plan(recipe, CASES[case])
    assert set(found.recipe.labels) == {emotion for _, emotion, _ in CLIPS[case]}
    for division in found.divisions:
        sides = {part: found.clips[division.parts == part] for part in ("train", "validation", "test")}
        assert all(len(side) for side in sides.values()) and sides["train"]["emotion"].nunique() >= 2
        if split not in ("clips", "kfold-clips"):
            assert not set(sides["test"]["speaker"]) & (
                set(sides["train"]["speaker"]) | set(sides["validation"]["speaker"])
            )
    lacking = [d for d in found.divisions if set(found.clips["emotion"][d.parts == "train"]) < set(found.recipe.labels)]
    assert len(found.notes) == len(lacking)


def test_a_fold_without_an_emotion_says_whose_clips_they_are() -> None:
    found = plan(recipes.named("svm").with_(split="loso"), CASES["a rare emotion by one speaker"])
    said = "the train part has no clip of surprise, so none is expected there: all of surprise is spoken by 03"
    assert found.notes == tuple(
        f"In the fold {fold} {said} ({part})." for fold, part in (("02", "validation"), ("03", "test"))
    )


def test_a_fold_with_one_emotion_left_is_refused_by_name() -> None:
    table = [
        ("01", "anger", "a"),
        ("01", "anger", "b"),
        ("01", "anger", "c"),
        ("02", "fear", "d"),
        ("02", "fear", "e"),
        ("02", "fear", "f"),
    ]
    with pytest.raises(
        CorpusError,
        match=r"In the fold 01 the train part has clips of fear alone: all of anger is spoken by 01 \(test\)",
    ):
        plan(recipes.named("svm").with_(split="loso"), corpus(table))


def test_unknown_speakers_are_left_out_when_that_is_asked_for() -> None:
    some = [(speaker if speaker < "07" else "", emotion, clip) for speaker, emotion, clip in rows()]
    recipe = recipes.named("svm").override(["split=loso", "unknown_speakers=leave-out"])
    found = plan(recipe, corpus(some))
    assert [division.name for division in found.divisions] == [f"{n:02d}" for n in range(7)]
    assert found.notes == ("36 of 120 clips have no speaker and are left out.",)
    assert "" not in set(found.clips["speaker"])


def test_the_three_ways_out_of_unknown_speakers_are_named() -> None:
    with pytest.raises(CorpusError) as refused:
        plan(recipes.named("svm"), CASES["no speaker column"])
    for way in ("column speaker", "--set unknown_speakers=leave-out", "--split clips"):
        assert way in str(refused.value)


def test_labels_that_are_not_there_are_told_from_those_that_are() -> None:
    angry = corpus(rows(emotions=("angry", "sad")))
    assert plan(recipes.named("crnn"), angry).recipe.labels == ("angry", "sad")
    with pytest.raises(
        CorpusError,
        match=r"no clip of anger; the recipe asks for it\. Its labels are angry, sad\..*--set labels=angry,sad",
    ):
        plan(recipes.named("crnn").override(["labels=anger,sad"]), angry)
    with pytest.raises(CorpusError, match="tells two emotions apart"):
        plan(recipes.named("crnn").override(["labels=sad"]), angry)


def test_a_selection_from_another_train_part_is_refused() -> None:
    recipe = recipes.named("svm").with_(descriptors=("mfcc",), selected_on="0123456789abcdef")
    with pytest.raises(RecipeError, match="selected on another train part"):
        plan(recipe, corpus(rows()))


def test_of_fewer_speakers_is_learned_as_the_seed_draws_them() -> None:
    recipe = recipes.named("svm").with_(corpus="made")
    whole = plan(recipe, CASES["two emotions"])

    def trained(**changes: int) -> set[str]:
        planned = plan(recipe.with_(**changes), CASES["two emotions"])
        parts = planned.divisions[0].parts
        for part in ("validation", "test"):
            assert (
                (parts == part)
                == (plan(recipe.with_(seed=recipe.seed), CASES["two emotions"]).divisions[0].parts == part)
            ).all()
        return set(planned.clips["speaker"][parts == "train"])

    everybody = set(whole.clips["speaker"][whole.divisions[0].parts == "train"])
    three = trained(train_speakers=3)
    assert len(three) == 3 and three < everybody and three == trained(train_speakers=3)
    assert trained() == everybody
    with pytest.raises(CorpusError, match="asks for more of them"):
        plan(recipe.with_(train_speakers=len(everybody) + 1), CASES["two emotions"])


def test_a_support_vector_machine_of_more_than_fits_into_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = CASES["two emotions"]
    (division,) = plan(recipes.named("svm"), whole).divisions
    dims = recipes.named("svm").feature_set.inputs[0].source.dims
    monkeypatch.setattr(planning, "IN_MEMORY", 8 * dims * (division.parts == "train").sum())
    plan(recipes.named("svm"), whole)
    with pytest.raises(
        RecipeError, match=r"its whole train part in memory.*\(logreg\), dense layers \(mlp\) and voice"
    ):
        plan(recipes.named("svm").with_(copies=1), whole)
    for name in ("logreg", "mlp"):
        plan(recipes.named(name).with_(copies=1), whole)
