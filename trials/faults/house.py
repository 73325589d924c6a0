"""A server with a finished run, recordings and a corpus, and what must still be so after every fault."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ser_core import audio, jobs, settings
from ser_core.corpora.recordings import Recordings
from ser_core.runs import Run, RunError
from tests import made
from tests.browser import serving
from tests.browser.screens import SCREENS
from tests.browser.serving import Server
from trials.load.visitor import Visitor

#: What a page says when something unforeseen stopped it.
STOPPED = b"This page stopped at something unforeseen"
VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"


@dataclass
class House:
    """The place, the corpus, the running server, and what must not be lost."""

    place: Path
    corpus: Path
    server: Server | None = None
    finished: dict[str, str] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    _told: dict[str, int] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.place / "ser-home"

    @classmethod
    def build(cls, place: Path) -> House:
        """Make the corpus, a finished run and a recording, and start the server."""
        house = cls(place, made.crema_d(place / "corpus", seconds=0.4))
        os.environ["SER_HOME"] = str(house.home)
        shutil.copytree(settings.ARTIFACTS / "models" / "accurate", house.home / "runs" / "finished")
        (house.home / "corpora.json").write_text(json.dumps({"crema-d": str(house.corpus)}))
        house.keep()
        house.note_finished()
        house.ensure_server()
        return house

    def ensure_server(self) -> None:
        """Start the server where it does not run."""
        if self.server is None or self.server.process.poll() is not None:
            self.server = serving.start(self.place)

    def keep(self) -> None:
        """Keep one recording, which then must not be lost."""
        self.kept.add(Recordings().add(audio.decode(VOICE), "anger", sitting="one").file)

    def note_finished(self) -> None:
        """Remember every run that is finished now, file by file."""
        for path in (self.home / "runs").iterdir():
            with contextlib.suppress(RunError):
                if Run(path).status["state"] == "done" and (path / "files.json").is_file():
                    self.finished.setdefault(path.name, _digest(path))

    def command(self, *arguments: str, timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Run the command line in this home."""
        return subprocess.run(
            [sys.executable, "-m", "ser_core", *arguments],
            cwd=serving.ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def problems(self) -> list[str]:
        """Return what is not as it must be; the server is started anew where it was killed."""
        self.ensure_server()
        problems = [f"the page {name} {what}" for name, what in asyncio.run(self._pages())]
        for name, digest in self.finished.items():
            if _digest(self.home / "runs" / name) != digest:
                problems.append(f"the finished run {name} is not what it was")
        listed = {recording.file for recording in Recordings().list_all()}
        if self.kept - listed:
            problems.append(f"recordings are lost: {sorted(self.kept - listed)}")
        for file in self.kept & listed:
            audio.decode(Recordings().path(file))
        for job in jobs.all_jobs():
            if job.state not in ("queued", "running", "done", "failed", "cancelled", "interrupted"):
                problems.append(f"the job {job.id} is {job.state}")
        assert self.server is not None
        log = self.server.log.read_text(errors="replace")
        if log.count("Traceback") > self._told.get(self.server.url, 0):
            self._told[self.server.url] = log.count("Traceback")
            problems.append(f"the server's log: {log[log.rindex('Traceback') :][-500:]!r}")
        self.note_finished()
        return problems

    async def _pages(self) -> list[tuple[str, str]]:
        answers = await asyncio.gather(*(self._page(screen) for screen in SCREENS))
        return [(screen or "home", what) for screen, what in zip(SCREENS, answers, strict=True) if what]

    async def _page(self, screen: str) -> str:
        assert self.server is not None
        page, _, query = screen.partition("?")
        visitor = Visitor(self.server.url, page=page or "home", query=query or "x=1")
        try:
            await visitor.arrive()
            await visitor.leave()
        except Exception as error:  # The page did not come, however that was.
            return f"did not come up: {type(error).__name__}: {error}"
        return "stopped" if STOPPED in visitor.seen else ""

    def end(self) -> None:
        """End the server and whatever works for this home."""
        for job in jobs.in_state(*jobs.ACTIVE):
            with contextlib.suppress(jobs.JobError, OSError):
                job.cancel()
        if self.server is not None:
            self.server.stop()
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                process.kill()

    def processes(self, *words: str) -> list[psutil.Process]:
        """Return the processes of the program that work for this home, with these words in their command."""
        processes = []
        for process in psutil.process_iter(["cmdline"]):
            command = process.info["cmdline"] or []
            try:
                here = "ser_core" in command and process.environ().get("SER_HOME") == str(self.home)
                if here and all(word in command for word in words):
                    processes.append(process)
            except psutil.Error:
                continue
        return processes


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)}|".encode() + path.read_bytes())
    return digest.hexdigest()
