"""What lies on disk: private to its owner, a full disk said in words, and processes that live on when the clock is set."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from ser_core import audio, files, jobs, runs, settings
from ser_core.corpora.recordings import Recordings
from ser_core.features.profile import VoiceProfile
from ser_core.personal import kept_profiles
from ser_core.runs import notes
from ser_core.streaming.recording import Recording
from tests.jobs.steps import no_runner

OTHERS = stat.S_IRWXG | stat.S_IRWXO


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no POSIX modes")
def test_recordings_voices_jobs_and_notes_are_their_owners_alone(home: Path) -> None:
    before = os.umask(0o022)
    try:
        # Made by an earlier version, open to all.
        (home / "recordings").mkdir(parents=True, mode=0o755)
        Recordings().add(audio.decode(settings.ARTIFACTS / "samples" / "voice-british.flac"), "anger", sitting="one")
        kept_profiles.keep([VoiceProfile(np.zeros(64), np.ones(64), 3.0, "0123456789abcdef")])
        notes.write(runs.shipped()[0], note="a secret")
        with no_runner():
            jobs.queue(("runs", "list"), kind="training", title="A secret")
        live = Recording(home / "cache" / "live", 10.0)
    finally:
        os.umask(before)
    for name in ("recordings", "voice", "jobs", "cache/live"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o700, name
    private = [
        *(home / "recordings").glob("*.*"),
        *(home / "voice").iterdir(),
        *(home / "jobs").glob("*/*"),
        home / "notes.json",
    ]
    assert len(private) >= 6
    assert not [path for path in private if path.stat().st_mode & OTHERS]
    assert not [path for path in (home / "jobs").iterdir() if path.is_dir() and path.stat().st_mode & OTHERS]
    live.close()


def test_a_log_is_written_at_its_end_and_is_its_owners_alone(tmp_path: Path) -> None:
    for line in (b"one\n", b"two\n"):
        with files.append_privately(tmp_path / "log.txt") as log:
            log.write(line)
    assert (tmp_path / "log.txt").read_bytes() == b"one\ntwo\n"
    assert os.name == "nt" or stat.S_IMODE((tmp_path / "log.txt").stat().st_mode) == 0o600


def test_what_is_no_secret_can_be_read_as_before(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    files.write_text(tmp_path / "open.txt", "open")
    assert os.name == "nt" or stat.S_IMODE((tmp_path / "open.txt").stat().st_mode) == 0o644


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_said_in_words(tmp_path: Path) -> None:
    said = "numbers.npy was not written: the disk is full \\(.* MB are free in "
    with (
        pytest.raises(OSError, match=said) as found,
        files.replacing(tmp_path / "numbers.npy"),
        Path("/dev/full").open("wb", buffering=0) as out,
    ):
        np.save(out, np.zeros(100_000))
    assert found.value.errno == errno.ENOSPC
    with pytest.raises(OSError, match="the disk is full"), files.replacing(tmp_path / "text") as temporary:
        temporary.unlink()
        temporary.symlink_to("/dev/full")
        temporary.write_text("some words")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system keeps a process' creation as it was")
def test_setting_the_clock_ends_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = runs.create(tmp_path / "run")
    run.write_status("running")
    created = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: created(self) + 3600)
    assert run.status["state"] == "running"
    assert runs.process_lives(os.getpid(), runs.born(os.getpid()))
    monkeypatch.undo()
    # As earlier versions wrote it.
    assert runs.process_lives(os.getpid(), psutil.Process().create_time())
    assert not runs.process_lives(os.getpid(), psutil.Process().create_time() - 100)


def test_another_process_of_the_same_pid_is_another() -> None:
    other = runs.born(os.getppid())
    assert other is not None and not runs.process_lives(os.getpid(), other)
    assert runs.born(2**22 + 1) is None and not runs.process_lives(2**22 + 1, other)
