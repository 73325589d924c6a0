"""Fetching a corpus from the page: a job of its own, seen on its way, broken off, gone on with, and shown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ser_core import jobs, settings
from ser_core.corpora import crema_d, registry
from tests import patience
from tests.corpora import stand_in
from tests.corpora.stand_in import Cut, StandIn
from tests.opened import press, words
from tests.pages.test_datasets import datasets


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with stand_in.serving() as running:
        monkeypatch.setenv("SER_CREMA_D_URL", f"{running.url}/AudioWAV/")
        yield running


def fetch(at: AppTest, speakers: int) -> AppTest:
    at.slider(key="fetch-speakers").set_value(speakers).run()
    return press(at, "Fetch")


def ended() -> jobs.Job:
    """The one job, once it has ended."""
    deadline = time.monotonic() + patience.SECONDS
    while time.monotonic() < deadline:
        (job,) = jobs.all_jobs()
        if job.state not in jobs.ACTIVE:
            return job
        time.sleep(0.2)
    raise AssertionError(f"The job is still {job.state}: {job.log_tail()}")


def test_a_download_that_fails_says_why_and_can_be_gone_on_with(server: StandIn) -> None:
    at = fetch(datasets(), 2)
    assert not at.exception
    (job,) = jobs.all_jobs()
    folder = settings.home().path / "corpora" / "crema-d"
    assert job.arguments == ("corpora", "get", "crema-d", "--data", str(folder), "--n-speakers", "2")
    assert job.order == {"corpus": "crema-d", "folder": str(folder), "speakers": 2}
    assert any(one.label == "Cancel" for one in at.button)
    assert ended().state == "failed"
    at.run()
    assert "the server answers 404" in words(at)
    at = press(at, "Go on")
    assert not at.exception and len(jobs.all_jobs()) == 1 and jobs.all_jobs()[0].id != job.id
    ended()
    at = press(at.run(), "Dismiss")
    assert jobs.all_jobs() == []


def test_two_speakers_come_after_a_cut(server: StandIn, data: Path) -> None:
    official = [clip for clip in crema_d.read(data / "crema-d")["path"] if Path(clip).name[:4] in ("1001", "1002")]
    for path in official:
        server.answers[f"/AudioWAV/{Path(path).stem}.wav"] = Path(path).read_bytes()
    for table in ("VideoDemographics.csv", "processedResults/tabulatedVotes.csv"):
        server.answers[f"/{table}"] = (data / "crema-d" / table).read_bytes()
    broken = f"/AudioWAV/{Path(official[0]).stem}.wav"
    whole = server.answers[broken]
    assert isinstance(whole, bytes)
    server.answers[broken] = Cut(whole, len(whole) // 2)
    at = fetch(datasets(), 2)
    assert ended().state == "failed"
    server.answers[broken] = whole
    server.asked.clear()
    at = press(at.run(), "Go on")
    assert ended().state == "done", ended().log_tail()
    assert [path for path in server.asked if path.endswith(".wav")] == [broken], "what had come was fetched again"
    at.run()
    assert not at.exception
    assert at.metric[0].value == str(len(official)) and at.metric[1].value == "2"
    assert len(registry.load("crema-d").clips) == len(official)
