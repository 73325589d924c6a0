"""A disk that is full, read-only or bad, and a corpus that goes."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ser_core import audio, jobs, runs
from ser_core.corpora.recordings import Recordings

if TYPE_CHECKING:
    from trials.faults.house import House

Fault = Callable[["House", random.Random], list[str]]
MEGABYTES = 48
#: What a fault answers that could not be tried.
SKIPPED = "skipped"


def _said(done: subprocess.CompletedProcess[str], *, good: bool | None) -> list[str]:
    """A command ends with 0 or with a sentence, never with a traceback. good: which of both, None where either will do."""
    words = done.stderr.strip()
    if "Traceback" in words or done.returncode not in (0, 1) or (good is not None and good != (done.returncode == 0)):
        return [f"`{' '.join(map(str, done.args[3:6]))}` ended with {done.returncode}: {words[-500:]}"]
    return [] if done.returncode == 0 or words else [f"`{done.args[3]}` failed without a word"]


def _training(house: House, *more: str) -> list[str]:
    return ["train", "logreg", "--data", str(house.corpus), "--split", "clips", "--no-test", *more]


def damaged_cache(house: House, chance: random.Random) -> list[str]:
    """Cut, empty, overwrite and remove files of the feature cache; training computes them again."""
    problems = _said(house.command(*_training(house)), good=True)
    for harm in ("cut", "noise", "gone", "empty"):
        for path in (house.home / "cache" / "features").rglob("*"):
            if path.suffix not in (".npy", ".csv") or chance.random() < 0.4:
                continue
            data = path.read_bytes()
            if harm == "gone":
                path.unlink()
            else:
                path.write_bytes(
                    {"cut": data[: len(data) // 2], "noise": chance.randbytes(len(data)), "empty": b""}[harm]
                )
        problems += _said(house.command(*_training(house)), good=True)
    return problems


def corpus_gone(house: House, chance: random.Random) -> list[str]:
    """Take the corpus away while its features are computed; everything says so, and it comes back."""
    shutil.rmtree(house.home / "cache", ignore_errors=True)
    run = runs.new_path("logreg")
    job = jobs.queue([*_training(house), "--run", str(run)], kind=jobs.TRAINING, title="its corpus goes", run=run)
    deadline = time.monotonic() + 60
    while job.state == "queued" and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(chance.uniform(1.0, 6.0))
    away = house.corpus.with_name("away")
    house.corpus.rename(away)
    try:
        problems = house.problems()
        while job.state in jobs.ACTIVE and time.monotonic() < deadline + 60:
            time.sleep(0.2)
        if "Traceback" in job.log_tail(200):
            problems.append(f"the training says: {job.log_tail(30)[-700:]}")
        problems += _said(house.command(*_training(house)), good=False)
        problems += _said(house.command("corpora", "list"), good=True)
    finally:
        away.rename(house.corpus)
    return problems


def damaged_tables(house: House, chance: random.Random) -> list[str]:
    """Cut small files that the program keeps; the pages say which, and all is well once they are mended."""
    notes = house.home / "notes.json"
    notes.write_text('{"runs/finished": {"name": "", "note": "mine", "tags": []}}')
    files = [notes, house.home / "corpora.json", house.home / "recordings" / "recordings.csv"]
    newest = max((path for path in (house.home / "jobs").glob("*/status.json")), default=None)
    before = {path: path.read_bytes() for path in [*files, *([newest] if newest else [])]}
    problems = []
    for path, data in before.items():
        path.write_bytes(data[: len(data) // 2] if path.suffix != ".csv" else b"\xff\xfe nonsense")
        try:
            # Recordings come back with their table, and a log that names the file is what its reader needs.
            told = [what for what in house.problems() if "recordings are lost" not in what]
            named = [what for what in told if "the server's log" in what and any(file.name in what for file in before)]
            problems += [f"{path.name} cut: {what}" for what in told if what not in named]
        except Exception as error:  # The library itself says what is wrong; the pages must say it too.
            if path.name not in str(error):
                problems.append(f"{path.name} cut: {type(error).__name__}: {error}")
        finally:
            path.write_bytes(data)
    # With everything mended all is well; what the log said meanwhile names the files.
    problems += [what for what in house.problems() if not any(file.name in what for file in before)]
    return problems


def read_only(house: House, chance: random.Random) -> list[str]:
    """Mount SER_HOME read-only and start anew: everything that is there can be looked at and used."""
    if not _mountable(house):
        return [SKIPPED]
    with _small_disk(house) as remount:
        assert house.server is not None
        house.server.stop()
        remount("ro")
        problems = house.problems()
        problems += _said(house.command("predict", "finished", str(_voice(house))), good=True)
        problems += _said(house.command(*_training(house)), good=False)
        try:
            Recordings().add(audio.decode(_voice(house)), "anger", sitting="three")
            problems.append("a recording was kept on a read-only disk")
        except OSError:
            pass
        remount("rw")
    return problems


def full(house: House, chance: random.Random) -> list[str]:
    """Fill the disk to the last byte, start anew, and make room again."""
    if not _mountable(house):
        return [SKIPPED]
    package = house.place / "finished.zip"
    problems = _said(house.command("runs", "export", "finished", "-o", str(package)), good=True)
    with _small_disk(house):
        filler = house.home / "filler"
        with filler.open("wb", buffering=0) as out:
            try:
                while True:
                    out.write(bytes(1 << 16))
            except OSError:
                pass
        assert house.server is not None
        house.server.stop()
        problems += house.problems()
        problems += _said(house.command("predict", "finished", str(_voice(house))), good=True)
        problems += _said(house.command(*_training(house)), good=False)
        problems += _said(house.command("runs", "export", "finished", "-o", str(house.home / "out.zip")), good=False)
        problems += _said(house.command("runs", "import", str(package)), good=False)
        for _ in range(3):
            try:
                made = Recordings().add(audio.decode(_voice(house)), "anger", sitting="three")
                house.kept.add(made.file)
            except OSError:
                continue
        problems += house.problems()
        filler.unlink()
        house.keep()
        problems += _said(house.command(*_training(house)), good=True)
        problems += house.problems()
    return problems


def _voice(house: House) -> Path:
    return next((house.corpus / "AudioWAV").iterdir())


def _mountable(house: House) -> bool:
    if sys.platform != "linux":
        return False
    probe = house.place / "probe"
    probe.mkdir(exist_ok=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(probe)], capture_output=True).returncode:
        return False
    subprocess.run(["umount", str(probe)], check=True)
    return True


@contextmanager
def _small_disk(house: House) -> Iterator[Callable[[str], None]]:
    """Move SER_HOME onto a small disk of its own for a while."""
    aside = house.place / "aside"
    assert house.server is not None
    house.server.stop()
    for process in house.processes():
        process.wait(timeout=60)
    shutil.rmtree(house.home / "cache", ignore_errors=True)
    house.home.rename(aside)
    house.home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(house.home)], check=True)

    def remount(how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(house.home)], check=True)

    try:
        shutil.copytree(aside, house.home, dirs_exist_ok=True)
        house.ensure_server()
        yield remount
    finally:
        house.server.stop()
        for process in house.processes():
            process.kill()
            process.wait(timeout=60)
        shutil.rmtree(aside)
        shutil.copytree(house.home, aside)
        subprocess.run(["umount", "-l", str(house.home)], check=True)
        house.home.rmdir()
        aside.rename(house.home)
        house.ensure_server()
