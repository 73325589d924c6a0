"""Training in a real Chromium: start, reload, go on, cancel, train another to its end, use it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ser_core import files, settings
from tests import made, patience
from tests.browser import steps
from tests.browser.serving import Server

pytestmark = pytest.mark.browser


@pytest.fixture
def trainable(serve: Callable[..., Server], tmp_path: Path) -> Server:
    """A server with a small made corpus."""
    server = serve()
    corpus = made.crema_d(tmp_path / "corpus", made.SPEAKERS[:6], made.SENTENCES[:2], seconds=0.4)
    files.write_json(server.home / "corpora.json", {"crema-d": str(corpus)})
    return server


def set_number(page: Page, label: str, value: int) -> None:
    field = page.get_by_role("spinbutton", name=label, exact=True)
    field.fill(str(value))
    field.press("Enter")
    steps.settled(page)


def test_start_reload_cancel_and_another_to_its_end(trainable: Server, page: Page) -> None:
    # Far more epochs than anybody waits for: it is cancelled.
    page.goto(f"{trainable.url}/train?recipe=cnn1d-model5")
    page.get_by_text("Advanced", exact=True).click()
    set_number(page, "Epochs", 900)
    set_number(page, "Patience", 0)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text(re.compile(r"epoch \d+ of 900")).first).to_be_visible(timeout=patience.MILLISECONDS)
    expect(page.get_by_label(re.compile(r"Learning curves, \d+ epochs")).first).to_be_visible()
    job = page.url.partition("job=")[2].partition("&")[0]
    assert job

    page.reload()
    epoch = page.get_by_text(re.compile(r"epoch \d+ of 900")).first
    expect(epoch).to_be_visible()
    seen = epoch.inner_text()
    expect(epoch).not_to_have_text(seen)

    # Another browser that knows nothing of the job sees the same.
    other = page.context.new_page()
    other.goto(f"{trainable.url}/train")
    expect(other.get_by_text(re.compile(r"epoch \d+ of 900")).first).to_be_visible()
    other.get_by_role("button", name="Cancel", exact=True).first.click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=patience.MILLISECONDS)
    expect(page.get_by_text("cancelled · run cnn1d-model5-speakers")).to_be_visible()
    other.close()

    page.goto(f"{trainable.url}/train?recipe=logreg")
    steps.settled(page)
    page.get_by_role("button", name="Train", exact=True).click()
    use = page.get_by_role("link", name="Try my voice")
    expect(use).to_be_visible(timeout=patience.MILLISECONDS)
    use.click()
    page.wait_for_url(re.compile(r"/analyze\?.*model=logreg-speakers-"))
    run = re.search(r"model=(logreg-speakers-[0-9-]+)", page.url)
    assert run is not None
    page.goto(f"{trainable.url}/analyze?source=upload&model={run[1]}")
    page.locator("input[type=file]").set_input_files(settings.ARTIFACTS / "samples" / "voice-british.flac")
    expect(page.get_by_test_id("answer")).to_be_visible()
