"""What the tests of exchange share: the optional packages, and a hub on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.exchange import stand_in_hub
from tests.optional_packages import beside as beside
from tests.optional_packages import extras as extras


@pytest.fixture
def server(beside: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[stand_in_hub.Hub]:
    """A hub; the client is to speak to it alone, with a token that is none."""
    with stand_in_hub.running() as found:
        for name, value in (
            ("HF_ENDPOINT", found.url),
            ("HF_TOKEN", "hf_nobody"),
            ("HF_HOME", str(tmp_path / "hf")),
            ("HF_HUB_DISABLE_XET", "1"),
            ("HF_HUB_DISABLE_PROGRESS_BARS", "1"),
        ):
            monkeypatch.setenv(name, value)
        yield found
