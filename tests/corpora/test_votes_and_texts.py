"""What listeners heard, and whether the text gives the emotion away."""

from pathlib import Path

import numpy as np
import pytest

from ser_core.corpora import confounding, crema_d, crema_d_votes, joined, manifest, savee
from ser_core.corpora.base import Corpus, CorpusError
from tests import made


def test_votes_are_those_for_the_voice_alone(tmp_path: Path) -> None:
    (tmp_path / "processedResults").mkdir()
    (tmp_path / "processedResults" / "tabulatedVotes.csv").write_text(
        '"","A","D","F","H","N","S","fileName"\n'
        '"100001",0,0,0,1,10,0,"1001_IEO_NEU_XX"\n'
        '"200001",9,9,9,9,9,9,"1001_IEO_NEU_XX"\n'
        '"300001",8,8,8,8,8,8,"1001_IEO_NEU_XX"\n'
        '"100002",1,2,3,4,5,6,"1040_ITH_SAD_X"\n'
    )
    votes = crema_d_votes.read(tmp_path)
    assert list(votes["clip"]) == ["crema-d/1001_IEO_NEU_XX", "crema-d/1040_ITH_SAD_XX"]
    assert votes.iloc[0, 1:].tolist() == [0, 0, 0, 1, 10, 0]
    assert votes["happiness"].tolist() == [1, 4]


def test_an_absent_or_odd_table_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="corpora get crema-d"):
        crema_d_votes.read(tmp_path)
    (tmp_path / "processedResults").mkdir()
    for text in ("", "a,b\n1,2\n"):
        (tmp_path / "processedResults" / "tabulatedVotes.csv").write_text(text)
        with pytest.raises(CorpusError, match="official table"):
            crema_d_votes.read(tmp_path)


def test_the_published_figures_come_out(data: Path) -> None:
    votes = crema_d_votes.read(data / "crema-d")
    assert len(votes) == 7442 and votes["clip"].is_unique
    emotions = list(crema_d_votes.EMOTIONS.values())
    assert int(votes[emotions].to_numpy().sum()) == 68_568
    intended = votes["clip"].str.split("_").str[2].map(crema_d.EMOTION_CODES)
    table = votes[emotions].groupby(intended).sum().loc[emotions].to_numpy()
    assert np.trace(table) / table.sum() == pytest.approx(0.400, abs=0.0005)
    per_emotion = 100 * table / table.sum(axis=1, keepdims=True)
    assert np.diag(per_emotion) == pytest.approx([53.2, 28.6, 32.1, 29.0, 76.2, 25.0], abs=0.05)
    assert np.diag(per_emotion).mean() == pytest.approx(40.7, abs=0.05)


def own_corpus(tmp_path: Path, rows: list[tuple[str, str]]) -> Corpus:
    lines = [f"{number}.wav,{emotion},{sentence}\n" for number, (emotion, sentence) in enumerate(rows)]
    (tmp_path / "m.csv").write_text("file,emotion,sentence\n" + "".join(lines))
    return manifest.load(tmp_path / "m.csv", "own")


def test_sentences_of_one_emotion_are_counted(tmp_path: Path) -> None:
    rows = [("joy", "a"), ("joy", "b"), ("joy", "c"), ("grief", "a"), ("grief", "d"), ("calm", "")] * 2
    corpus = own_corpus(tmp_path, rows)
    table = confounding.table(corpus).set_index("emotion")
    assert table.loc["joy", ["sentences", "alone"]].tolist() == [3, 2]
    assert table.loc["grief", ["sentences", "alone", "share"]].tolist() == [2, 1, 0.5]
    assert "calm" not in table.index
    note = confounding.note(corpus)
    assert note is not None and "2 of 3 sentences of joy" in note and "1 of 2 sentences of grief" in note


def test_sentences_that_come_once_give_nothing_away(tmp_path: Path) -> None:
    corpus = own_corpus(tmp_path, [("joy", "a"), ("joy", "b"), ("grief", "c")])
    assert list(confounding.table(corpus)["share"]) == [1.0, 1.0]
    assert confounding.note(corpus) is None


def test_crema_d_says_everything_in_every_emotion(tmp_path: Path) -> None:
    corpus = crema_d.MODULE.load(made.crema_d(tmp_path / "c", ("2001",)))
    assert (confounding.table(corpus)["alone"] == 0).all() and confounding.note(corpus) is None


def test_savee_gives_the_emotion_away_as_stated(tmp_path: Path) -> None:
    for stem in ("DC_a01", "DC_n01", "DC_su15"):
        (tmp_path / f"{stem}.wav").touch()
    corpus = savee.MODULE.load(tmp_path)
    table = confounding.table(corpus)
    assert table[["emotion", "sentences", "alone"]].to_numpy().tolist() == [["anger", 15, 10], ["surprise", 15, 10]]
    note = confounding.note(corpus)
    assert note is not None and "10 of 15 sentences of anger and surprise" in note


def test_joined_corpora_are_counted_each_for_itself(tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    for stem in ("DC_a01", "DC_f01"):
        (tmp_path / "s" / f"{stem}.wav").touch()
    both = joined.join(
        [crema_d.MODULE.load(made.crema_d(tmp_path / "c", ("2001",))), savee.MODULE.load(tmp_path / "s")]
    )
    assert confounding.table(both)[["corpus", "emotion", "alone"]].to_numpy().tolist() == [
        ["crema-d", "anger", 0],
        ["crema-d", "fear", 0],
        ["savee", "anger", 10],
        ["savee", "fear", 10],
    ]
