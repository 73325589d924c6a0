"""What strangers may upload to a shared server: bounded before it is kept, and freed when they leave."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
import soundfile

from pages.server import uploads
from ser_core import audio, settings
from tests.browser.serving import Server
from trials.load.visitor import Visitor

MIB = 2**20


def _flood(server: Server, sizes: list[int]) -> list[int]:
    # In a thread without a loop: a browser of the tests before keeps one running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _flooded(server, sizes)).result()


async def _flooded(server: Server, sizes: list[int]) -> list[int]:
    visitor = Visitor(server.url, model="accurate")
    await visitor.arrive()
    try:
        return [await visitor.put(bytes(size)) for size in sizes]
    finally:
        await visitor.leave()


@pytest.mark.browser
def test_one_visitor_fills_no_server(serve: Callable[..., Server]) -> None:
    server = serve(SER_MODE="shared")
    answers = _flood(server, [30 * MIB] * 12)
    assert answers[:3] == [204] * 3 and set(answers[3:]) == {413}
    answers = _flood(server, [1] * (uploads.VISIT_FILES + 5))
    assert answers.count(204) == uploads.VISIT_FILES and set(answers[uploads.VISIT_FILES :]) == {413}
    memory = psutil.Process(server.process.pid).memory_info().rss
    assert memory < 900e6, f"{memory / 1e6:.0f} MB"


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, SimpleNamespace]]:
    """What visits hold, in Streamlit's place."""
    storage: dict[str, dict[str, SimpleNamespace]] = {}
    server = SimpleNamespace(
        uploaded_file_mgr=SimpleNamespace(
            file_storage=storage, remove_session_files=lambda visit: storage.pop(visit, None)
        ),
        is_active_session=lambda visit: visit == "here",
        close_session=lambda visit: None,
    )
    monkeypatch.setattr(uploads.runtime, "exists", lambda: True)
    monkeypatch.setattr(uploads.runtime, "get_instance", lambda: server)
    return storage


def file(size: int) -> SimpleNamespace:
    return SimpleNamespace(data=range(size))


def test_the_bounds(held: dict[str, dict[str, SimpleNamespace]]) -> None:
    assert uploads.refusal("here", 100 * MIB) is None
    assert uploads.refusal("here", 100 * MIB + 1) == (413, uploads.TOO_MUCH)
    assert uploads.refusal("here", None) == (411, uploads.UNSTATED)
    held["here"] = {str(number): file(1) for number in range(uploads.VISIT_FILES)}
    assert uploads.refusal("here", 1) == (413, uploads.TOO_MANY)
    held |= {str(number): {"a": file(90 * MIB)} for number in range(2)}
    assert uploads.refusal("another", 90 * MIB) == (503, uploads.FULL)
    assert uploads.refusal("another", 60 * MIB) is None


def test_one_visitor_with_many_tabs_leaves_room_for_another(
    held: dict[str, dict[str, SimpleNamespace]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        uploads, "_places", {"tab 1": "198.51.100.66", "tab 2": "198.51.100.66", "closed": "198.51.100.66"}
    )
    held |= {"tab 1": {"a": file(90 * MIB)}, "tab 2": {"a": file(50 * MIB)}}
    assert uploads.refusal("tab 3", 20 * MIB, "198.51.100.66") == (413, uploads.TOO_MUCH_HERE)
    assert uploads.refusal("tab 3", 10 * MIB, "198.51.100.66") is None
    assert uploads.refusal("another", 90 * MIB, "192.0.2.1") is None
    assert "closed" not in uploads._places


def test_who_has_left_holds_nothing(held: dict[str, dict[str, SimpleNamespace]]) -> None:
    held |= {"here": {"a": file(1)}, "gone": {"a": file(1)}}
    gone = uploads.free({}, 0.0)
    assert gone == {"gone": 0.0} and set(held) == {"here", "gone"}
    assert uploads.free(gone, uploads.GONE_S) == {} and set(held) == {"here"}


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_ask_owner", [lambda: settings.NOBODY])


def flac(seconds: float, rate: int, channels: int) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, np.zeros((int(seconds * rate), channels), np.int16), rate, format="FLAC")
    return out.getvalue()


@pytest.mark.usefixtures("stranger")
def test_a_small_file_of_many_samples_is_refused_by_its_header(monkeypatch: pytest.MonkeyPatch) -> None:
    small = flac(60, 192_000, 8)
    assert len(small) < MIB
    monkeypatch.setattr(audio.collector.Collector, "add", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(audio.AudioError, match="holds 92 million samples in 8 channels at 192 kHz; up to 23 million"):
        audio.decode(small)
    with pytest.raises(audio.AudioError, match=r"lasts 4\.0 min, more than the limit of 2 min"):
        audio.decode(flac(240, 8_000, 1))


def test_ones_own_machine_reads_it() -> None:
    assert audio.decode(flac(31, 192_000, 6)).duration == pytest.approx(31)
