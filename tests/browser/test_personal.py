"""A model of one's own in a real Chromium: two classes are recorded, a model is made of them, and it answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ser_core import runs
from ser_core.runs import Run
from tests.browser import steps
from tests.browser.serving import Server

pytestmark = pytest.mark.browser
CLASSES = ("calm", "my 2nd class")
CLIPS = 3


def collect(page: Page, name: str) -> None:
    """Record CLIPS clips of a class that the list does not have: two clicks a clip."""
    steps.settled(page)
    choice = page.get_by_role("combobox", name="Add a class")
    choice.click()
    choice.fill(name)
    choice.press("Enter")
    expect(page.get_by_text(f"{name} · 0 of 10")).to_be_visible()
    for number in range(1, CLIPS + 1):
        steps.settled(page)
        steps.record(page, 2, recorder=CLASSES.index(name))
        expect(page.get_by_text(f"{name} · {number} of 10")).to_be_visible()


def test_two_classes_are_recorded_and_their_model_is_used(
    serve: Callable[..., Server], page: Page, tmp_path: Path
) -> None:
    server = serve()
    page.goto(f"{server.url}/train?view=personal")
    for name in CLASSES:
        collect(page, name)
    assert len(list((server.home / "recordings").glob("*.wav"))) == CLIPS * len(CLASSES)
    steps.settled(page)
    page.get_by_role("button", name="Make my model").click()
    expect(page.get_by_text("3 · Try")).to_be_visible()
    expect(page.get_by_text("too few to say", exact=True)).to_be_visible()
    (path,) = (server.home / "runs").iterdir()
    run = Run(path)
    expect(
        page.get_by_label(f"Confusion matrix of {run.name}, cross-validated, n = {CLIPS * len(CLASSES)}")
    ).to_be_visible()

    # Step 3, right there.
    steps.record(page, 2)
    expect(page.get_by_test_id("answer")).to_be_visible()
    expect(page.get_by_label(f"Probabilities by {run.name}: {CLASSES[0]}")).to_be_visible()

    # Analyze, with the model picked: the page says what the command line says.
    steps.settled(page)
    page.get_by_role("link", name="Use it in Analyze").click()
    expect(page.get_by_text(f"{run.name} · too few to say")).to_be_visible()
    page.goto(f"{server.url}/analyze?model={run.name}&source=samples&sample=voice-british")
    expect(page.get_by_test_id("answer")).to_be_visible()
    shown = steps.answers(page, tmp_path)[run.name]
    assert set(shown["probabilities"]) == set(CLASSES)
    assert run.recipe["personal"]["base"] == runs.shipped()[0].name
    assert json.loads((path / "feature.json").read_text())["labels"] == list(CLASSES)

    # And live.
    page.goto(f"{server.url}/live?model={run.name}")
    page.frame_locator('iframe[title*="webrtc"]').get_by_role("button", name="Start", exact=True).click()
    expect(page.locator('[data-testid="live-answer"]:not([data-last="-1"])')).to_be_visible()
    expect(page.get_by_text(CLASSES[1], exact=True).first).to_be_visible()
