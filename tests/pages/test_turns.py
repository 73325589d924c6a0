"""Visitors of a shared server have their work done in turn, each a fair share of it."""

from __future__ import annotations

import threading
import time

import pytest

from pages.server import turns
from pages.server.turns import AnswersFirst, Turns
from tests import patience


class Crowd:
    """Threads that ask for turns, and in which order they had them."""

    def __init__(self, places: int) -> None:
        self.turns, self.had = Turns(places), list[str]()
        self.open, self._threads, self._now = threading.Event(), list[threading.Thread](), threading.Lock()
        self.most: dict[str, int] = {}
        self._at_work: list[str] = []

    def ask(self, who: str, name: str = "") -> None:
        """Begin to ask for a turn of `who`, who holds it until `open` is set."""

        def work() -> None:
            with self.turns.taken(who):
                with self._now:
                    self.had.append(name or who)
                    self._at_work.append(who)
                    self.most[who] = max(self.most.get(who, 0), self._at_work.count(who))
                assert self.open.wait(20)
                with self._now:
                    self._at_work.remove(who)

        self._threads.append(threading.Thread(target=work))
        self._threads[-1].start()
        time.sleep(0.03)

    def end(self) -> list[str]:
        """Let everybody work, and return who had a turn, in order."""
        self.open.set()
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive()
        return self.had


def test_one_with_many_tabs_leaves_a_place_to_others() -> None:
    crowd = Crowd(2)
    for _ in range(6):
        crowd.ask("flood")
    assert crowd.had == ["flood"]
    crowd.ask("guest")
    assert crowd.had == ["flood", "guest"]
    assert sorted(crowd.end()) == ["flood"] * 6 + ["guest"]
    assert crowd.most == {"flood": 1, "guest": 1}


def test_whoever_was_served_longest_ago_is_next() -> None:
    crowd = Crowd(1)
    crowd.ask("a", "a1")
    for name in ("a2", "a3", "b1", "b2", "c1"):
        crowd.ask(name[0], name)
    had = crowd.end()
    assert had[0] == "a1" and set(had[1:3]) == {"b1", "c1"} and had[3:5] in (["a2", "b2"], ["b2", "a2"])


def test_a_turn_ends_with_an_error_and_is_asked_for_once() -> None:
    one = Turns(1)
    with pytest.raises(ValueError), one.taken("a"), one.taken("a"):
        raise ValueError
    with one.taken("b"):
        pass
    assert not one._served and not one._working


def test_on_ones_own_machine_and_outside_a_page_nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_SHARED", None)
    assert turns.in_turn(len)("abc") == 3
    monkeypatch.setenv("SER_MODE", "shared")
    assert turns.in_turn(len)("abc") == 3


def test_pictures_wait_for_every_answer_and_are_drawn_one_after_another() -> None:
    first, order, at_once = AnswersFirst(), list[str](), list[int]()
    first.PATIENCE_S = patience.SECONDS
    answered, drawing = threading.Event(), list[str]()

    def visitor(name: str) -> None:
        with first.answering():
            if name == "slow":
                assert answered.wait(patience.SECONDS)
            order.append(f"answer {name}")
        with first.behind():
            drawing.append(name)
            at_once.append(len(drawing))
            order.append(f"pictures {name}")
            time.sleep(0.02)
            drawing.remove(name)

    threads = [threading.Thread(target=visitor, args=(name,)) for name in ("slow", "b", "c", "d")]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert sorted(order) == ["answer b", "answer c", "answer d"]
    answered.set()
    for thread in threads:
        thread.join(patience.SECONDS)
    assert order[3] == "answer slow" and len(order) == 8 and set(at_once) == {1}


def test_an_answer_that_takes_long_holds_nobodys_pictures_up_for_ever() -> None:
    first = AnswersFirst()
    first.PATIENCE_S = 0.1
    with first.answering():
        with first.behind():
            pass
        # And whoever went ahead lets nobody else in before their turn.
        assert not first._drawing
    with first.behind():
        assert first._drawing
    with pytest.raises(ValueError), first.answering():
        raise ValueError
    assert not first._answering and not first._drawing


def test_outside_a_lesson_no_picture_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_CLASS", None)
    with turns.answering(), turns.behind_answers():
        pass
