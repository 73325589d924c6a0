"""What the tests of runs that come in share."""

from pathlib import Path


def nothing_came(home: Path) -> bool:
    runs_there = list((home / "runs").iterdir()) if (home / "runs").is_dir() else []
    return not runs_there and not list(home.glob(".importing-*"))
