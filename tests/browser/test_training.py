"""Training in a real Chromium: start, reload, go on, cancel, train another to its end, use it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ser_core import files, settings
from tests import made, patience
from tests.browser import steps
from tests.browser.serving import Server
from tests.studies import other_programs

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


def test_a_network_is_built_trained_scrubbed_heard_compared_and_looked_into(
    trainable: Server, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{trainable.url}/train?view=build")
    steps.settled(page)
    page.get_by_role("radio", name="time and bands (2D)").or_(
        page.get_by_role("button", name="time and bands (2D)")
    ).first.click()
    steps.settled(page)
    expect(page.get_by_text("Bands at the end")).to_be_visible()
    page.get_by_text("Advanced", exact=True).click()
    set_number(page, "Epochs", 3)
    set_number(page, "Batch size", 16)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("link", name="Try my voice")).to_be_visible(timeout=patience.MILLISECONDS)
    expect(page.get_by_text("My 2D CNN of 3 blocks").first).to_be_visible()
    expect(page.get_by_text(re.compile(r"UAR \d+ %")).first).to_be_visible()
    run = re.search(r"my-network-speakers-[0-9-]+", page.content())
    assert run is not None

    # The matrix of the first epoch, then all in turn until the last one stands there.
    film = page.get_by_label(re.compile("Confusion matrix of the validation part after each of 3 epochs"))
    expect(film).to_be_visible()
    steps.settled(page)
    rail = film.locator(".slider-rail-touch-rect").first.bounding_box()
    assert rail is not None
    page.mouse.click(rail["x"] + 2, rail["y"] + rail["height"] / 2)
    expect(film.get_by_text(re.compile(r"epoch 1 · UAR"))).to_be_visible()
    film.get_by_text("play").click()
    expect(film.get_by_text(re.compile(r"epoch 3 · UAR"))).to_be_visible()

    page.get_by_role("button", name="Hear").click()
    expect(page.locator("audio").first).to_be_visible()

    compared(page, tmp_path)

    page.goto(f"{trainable.url}/analyze?source=samples&sample=voice-british&model={run[0]}&layers=on")
    steps.settled(page)
    expect(
        page.get_by_label(re.compile(rf"What the units of layer 1 · 96 filters of 5 × 5 of {run[0]}"))
    ).to_be_visible()


def compared(page: Page, folder: Path) -> None:
    """From the card of a finished training to a study with another network over two seeds, as Word and as LaTeX."""
    page.get_by_role("link", name="Compare networks").click()
    page.wait_for_url(re.compile("view=compare"))
    steps.settled(page)
    networks = page.get_by_test_id("stMultiSelect").filter(has_text="Networks (2 to 6)")
    expect(networks.get_by_text("My 2D CNN of 3 blocks")).to_be_visible()
    networks.get_by_role("combobox").fill("cnn2d-model3")
    page.get_by_role("option", name="cnn2d-model3", exact=True).click()
    page.keyboard.press("Escape")
    steps.settled(page)
    expect(page.get_by_role("spinbutton", name="Seeds", exact=True)).to_have_value("2")
    page.get_by_text("Advanced", exact=True).click()
    set_number(page, "Epochs of each, at most", 2)
    expect(page.get_by_text(re.compile(r"4 trainings, about .* in all"))).to_be_visible()
    page.get_by_role("button", name="Start the study").click()
    page.wait_for_url(re.compile("results.*view=studies"))
    expect(page.get_by_text("0 of 2 trained")).to_be_visible()
    verdict = page.get_by_text(re.compile(r"^Over 2 seeds and 2 speakers, "))
    expect(verdict).to_be_visible(timeout=patience.MILLISECONDS)
    expect(page.get_by_label(re.compile("UAR on .* test clips of CREMA-D")).first).to_be_visible()
    expect(page.get_by_label(re.compile("Validation UAR after each epoch")).first).to_be_visible()
    word = steps.download(page, "Word", folder)
    assert word.suffix == ".docx" and zipfile.is_zipfile(word)
    latex = steps.download(page, "LaTeX", folder)
    with zipfile.ZipFile(latex) as archive:
        archive.extractall(folder / "latex")
    (source,) = (folder / "latex").glob("*.tex")
    if other_programs.OFFICE:
        assert "Over 2 seeds and 2 speakers" in other_programs.converted(word, folder)
    if other_programs.LATEX:
        assert "Over 2 seeds and 2 speakers" in other_programs.compiled(source)
