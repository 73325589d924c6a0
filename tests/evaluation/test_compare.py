"""Runs held against each other: on unseen clips alone, by tests that an independent computation confirms."""

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ser_core.cli.main import main
from ser_core.evaluation import compare, significance
from ser_core.runs import Run, RunError

LABELS = ("anger", "fear", "neutral")


def made(
    path: Path,
    rows: list[tuple[str, str, str, str]],
    seen: list[tuple[str, str, str]],
    *,
    fold: list[str] | None = None,
    **recipe: object,
) -> Run:
    """A run folder: rows = (clip, speaker, true, predicted) of the test part; seen = (clip, speaker, part) of the others."""
    path.mkdir(parents=True)
    run = Run(path)
    test = pd.DataFrame(rows, columns=["clip", "speaker", "true", "predicted"])
    test.insert(1, "part", "test")
    test.insert(2, "fold", fold or "")
    run.write_table("predictions.csv", test)
    used = pd.DataFrame(seen, columns=["clip", "speaker", "part"])
    split = pd.concat([used, test[["clip", "speaker", "part"]]])
    run.write_table("split.csv", split.assign(emotion="", pcm16_sha256_16=""))
    run.write_json("metrics.json", {"test": {"labels": list(LABELS)}})
    run.write_json("recipe.json", {"recipe": {"name": path.name, "title": "", "seed": 0, **recipe}})
    run.write_json("status.json", {"state": "done"})
    return run


def row(clip: str, speaker: str, right: bool, corpus: str = "c") -> tuple[str, str, str, str]:
    return f"{corpus}/{clip}", speaker, "anger", "anger" if right else "fear"


# Significance


@pytest.mark.parametrize(("only_first", "only_second"), [(1, 9), (12, 12), (3, 21), (40, 15), (18, 7), (0, 5)])
def test_mcnemar_equals_its_definition(only_first: int, only_second: int) -> None:
    first = np.array([True] * only_first + [False] * only_second + [True] * 30 + [False] * 20)
    second = np.array([False] * only_first + [True] * only_second + [True] * 30 + [False] * 20)
    found = significance.mcnemar(first, second)
    n = only_first + only_second
    if n < 25:
        tail = sum(stats.binom.pmf(k, n, 0.5) for k in range(min(only_first, only_second) + 1))
        expected = min(1.0, 2 * tail)
    else:
        expected = 1 - stats.chi2.cdf((abs(only_first - only_second) - 1) ** 2 / n, 1)
    assert (found.only_first, found.only_second) == (only_first, only_second)
    assert found.p == pytest.approx(expected, abs=1e-12)


def test_the_sign_flip_test_tries_every_flip_of_few_speakers() -> None:
    random = np.random.default_rng(3)
    speakers = np.repeat(list("abcdefg"), 11)
    differences = random.integers(-1, 2, len(speakers)) + (random.random(len(speakers)) < 0.2)
    sums = [differences[speakers == speaker].sum() for speaker in "abcdefg"]
    flips = [
        abs(sum(s * x for s, x in zip(signs, sums, strict=True))) for signs in itertools.product((1, -1), repeat=7)
    ]
    found = significance.sign_flip(differences, speakers)
    assert found.exact and found.flips == 128 and found.speakers == 7
    assert found.p == pytest.approx(np.mean([flip >= abs(sum(sums)) for flip in flips]))
    other = stats.permutation_test(
        (np.array(sums, float), np.zeros(7)),
        lambda a, b, axis: (a - b).sum(axis=axis),
        permutation_type="samples",
        vectorized=True,
    )
    assert found.p == pytest.approx(other.pvalue)


def test_many_speakers_are_drawn_and_the_seed_decides() -> None:
    random = np.random.default_rng(0)
    speakers = np.repeat(np.arange(30), 10)
    differences = random.integers(-1, 2, 300) + 0.2
    found = significance.sign_flip(differences, speakers, seed=1)
    assert not found.exact and found.flips == 20_000
    assert found == significance.sign_flip(differences, speakers, seed=1)
    by_sums = pd.Series(differences).groupby(speakers).sum()
    assert found.p == pytest.approx(stats.ttest_1samp(by_sums, 0).pvalue, abs=0.05)


