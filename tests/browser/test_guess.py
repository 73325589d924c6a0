"""Listen and guess in a real Chromium: twelve clips heard and named by mouse and keyboard, then the matrices and the file."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ser_core import audio, runs, settings
from ser_core.evaluation import guessing
from tests.browser import steps
from tests.browser.serving import Server

pytestmark = pytest.mark.browser
SEED = 7
VOICES = ("voice-british", "voice-low-slow", "voice-neutral")


@pytest.fixture
def drawn(server: Server) -> Iterator[list[str]]:
    """The round's clips, as if they had been fetched before: each is one of the sample voices."""
    run = runs.find("accurate")
    rows = run.predictions[run.predictions["part"] == "test"]
    clips = guessing.draw(rows, run.metrics["test"]["labels"], 12, SEED)
    folder = server.home / "cache" / "crema-d"
    folder.mkdir(parents=True)
    for number, clip in enumerate(clips):
        voice = audio.decode(settings.ARTIFACTS / "samples" / f"{VOICES[number % len(VOICES)]}.flac")
        (folder / f"{clip.partition('/')[2]}.wav").write_bytes(audio.encode_wav(voice.samples))
    yield clips
    shutil.rmtree(folder)


def test_listen_and_guess_is_played_to_its_end(server: Server, page: Page, drawn: list[str], tmp_path: Path) -> None:
    page.goto(f"{server.url}/lessons?view=guess&run=accurate&n=12&seed={SEED}")
    page.get_by_role("button", name="Start").click()
    for number, clip in enumerate(drawn, start=1):
        expect(page.get_by_text(f"Clip {number} of 12")).to_be_visible()
        steps.settled(page)
        # Not one look: the player of the clip before may still be there.
        page.wait_for_function(
            "() => { const sound = document.querySelector('audio'); return sound?.readyState > 0 && sound.duration > 1 && sound.autoplay; }"
        )
        assert clip.partition("/")[2] not in page.content(), "the clip's name gives its emotion away"
        if number % 2:
            page.get_by_role("button", name="Fear").click()
        else:
            page.keyboard.press("5")
    known = runs.find("accurate").predictions.set_index("clip")
    named = ["fear", "neutral"] * 6
    right = sum(known.at[clip, "true"] == said for clip, said in zip(drawn, named, strict=True))
    expect(page.get_by_text(f"You named the intended emotion in {right} of 12")).to_be_visible()
    expect(page.get_by_text("12 clips are few")).to_be_visible()
    expect(page.get_by_label("Confusion matrix: You", exact=True)).to_be_visible()
    expect(page.get_by_label("Confusion matrix: accurate", exact=True)).to_be_visible()

    file = steps.download(page, "Your guesses (CSV)", tmp_path)
    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["clip"] for row in rows] == drawn
    assert [row["guess"] for row in rows] == named
    assert all(row["model"] == known.at[row["clip"], "predicted"] for row in rows)

    other = tmp_path / "other.csv"
    other.write_text(file.read_text().replace(",neutral,", ",sadness,", 1).replace(",fear,", ",anger,", 1))
    broken = tmp_path / "broken.csv"
    broken.write_text("clip,guess\n")
    page.locator("input[type=file]").last.set_input_files([file, other, broken])
    expect(page.get_by_text("2 listeners, 24 guesses on 12 clips")).to_be_visible()
    expect(page.get_by_role("alert").get_by_text("broken.csv has no column 'true'")).to_be_visible()
    expect(page.get_by_label("Confusion matrix of the whole class")).to_be_visible()
