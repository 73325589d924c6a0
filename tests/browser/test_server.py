"""The server as a whole: deep links, the mode's door, and a web process without TensorFlow."""

from __future__ import annotations

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser import serving
from tests.browser.serving import Server

pytestmark = pytest.mark.browser
PAGES = ("home", "analyze")


def test_a_deep_link_first_serves_the_whole_app(serve: Callable[..., Server], context: BrowserContext) -> None:
    """Streamlit would run a file in pages/ alone, or say «not found», on the first visit of a fresh server."""
    page = context.new_page()
    page.goto(f"{serve().url}/analyze?source=samples&sample=am-8hz")
    expect(page.get_by_test_id("answer").first).to_be_visible()
    expect(page.get_by_role("link", name="Home")).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_after_every_page_and_a_prediction_there_is_no_tensorflow_in_the_server(
    serve: Callable[..., Server], context: BrowserContext, record_property: Callable[[str, object], None]
) -> None:
    server = serve()
    page = context.new_page()
    for name in PAGES:
        page.goto(f"{server.url}/{name}")
        expect(page.get_by_role("link", name="Home")).to_be_visible()
    page.goto(f"{server.url}/analyze?source=samples&sample=voice-british")
    expect(page.get_by_test_id("answer").first).to_be_visible()
    memory = psutil.Process(server.process.pid).memory_info().rss
    record_property("rss_mb", round(memory / 1e6))
    assert memory < 600e6, f"{memory / 1e6:.0f} MB after the first prediction"
    if sys.platform == "linux":
        maps = Path(f"/proc/{server.process.pid}/maps").read_text()
        assert "onnxruntime" in maps
        assert "tensorflow" not in maps and "libtorch" not in maps


def test_local_mode_refuses_to_listen_for_others(tmp_path: Path) -> None:
    done = subprocess.run(
        serving.command(serving.free_port(), "--server.headless", "true", "--server.address", "0.0.0.0"),
        cwd=serving.ROOT, env=serving.environment(tmp_path), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode != 0
    assert "SER_MODE=local, but the server would listen on 0.0.0.0" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_request_through_a_proxy_is_refused_in_local_mode_alone(server: Server, serve: Callable[..., Server]) -> None:
    def ask(url: str, path: str = "/") -> int:
        request = urllib.request.Request(url + path, headers={"X-Forwarded-For": "203.0.113.7"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    assert ask(server.url) == 403
    assert ask(server.url, "/_stcore/stream") == 403
    assert ask(serve(SER_MODE="shared").url) == 200
