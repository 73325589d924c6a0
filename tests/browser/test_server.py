"""The server as a whole: deep links, the mode's door, and a web process without TensorFlow."""

from __future__ import annotations

import ipaddress
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import BrowserContext, expect

from ser_core import runs, settings
from tests.browser import serving, steps
from tests.browser.knocking import ask, shake_hands
from tests.browser.serving import Server

pytestmark = pytest.mark.browser
PAGES = ("home", "analyze", "datasets")


def test_a_deep_link_first_then_every_page_and_a_prediction_and_no_tensorflow_in_the_server(
    serve: Callable[..., Server], context: BrowserContext, record_property: Callable[[str, object], None]
) -> None:
    server = serve()
    page = context.new_page()
    # Streamlit would run a file in pages/ alone, or say «not found», on the first visit of a fresh server.
    page.goto(f"{server.url}/analyze?source=samples&sample=am-8hz")
    expect(page.get_by_test_id("answer").first).to_be_visible()
    steps.menu_stands(page)
    expect(page.get_by_text("Page not found")).to_have_count(0)
    for name in PAGES:
        page.goto(f"{server.url}/{name}")
        steps.menu_stands(page)
        steps.settled(page)
    page.goto(f"{server.url}/analyze?source=samples&sample=voice-british")
    expect(page.get_by_test_id("answer")).to_be_visible()
    expect(page.get_by_label("Waveform above mel-spectrogram on one time axis")).to_be_visible()
    memory = psutil.Process(server.process.pid).memory_info().rss
    record_property("rss_mb", round(memory / 1e6))
    # Of which some 20 MB are the modulation spectrum that Analyze draws at first.
    assert memory < 650e6, f"{memory / 1e6:.0f} MB after the first prediction"
    if sys.platform == "linux":
        maps = Path(f"/proc/{server.process.pid}/maps").read_text()
        assert "onnxruntime" in maps
        assert "tensorflow" not in maps and "libtorch" not in maps


def listens_on(server: Server) -> set[str]:
    """The addresses at which the server's process takes calls."""
    sockets = psutil.Process(server.process.pid).net_connections(kind="tcp")
    return {one.laddr.ip for one in sockets if one.status == psutil.CONN_LISTEN}


@pytest.mark.parametrize(
    ("address", "mode", "reason"),
    [
        ("0.0.0.0", "local", "SER_MODE=local, but the server would listen on 0.0.0.0"),
        ("localhost", "public", "SER_MODE is 'public'; it must be 'local' or 'shared'."),
    ],
)
def test_a_server_that_must_not_start_says_why(tmp_path: Path, address: str, mode: str, reason: str) -> None:
    done = subprocess.run(
        serving.command(serving.free_port(), "--server.headless", "true", "--server.address", address),
        cwd=serving.ROOT,
        env=serving.environment(tmp_path, SER_MODE=mode),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0
    assert done.stderr.startswith(f"Error: {reason}") and len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_shared_mode_may_listen_for_others_and_local_mode_does_not(
    server: Server, serve: Callable[..., Server]
) -> None:
    shared = serve(SER_MODE="shared", STREAMLIT_SERVER_ADDRESS="0.0.0.0")
    assert listens_on(shared) == {"0.0.0.0"}
    assert listens_on(server) and all(ipaddress.ip_address(one).is_loopback for one in listens_on(server))
    through_proxy = {"X-Forwarded-For": "203.0.113.7"}
    assert ask(shared.url, through_proxy) == 200
    assert shake_hands(shared, through_proxy) == 101


@pytest.fixture
def odd(server: Server) -> Iterator[str]:
    """A run whose files are whole but not what they should be: nobody foresaw a table without its columns."""
    run = runs.Run(Path(shutil.copytree(settings.ARTIFACTS / "models" / "accurate", server.home / "runs" / "odd")))
    run.write_text("predictions.csv", "clip\ncrema-d/1001_IEO_ANG_HI\n")
    run.seal()
    yield run.name
    shutil.rmtree(run.path)


def test_a_page_that_fails_says_a_sentence_and_the_log_the_rest(
    server: Server, context: BrowserContext, odd: str
) -> None:
    page = context.new_page()
    page.goto(f"{server.url}/analyze?source=samples&sample=voice-british&model={odd}")
    alert = page.get_by_role("alert")
    expect(alert).to_be_visible()
    steps.settled(page)
    said = page.get_by_test_id("stMain").inner_text()
    for trace in ("Traceback", "KeyError:", ".py", "File "):
        assert trace not in said
    steps.menu_stands(page)
