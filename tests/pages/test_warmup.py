"""Pages wait for the imports of the warm-up, the home page does not."""

from __future__ import annotations

import threading

import pytest

from pages.server import warmup
from tests import opened


def test_who_waits_goes_on_when_the_imports_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    imports, first_calls = threading.Event(), threading.Event()
    monkeypatch.setattr(warmup, "_imports", lambda: imports.wait(30))
    monkeypatch.setattr(warmup, "_first_calls", first_calls.set)
    monkeypatch.setattr(warmup.gc, "freeze", lambda: None)
    warmup.wait()  # nothing was started
    warmup.start()
    page = threading.Thread(target=warmup.wait)
    page.start()
    page.join(0.3)
    assert page.is_alive() and not first_calls.is_set()
    imports.set()
    page.join(30)
    assert not page.is_alive() and first_calls.wait(30)


def test_imports_that_fail_keep_no_page_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ImportError("no librosa")

    monkeypatch.setattr(warmup, "_imports", broken)
    monkeypatch.setattr(threading, "excepthook", lambda *_: None)
    warmup.start()
    page = threading.Thread(target=warmup.wait)
    page.start()
    page.join(30)
    assert not page.is_alive()


@pytest.mark.parametrize(("page", "waits"), [("home", False), ("results", True)])
def test_every_page_but_home_waits(monkeypatch: pytest.MonkeyPatch, page: str, waits: bool) -> None:
    waited: list[bool] = []
    monkeypatch.setattr(warmup, "wait", lambda: waited.append(True))
    app = opened.page(page)
    assert not app.exception and bool(waited) == waits
