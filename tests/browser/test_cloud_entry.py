"""Streamlit Community Cloud's entry point, started as the Cloud does: the pages run, in shared mode, with nothing said about it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import patience
from tests.browser import serving, steps

pytestmark = pytest.mark.browser


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    port = serving.free_port()
    words = [str(Path(sys.executable).with_name("streamlit")), "run", "deploy/streamlit_app.py"]
    process = subprocess.Popen(
        [*words, "--server.port", str(port), "--server.headless", "true"],
        cwd=serving.ROOT,
        env=serving.environment(tmp_path),
    )
    try:
        serving.wait_until_healthy(f"http://localhost:{port}", process)
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(timeout=patience.SECONDS)


def test_a_deep_link_answers_and_nobody_trains(page: Page, url: str) -> None:
    sample = serving.ROOT / "artifacts" / "samples" / "voice-british.flac"
    page.goto(f"{url}/analyze?source=samples&sample=voice-british&model=accurate")
    expect(page.get_by_text(steps.headline(steps.predict(sample)[0]))).to_be_visible()
    page.goto(f"{url}/train")
    expect(page.get_by_text("visitors cannot train models")).to_be_visible()
