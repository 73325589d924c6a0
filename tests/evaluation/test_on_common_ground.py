"""Runs of different splits: both answer what neither heard, as each answers it alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus, CorpusError
from ser_core.evaluation import compare, on_common_ground, on_corpus
from ser_core.predictor import Predictor
from ser_core.runs import Run, find
from tests import made


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return crema_d.MODULE.load(made.crema_d(tmp_path / "c", ("2001", "2002", "2003"), ("IEO",), seconds=0.5))


@pytest.fixture
def other(tmp_path: Path) -> Run:
    """A model that learned from speaker 2001 and was tested on other clips than the shipped one."""
    run = made.other_model(tmp_path / "other", "cnn1d")
    split = run.split.copy()
    known = pd.DataFrame(
        {"clip": ["crema-d/2001_IEO_ANG_XX"], "speaker": ["2001"], "emotion": ["anger"], "part": ["train"]}
    )
    run.write_table("split.csv", pd.concat([known.assign(pcm16_sha256_16=""), split[split["part"] != "test"]]))
    table = run.predictions
    run.write_table("predictions.csv", table.assign(clip=[f"crema-d/9999_{number}" for number in range(len(table))]))
    run.seal()
    return Run(run.path)


def test_both_answer_the_clips_that_neither_heard(corpus: Corpus, other: Run) -> None:
    runs = {"cnn1d": find("cnn1d"), "other": other}
    assert "no clip in common" in compare.compare(runs).why
    asked = on_common_ground.unheard(runs, corpus)
    assert set(asked["speaker"]) == {"2002", "2003"} and len(asked) == 12
    told: list[tuple[int, int]] = []
    found = on_common_ground.judged_anew(
        {name: Predictor(run) for name, run in runs.items()}, corpus, progress=lambda *now: told.append(now)
    )
    assert found.n == 12 and found.speakers == 2 and len(found.pairs) == 1 and not found.why
    assert told and all(done <= of for done, of in told)
    alone = on_corpus.evaluate(Predictor(other), corpus).predictions.set_index("clip")
    assert list(found.tables["other"]["predicted"]) == list(alone.loc[found.tables["other"]["clip"], "predicted"])


def test_where_nothing_is_left_it_says_so(corpus: Corpus, other: Run) -> None:
    split = pd.DataFrame(
        {"clip": corpus.clips["clip"], "speaker": corpus.clips["speaker"], "emotion": "", "part": "train"}
    )
    other.write_table("split.csv", split.assign(pcm16_sha256_16=""))
    other.seal()
    with pytest.raises(CorpusError, match="no clip left whose speaker none of a, b learned from"):
        on_common_ground.judged_anew({"a": Predictor(find("cnn1d")), "b": Predictor(Run(other.path))}, corpus)
