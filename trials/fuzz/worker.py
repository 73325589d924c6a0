"""One area of input, tried for some seconds in a process of its own: `python -m trials.fuzz.worker AREA SECONDS PLACE`.

A line of JSON a second tells how far it is, a line more for each case that was lost. PLACE/case holds the case that is being
tried, so that one that ends the process can be looked at.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

#: Seconds of the processor's time for a case, and of any clock's.
HANG_S, WAITS_S = 10, 200
#: What is wrong on purpose, to see that it is reported (`PLANT=hang|leak make fuzz`).
PLANTS = ("hang", "leak")
MEMORY = 1_000_000_000
#: Hypothesis remembers the cases that it drew, archives of 5 MB: a process that holds more than this leaves the rest to a new one.
ENOUGH = 800_000_000


class Hang(BaseException):
    """A case took too long. Not an Exception, so that nobody in between takes it for a bad file."""


class Outside(BaseException):
    """Something was about to be written outside SER_HOME."""


class Watch:
    """Tries cases and counts how they end."""

    def __init__(self, place: Path, until: float) -> None:
        self.place, self.until = place, until
        self.tried = self.survived = self.refused = 0
        self.lost: list[str] = []
        self._told = time.monotonic()
        self._watching = False
        self._escaped = ""
        # Where the program and its libraries may write: its home, temporary files (joblib's in shared memory too), and compiled code.
        roots = [place / "home", Path(tempfile.gettempdir()), place / "case"]
        self._roots = (*(str(root.resolve()) for root in roots), "/dev/shm/joblib_memmapping_folder_")
        signal.signal(signal.SIGALRM, self._too_long)
        signal.signal(signal.SIGPROF, self._too_long)
        sys.addaudithook(self._audit)

    def case(
        self,
        name: str,
        work: Callable[[], Any],
        expected: tuple[type[BaseException], ...],
        data: bytes,
        hang_s: int = HANG_S,
    ) -> None:
        """Do the work; a result or an expected error survives, anything else is lost. Past `until` what a batch still draws is left out."""
        if time.monotonic() > self.until:
            return
        (self.place / "case").write_bytes(data)
        reset_peak()
        self.tried += 1
        self._escaped, self._watching = "", True
        # Of this process' own time: on a busy machine a case that waits its turn does not hang.
        signal.setitimer(signal.ITIMER_PROF, hang_s)
        signal.alarm(WAITS_S)
        problem = ""
        try:
            work()
        except expected:
            self.refused += 1
        except Hang:
            problem = f"took longer than {hang_s} s of the processor's time, or than {WAITS_S} s in all"
        except (Exception, SystemExit, Outside) as error:
            problem = f"{type(error).__name__}: {error} | " + " < ".join(
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
                for frame in reversed(traceback.extract_tb(error.__traceback__)[-6:])
            )
        finally:
            signal.alarm(0)
            signal.setitimer(signal.ITIMER_PROF, 0)
            self._watching = False
        problem = problem or self._escaped
        if not problem and (held := peak()) > MEMORY:
            problem = f"held {held / 1e6:.0f} MB"
        if problem:
            kept = self.place / f"lost-{name}-{len(self.lost)}"
            kept.write_bytes(data)
            self.lost.append(f"{problem} [{kept.name}]")
            print(json.dumps({"lost": self.lost[-1][:600]}), flush=True)
        else:
            self.survived += 1
        if time.monotonic() - self._told > 1:
            self.tell()

    def tell(self) -> None:
        self._told = time.monotonic()
        print(json.dumps({"tried": self.tried, "survived": self.survived, "refused": self.refused}), flush=True)

    def _too_long(self, number: int, frame: FrameType | None) -> None:
        raise Hang

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self._watching:
            return
        if event == "open":
            path, _, flags = arguments
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            places = [path] if writes and not isinstance(path, int) else []
        elif event in ("os.remove", "os.rmdir"):
            # A tree is removed folder by open folder: then the name alone is known, below one that was looked at.
            places = [arguments[0]] if arguments[1] == -1 else []
        elif event in ("os.mkdir", "os.truncate", "os.chmod"):
            places = [arguments[0]]
        elif event in ("os.rename", "os.link", "os.symlink"):
            places = [arguments[1]]
        elif event == "subprocess.Popen" and any("confined.serve" in str(word) for word in arguments[1]):
            # The bounded process that a stranger's graph runs in.
            return
        elif event in ("os.system", "subprocess.Popen", "os.exec"):
            self._escaped = f"started a program: {arguments[0]}"
            return
        else:
            return
        for place in places:
            if place is None or isinstance(place, int):
                continue
            path = os.path.realpath(os.fsdecode(place))
            if not path.startswith(self._roots) and "__pycache__" not in path and path != "/dev/null":
                self._escaped = f"{event} {path}, outside SER_HOME"
                raise Outside(self._escaped)


def reset_peak() -> None:
    """Let Linux count this process's peak of memory anew."""
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5")


def peak() -> int:
    """Return the peak of resident memory since `reset_peak`, in bytes; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024


def main(area: str, seconds: float, place: Path) -> None:
    os.environ["SER_HOME"] = str(place / "home")
    (place / "home").mkdir(parents=True, exist_ok=True)
    # A command writes where its -o says: a name alone lies where its user stands.
    os.chdir(place / "home")
    # Imported once SER_HOME is set.
    from trials.fuzz import areas

    print("imported", flush=True)
    deadline = time.monotonic() + seconds
    watch = Watch(place, deadline)
    if plant := os.environ.get("PLANT"):
        watch.case("planted", lambda: planted(plant), (), b"planted")
    attempt = areas.AREAS[area](watch)
    batch = int.from_bytes(os.urandom(4), "big")
    while time.monotonic() < deadline:
        areas.batch(attempt, batch)
        batch += 1
        reset_peak()
        if peak() > ENOUGH:
            break
    watch.tell()


def planted(what: str) -> None:
    """Do what must be reported: hang in C, where no signal reaches, or hold more than is allowed."""
    import numpy as np

    if what == "hang":
        np.convolve(np.ones(30_000_000), np.ones(30_000_000))
    elif what == "leak":
        np.ones((MEMORY + 200_000_000) // 8).sum()
    else:
        raise ValueError(f"There is no plant {what}; there are {', '.join(PLANTS)}.")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), Path(sys.argv[3]).resolve())
