"""A shared server's work for its visitors, in turn: so many at once, and each visitor a fair share, however many tabs are open."""

from __future__ import annotations

import functools
import itertools
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.server import visitor
from ser_core import settings

Given = ParamSpec("Given")
Made = TypeVar("Made")


class Turns:
    """So many places for work. One visitor holds all but one of them at most; of those who wait, whoever was served longest ago is next."""

    def __init__(self, places: int) -> None:
        self.places = places
        self._each = max(1, places - 1)
        self._waiting: list[tuple[int, str]] = []
        self._working: Counter[str] = Counter()
        self._served: dict[str, int] = {}
        self._number = itertools.count(1)
        self._changed = threading.Condition()
        self._own = threading.local()

    @contextmanager
    def taken(self, who: str) -> Iterator[None]:
        """Wait for a turn of `who`, and hold it while this is open. A thread that holds one is not asked to wait for another."""
        if getattr(self._own, "held", False):
            yield
            return
        with self._changed:
            mine = (next(self._number), who)
            self._waiting.append(mine)
            try:
                self._changed.wait_for(lambda: self._next() == mine)
            finally:
                self._waiting.remove(mine)
            self._working[who] += 1
            self._served[who] = next(self._number)
            # Who is next may have a place too.
            self._changed.notify_all()
        self._own.held = True
        try:
            yield
        finally:
            self._own.held = False
            with self._changed:
                self._working[who] -= 1
                if not self._working[who]:
                    del self._working[who]
                if not self._working and not self._waiting:
                    self._served.clear()
                self._changed.notify_all()

    def _next(self) -> tuple[int, str] | None:
        if self._working.total() >= self.places:
            return None
        may = [turn for turn in self._waiting if self._working[turn[1]] < self._each]
        return min(may, key=lambda turn: (self._served.get(turn[1], 0), turn[0]), default=None)


class AnswersFirst:
    """Answers before what is drawn beside them: of visitors who ask at once each has an answer before the first has pictures."""

    #: Longest wait for the answers of others, in seconds.
    PATIENCE_S = 5.0

    def __init__(self) -> None:
        self._answering = 0
        self._drawing = False
        self._changed = threading.Condition()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """An answer is made while this is open."""
        with self._changed:
            self._answering += 1
        try:
            yield
        finally:
            with self._changed:
                self._answering -= 1
                self._changed.notify_all()

    @contextmanager
    def behind(self) -> Iterator[None]:
        """Wait until nobody's answer is made, and draw while this is open, one visitor after another; at once where that takes too long."""
        with self._changed:
            mine = self._changed.wait_for(lambda: not self._answering and not self._drawing, self.PATIENCE_S)
            self._drawing = self._drawing or mine
        try:
            yield
        finally:
            if mine:
                with self._changed:
                    self._drawing = False
                    self._changed.notify_all()


_CLASS = AnswersFirst()
_SHARED = Turns(max(2, os.cpu_count() or 2))


def in_turn(work: Callable[Given, Made]) -> Callable[Given, Made]:
    """Return `work`, done when the visitor's turn has come: at once on one's own machine, where there is nobody to wait for."""

    @functools.wraps(work)
    def done(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        if settings.mode() != "shared" or get_script_run_ctx(suppress_warning=True) is None:
            return work(*args, **kwargs)
        with _SHARED.taken(_who()):
            return work(*args, **kwargs)

    return done


def answering() -> AbstractContextManager[None]:
    """Return what is open while an answer is made: in a lesson, in which a class asks at once, pictures wait for it."""
    return _CLASS.answering() if settings.school_class() else nullcontext()


def behind_answers() -> AbstractContextManager[None]:
    """Return what is open while pictures beside an answer are drawn; in a lesson it is waited for the answers of all others."""
    return _CLASS.behind() if settings.school_class() else nullcontext()


def _who() -> str:
    """The address that somebody signed in with, else the one in the network. In a lesson the pupil: a class may be behind one address."""
    if settings.school_class():
        return visitor.owner()
    return visitor.address() or visitor.place(st.context.headers.get("X-Forwarded-For"), st.context.ip_address)