def test_the_test_over_speakers_keeps_its_false_alarms_where_mcnemar_does_not() -> None:
    """Two models alike on the whole, each suited by some voices: 9 speakers, 82 clips each."""
    random = np.random.default_rng(7)
    over_speakers = over_clips = 0
    rounds = 400
    speakers = np.repeat(np.arange(9), 82)
    for _ in range(rounds):
        suits = np.repeat(random.normal(0, 0.07, 9), 82)
        first = random.random(len(speakers)) < 0.55 + suits / 2
        second = random.random(len(speakers)) < 0.55 - suits / 2
        over_speakers += significance.sign_flip(first.astype(float) - second, speakers).p < 0.05
        over_clips += significance.mcnemar(first, second).p < 0.05
    assert over_speakers / rounds < 0.075
    assert over_clips / rounds > 0.10


def test_a_real_difference_is_found() -> None:
    random = np.random.default_rng(1)
    speakers = np.repeat(np.arange(9), 82)
    first, second = random.random(738) < 0.65, random.random(738) < 0.50
    assert significance.sign_flip(first.astype(float) - second, speakers).p < 0.02
    span = significance.paired(first.astype(float) - second, speakers)
    assert span.low < 0.15 < span.high and span.low > 0


def test_holm_is_what_the_paper_says() -> None:
    assert significance.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert significance.holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])


def test_intervals_equal_scipys() -> None:
    random = np.random.default_rng(2)
    speakers = np.repeat(np.arange(12), 20)
    values = random.random(240)
    means = values.reshape(12, 20).mean(axis=1)
    expected = stats.ttest_1samp(means, 0).confidence_interval(0.95)
    span = significance.paired(values, speakers)
    assert (span.low, span.high) == pytest.approx((expected.low, expected.high))
    apart = significance.unpaired(values, speakers, values[::-1], speakers)
    assert apart.difference == pytest.approx(0) and apart.low < 0 < apart.high and "Welch" in apart.method
    assert "too narrow" in significance.paired(values[:60], speakers[:60]).method


# Which clips count


def test_clips_and_speakers_that_one_of_them_saw_are_left_out(tmp_path: Path) -> None:
    tested = [row(f"{speaker}{number}", speaker, True) for speaker in "xyz" for number in range(3)]
    first = made(tmp_path / "a", tested, [("c/t1", "t", "train"), ("c/t2", "u", "validation")])
    # The second was chosen on another clip of y and tested on x and z alone; w is unknown to the first's test part.
    second = made(
        tmp_path / "b",
        [row(f"{speaker}{number}", speaker, number == 0) for speaker in "xz" for number in range(3)]
        + [row("w0", "w", True)],
        [("c/y9", "y", "validation"), ("c/t1", "t", "train")],
    )
    found = compare.compare({"a": first, "b": second})
    assert found.n == 6 and found.speakers == 2 and not found.heard
    assert set(found.tables["a"]["clip"]) == {f"c/{s}{n}" for s in "xz" for n in range(3)}
    assert found.pairs[0].span.difference == pytest.approx(4 / 6)


def test_a_speaker_that_a_run_by_speakers_learned_from_is_left_out(tmp_path: Path) -> None:
    first = made(
        tmp_path / "a", [row(f"x{n}", "x", True) for n in range(4)] + [row("y1", "y", True)], [("c/t", "t", "train")]
    )
    # z is a test speaker of b only; x is in its train part although the clips are others: b is divided by clip then.
    second = made(
        tmp_path / "b", [row(f"x{n}", "x", False) for n in range(3)] + [row("y1", "y", True)], [("c/x3", "x", "train")]
    )
    found = compare.compare({"a": first, "b": second})
    assert found.heard == ("b",)
    assert set(found.tables["b"]["clip"]) == {"c/x0", "c/x1", "c/x2", "c/y1"}


def test_a_tested_clip_whose_copy_was_trained_on_counts_as_seen(tmp_path: Path) -> None:
    first = made(tmp_path / "a", [row("x0", "x", True), row("x1", "x", True)], [("c/t", "t", "train")])
    second = made(tmp_path / "b", [row("x0", "x", True), row("x1", "x", True)], [("c/x1#copy2", "x", "train")])
    found = compare.compare({"a": first, "b": second})
    assert set(found.tables["a"]["clip"]) == {"c/x0"}


