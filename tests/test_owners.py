"""Several people on one installation: whose is what, and that one does not reach into another's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pages.server import guard, visitor
from ser_core import audio, files, jobs, runs, settings
from ser_core.corpora import registry
from ser_core.corpora.base import CorpusError
from ser_core.corpora.recordings import Recordings
from ser_core.jobs import runner
from tests import made
from tests.jobs import steps

ADA, BOB = visitor.folder_of("ada@example.org"), visitor.folder_of("bob@example.org")
VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"


@pytest.fixture(autouse=True)
def nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that serves no pages: SER_OWNER says who."""
    monkeypatch.setattr(settings, "_ask_owner", [])


@pytest.fixture
def be(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    return lambda owner: monkeypatch.setenv(settings.OWNER_VARIABLE, owner)


def test_what_is_made_lies_with_its_owner_and_the_queue_with_the_installation(home: Path, be) -> None:  # type: ignore[no-untyped-def]
    assert settings.home().runs == home / "runs"
    be(ADA)
    own = home / "users" / ADA
    found = settings.home()
    assert {found.runs.parent, found.recordings.parent, found.corpora_file.parent} == {own}
    assert {found.jobs.parent, found.cache.parent, found.path} == {home}
    Recordings().add(audio.decode(VOICE), "anger", sitting="one")
    runs.weightless(runs.find("svm-clips"), found.runs / "of-ada")
    assert [run.name for run in runs.own()] == ["of-ada"] and len(Recordings().list_all()) == 1
    for other in (BOB, settings.NOBODY, ""):
        be(other)
        assert runs.own() == [] and Recordings().list_all() == []
        with pytest.raises(runs.RunError):
            runs.find("of-ada")


def test_a_run_is_named_by_its_folder_by_whose_it_is_alone(home: Path, be, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    be(ADA)
    theirs = runs.weightless(runs.find("svm-clips"), settings.home().runs / "of-ada").path
    outside = runs.weightless(runs.find("svm-clips"), tmp_path / "elsewhere").path
    assert runs.find(str(theirs)).name == "of-ada"
    assert runs.find(str(runs.find("accurate").path)).shipped
    for other in (BOB, settings.NOBODY):
        be(other)
        for path in (theirs, outside, "no\0name"):
            with pytest.raises(runs.RunError, match="There is no run called"):
                runs.find(str(path))
    # Whoever runs the installation names what they like.
    be("")
    assert runs.find(str(theirs)).name == "of-ada" and runs.find(str(outside)).name == "elsewhere"


@pytest.mark.parametrize("name", ["../..", "ada", "0" * 31, "/etc"])
def test_an_owner_is_no_path(home: Path, be, name: str) -> None:  # type: ignore[no-untyped-def]
    be(name)
    with pytest.raises(settings.SettingsError, match="not by hand"):
        settings.home()


def test_corpora_of_the_installation_are_everybodys_and_ones_own_are_ones_own(home: Path, be, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    corpus = made.crema_d(tmp_path / "c", made.SPEAKERS[:2], ("IEO",), seconds=0.4)
    registry.register("crema-d", corpus)
    be(ADA)
    (tmp_path / "mine" / "anger").mkdir(parents=True)
    registry.register("mine", tmp_path / "mine")
    assert set(registry.entries()) == {"crema-d", "mine"}
    with pytest.raises(CorpusError, match="not registered"):
        registry.forget("crema-d")
    be(BOB)
    assert set(registry.entries()) == {"crema-d"}


def test_no_path_leads_into_what_is_another_s(home: Path, be, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    be(ADA)
    kept = Recordings().add(audio.decode(VOICE), "anger", sitting="one")
    theirs = settings.home().recordings
    be(BOB)
    (tmp_path / "link").symlink_to(theirs)
    for path in (theirs, home, home / "cache", tmp_path / "link"):
        with pytest.raises(CorpusError, match="belongs to this server"):
            registry.register("mine", path)
    table = tmp_path / "clips.csv"
    for named in (theirs / kept.file, Path("link") / kept.file):
        table.write_text(f"file,emotion\n{named},anger\n")
        with pytest.raises(CorpusError, match="to others"):
            registry.open_own(table, "mine")
    be(ADA)
    assert len(registry.open_own(table, "mine").clips) == 1


def test_jobs_are_seen_by_their_owner_and_run_in_the_owners_folder(home: Path, be) -> None:  # type: ignore[no-untyped-def]
    be(ADA)
    with steps.no_runner():
        job = jobs.queue(steps.GOOD, kind="report", title="of Ada", run=settings.home().runs / "r")
        assert job.owner == ADA and job.run == home / "users" / ADA / "runs" / "r"
        be(BOB)
        assert jobs.all_jobs() == [] and runner.waiting() == [] and not job.mine
        assert [one.id for one in runner.waiting(everyone=True)] == [job.id]
        with pytest.raises(jobs.JobError, match="no job called"):
            jobs.find(job.id)
        be("")
        assert [one.id for one in jobs.all_jobs()] == [job.id], "the shell sees every job"
        job.cancel()
    be(ADA)
    recording = jobs.queue(("runs", "list", "--json"), kind="report", title="whose runs")
    files.write_json(settings.home().path / "unused.json", {})
    runs.weightless(runs.find("svm-clips"), settings.home().runs / "of-ada")
    assert steps.end(recording) == "done"
    assert json.loads((recording.path / "job.json").read_text())["owner"] == ADA


def test_a_stranger_queues_nothing(home: Path, be) -> None:  # type: ignore[no-untyped-def]
    be(settings.NOBODY)
    with pytest.raises(jobs.JobError, match="signed in"):
        jobs.queue(steps.GOOD, kind="report", title="t")


def test_in_local_mode_everybody_may_and_outside_a_page_of_a_shared_server_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rights = (visitor.may_train, visitor.may_keep, visitor.may_register, visitor.may_delete)
    assert visitor.owner() == "" and all(may() for may in rights)
    monkeypatch.setenv("SER_MODE", "shared")
    assert visitor.owner() == settings.NOBODY and not any(may() for may in rights)


@pytest.mark.parametrize(
    ("listed", "address", "allowed"),
    [
        ("ada@example.org", "ada@example.org", True),
        ("Ada@Example.org, bob@x.org", "ada@example.org", True),
        ("@example.org", "ada@example.org", True),
        ("@example.org", "ada@evil-example.org", False),
        ("@example.org", "ada@example.org.evil.net", False),
        ("example.org", "ada@example.org", False),
        ("", "ada@example.org", False),
    ],
)
def test_the_allow_list(monkeypatch: pytest.MonkeyPatch, listed: str, address: str, allowed: bool) -> None:
    monkeypatch.setenv(visitor.VARIABLE, listed)
    assert visitor.is_allowed(address) is allowed


def test_a_shared_server_does_not_start_without_its_protections(monkeypatch: pytest.MonkeyPatch) -> None:
    both = dict.fromkeys(guard.PROTECTIONS, True)
    assert guard.reason_unprotected({**both, "server.enableCORS": False}) is None
    monkeypatch.setenv("SER_MODE", "shared")
    assert guard.reason_unprotected(both) is None
    assert "server.enableCORS is off" in str(guard.reason_unprotected({**both, "server.enableCORS": False}))
