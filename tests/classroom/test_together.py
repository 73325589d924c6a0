"""What a class has in common: its recordings as a corpus, its guesses as votes, its networks on a board."""

from __future__ import annotations

import numpy as np
import pytest

from ser_core import classroom, runs, settings
from ser_core.classroom import board, guesses
from ser_core.classroom.board import Found
from ser_core.corpora import classmates, registry
from ser_core.corpora.base import CorpusError
from ser_core.evaluation import listeners
from tests.classroom.conftest import Be, act, join

LABELS = ("anger", "fear", "sadness")


def test_what_the_class_recorded_is_one_corpus_with_the_nicknames_as_speakers(lesson: classroom.Lesson, be: Be) -> None:
    (_, ada), (_, bob) = join(lesson, "Ada"), join(lesson, "Bob")
    be(bob)
    with pytest.raises(CorpusError, match="Nobody in the class"):
        registry.load("class")
    before = classmates.state()
    act(ada, "Ada")
    act(bob, "Bob", ("fear",))
    found = registry.load("class")
    assert found.name == "class" and classmates.counts() == (3, 2) and classmates.state() != before
    assert sorted(zip(found.clips["speaker"], found.clips["emotion"], strict=True)) == [
        ("Ada", "anger"),
        ("Ada", "sadness"),
        ("Bob", "fear"),
    ]
    assert set(found.clips["clip"].str[:14]) == {f"class/{ada[:8]}", f"class/{bob[:8]}"}


def test_outside_a_lesson_there_is_no_such_corpus() -> None:
    with pytest.raises(CorpusError, match="no corpus called 'class'"):
        registry.load("class")


def test_guesses_pool_themselves_and_the_last_word_counts(lesson: classroom.Lesson, be: Be) -> None:
    for name, said in (("Ada", ("anger", "fear")), ("Bob", ("fear",)), ("Cleo", ("fear",)), ("Dan", ("joy",))):
        _, id = join(lesson, name)
        be(id)
        for one in said:
            guesses.keep("crema-d/a", one)
    join(lesson, "Eve")
    guesses.keep("crema-d/b", "sadness")
    be("")
    votes = guesses.votes(lesson, LABELS)
    assert votes.set_index("clip").loc["crema-d/a"].to_dict() == {"anger": 0, "fear": 3, "sadness": 0}
    assert votes.set_index("clip").loc["crema-d/b"].to_dict() == {"anger": 0, "fear": 0, "sadness": 1}
    assert guesses.guessing(lesson) == 4
    answers = votes[["clip"]].assign(true=["fear", "anger"], predicted="anger")
    heard = listeners.heard(answers, votes, LABELS)
    assert listeners.vote_accuracy(heard, LABELS) == 0.75 and list(heard["chosen"]) == ["fear", "sadness"]


def test_the_board_has_everybodys_last_network(lesson: classroom.Lesson) -> None:
    (_, ada), (_, bob) = join(lesson, "Ada"), join(lesson, "Bob")
    for owner, name in ((ada, "one"), (ada, "two"), ("", "mine")):
        runs.weightless(runs.find("svm-clips"), settings.home(owner).runs / name)
    (settings.home(bob).runs / "begun").mkdir(parents=True)
    found = board.last_of_each(lesson)
    assert [(one.who, one.owner) for one in found] == [("Teacher", ""), ("Ada", ada)]
    metrics = runs.find("svm-clips").metrics["test"]
    assert found[1].uar == metrics["uar"] and found[1].confusion.tolist() == metrics["confusion"]
    assert found[1].run in ("one", "two") and found[1].n == metrics["n"]


def test_the_commonest_mistake_is_the_largest_mean_share_beside_the_diagonal() -> None:
    def made(*rows: list[int]) -> Found:
        return Found("x", "", "r", "class", "test", 0.5, 1, 1, LABELS, np.array(rows))

    first, second = made([4, 6, 0], [0, 9, 1], [0, 0, 5]), made([9, 1, 0], [0, 0, 10], [0, 0, 0])
    assert board.together([first, second]) == ("fear", "sadness", 0.55, 1)
    assert board.together([]) is None and board.together([made([1, 0, 0], [0, 1, 0], [0, 0, 1])]) is None