def test_without_a_common_unseen_clip_it_says_why(tmp_path: Path) -> None:
    first = made(tmp_path / "a", [row("x0", "x", True)], [("c/y0", "y", "train")])
    second = made(tmp_path / "b", [row("y0", "y", True)], [("c/x0", "x", "train")])
    found = compare.compare({"a": first, "b": second})
    assert not found.pairs and found.why == "Their test parts have no clip in common."
    third = made(tmp_path / "c", [row("x0", "x", True)], [("c/x0", "x", "validation")])
    assert "was seen by one of them" in compare.compare({"a": first, "c": third}).why


def test_runs_on_two_corpora_or_alone_are_refused(tmp_path: Path) -> None:
    first = made(tmp_path / "a", [row("x0", "x", True)], [])
    other = made(tmp_path / "b", [row("x0", "x", True, corpus="d")], [])
    with pytest.raises(RunError, match="not tested on the same corpus"):
        compare.compare({"a": first, "b": other})
    with pytest.raises(RunError, match="1 were named"):
        compare.compare({"a": first})


def test_seeds_that_lie_further_apart_than_the_runs_are_said(tmp_path: Path) -> None:
    clips = [(f"{speaker}{n}", speaker) for speaker in "abcdefghi" for n in range(10)]
    rows, folds = [], []
    for seed, share in (("0", 4), ("1", 7)):
        rows += [row(clip, speaker, int(clip[1:]) < share) for clip, speaker in clips]
        folds += [seed] * len(clips)
    seeded = made(tmp_path / "seeded", rows, [], fold=folds)
    plain = made(tmp_path / "plain", [row(clip, speaker, int(clip[1:]) < 5) for clip, speaker in clips], [])
    (pair,) = compare.compare({"seeded": seeded, "plain": plain}).pairs
    assert pair.seeds == pytest.approx(0.3) and pair.span.difference == pytest.approx(0.05)
    assert pair.mcnemar is None
    assert "differ by less than the seeds do" in pair.sentence


def test_few_speakers_cannot_tell_and_the_sentence_says_so(tmp_path: Path) -> None:
    clips = [(f"{speaker}{n}", speaker) for speaker in "wxyz" for n in range(30)]
    better = made(tmp_path / "better", [row(clip, speaker, True) for clip, speaker in clips], [])
    worse = made(tmp_path / "worse", [row(clip, speaker, False) for clip, speaker in clips], [])
    (pair,) = compare.compare({"worse": worse, "better": better}).pairs
    assert pair.p == pytest.approx(0.125) and not pair.more_than_chance
    assert pair.sentence.startswith(
        "better is right on 100.0 points more of the 120 clips than worse; over 4 speakers that is not more"
    )
    assert "no p can be smaller than 0.12" in pair.sentence
    assert pair.mcnemar is not None and pair.mcnemar.p < 1e-9


def test_only_the_fields_that_differ_are_listed(tmp_path: Path) -> None:
    first = made(tmp_path / "a", [row("x0", "x", True)], [], network="crnn", fit={"epochs": 40})
    second = made(tmp_path / "b", [row("x0", "x", True)], [], network="crnn", fit={"epochs": 30})
    assert compare.differences({"a": first, "b": second}) == {
        "name": {"a": "a", "b": "b"},
        "fit.epochs": {"a": 40, "b": 30},
    }


def test_the_command_prints_the_same_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clips = [(f"{speaker}{n}", speaker) for speaker in "abcdefghi" for n in range(4)]
    paths = [
        str(made(tmp_path / name, [row(clip, speaker, int(clip[1:]) < share) for clip, speaker in clips], []).path)
        for name, share in (("good", 3), ("bad", 1))
    ]
    assert main(["runs", "compare", *paths, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["n"] == 36 and said["pairs"][0]["more_than_chance"]
    assert said["pairs"][0]["span"]["difference"] == pytest.approx(0.5)
    assert said["scores"][paths[0]]["accuracy"] == pytest.approx(0.75)
    assert main(["runs", "compare", *paths]) == 0
    assert "that is more than chance would do" in capsys.readouterr().out
    assert main(["runs", "compare", paths[0]]) == 1
