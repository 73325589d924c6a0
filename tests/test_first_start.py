"""A terminal's very first start: no e-mail prompt, and the browser is asked for the right address."""

import os
import sys
import time
from pathlib import Path

import pytest

from tests.browser import serving

if sys.platform == "win32":
    pytest.skip("pseudo-terminals are POSIX", allow_module_level=True)

import pty
import subprocess

from tests import patience


def test_nothing_is_asked_and_the_browser_opens(tmp_path: Path) -> None:
    opened = tmp_path / "opened.txt"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    port = serving.free_port()
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        serving.command(port),
        cwd=serving.ROOT,
        # Without a display Streamlit takes the machine for a server and opens nothing.
        env=serving.environment(tmp_path, BROWSER=f"{browser} %s", DISPLAY=":0"),
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    try:
        serving.wait_until_healthy(f"http://localhost:{port}", process)
        deadline = time.monotonic() + patience.SECONDS
        while not opened.is_file() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert opened.read_text().strip() == f"http://localhost:{port}/"
        printed = os.read(leader, 65536).decode(errors="replace")
        assert "@" not in printed and "mail" not in printed.lower()
    finally:
        process.terminate()
        process.wait(30)
        os.close(leader)
