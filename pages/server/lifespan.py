"""The start of a server: warm up, open the browser."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from pages.server import looks, memory, uploads, warmup

# A folder named pages/ makes Streamlit run the first visit of a fresh server in the manner of its older multipage apps, in
# which a deep link is «not found». Our pages are declared by st.navigation, which sets this too, but one visit too late.
PagesManager.uses_pages_directory = False

#: How long the browser waits for the server to answer, in seconds.
PATIENCE_S = 30.0


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """Run around the server's life."""
    memory.bound()
    looks.keep_apart()
    warmup.start()
    if not st.get_option("server.headless"):
        threading.Thread(target=_open_browser, name="browser", daemon=True).start()
    async with uploads.freed():
        yield {}


def _open_browser() -> None:
    base = st.get_option("server.baseUrlPath").strip("/")
    url = f"http://localhost:{st.get_option('server.port')}/{base + '/' if base else ''}"
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}_stcore/health", timeout=2):
                webbrowser.open(url)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
