"""Finding a Chromium for the browser tests; `python -m tests.browser.chromium` installs one where there is none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find() -> str | None:
    """Return the path of the system's Chromium or Chrome, else of Playwright's own, else None."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    try:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            own = playwright.chromium.executable_path
    except Exception:  # Playwright is missing or broken; then there is no browser of its own either.
        return None
    return own if Path(own).is_file() else None


if __name__ == "__main__":
    if find() is None:
        done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        if done.returncode or find() is None:
            sys.exit("No Chromium or Chrome, and none could be installed: the browser tests will be skipped.")
