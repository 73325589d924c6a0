"""The datasets page in a real Chromium: recordings are made and played, a corpus is filtered and heard, a map is clicked."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from ser_core import audio
from ser_core.corpora import crema_d
from tests import made
from tests.browser import serving, steps
from tests.browser.serving import Server

pytestmark = pytest.mark.browser
SENTENCE = "IEO"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CREMA-D where SER_DATA has it, else a corpus made in its layout."""
    stated = os.environ.get("SER_DATA", "")
    real = Path(stated).resolve() / "crema-d"
    if not stated or not real.is_dir():
        return made.crema_d(tmp_path_factory.mktemp("corpus"), made.SPEAKERS[:4], ("IEO", "TIE"))
    # Four speakers of it: a map of them is computed in seconds.
    folder = tmp_path_factory.mktemp("part")
    (folder / "AudioWAV").mkdir()
    for path in sorted(crema_d.audio_folder(real).iterdir()):
        if path.name[:4] in ("1001", "1002", "1003", "1004"):
            shutil.copy(path, folder / "AudioWAV")
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Iterator[Server]:
    """A server of this file's own: what is recorded is counted, and CREMA-D is registered."""
    folder = tmp_path_factory.mktemp("datasets")
    (folder / "ser-home").mkdir()
    (folder / "ser-home" / "corpora.json").write_text(json.dumps({"crema-d": str(corpus)}))
    started = serving.start(folder)
    yield started
    started.stop()


def heard(player: Locator) -> float:
    """Play the clip for a moment and return how many seconds it has; fails where the browser cannot play it."""
    expect(player).to_be_visible()
    player.evaluate(
        "one => new Promise(done => one.readyState >= 1 ? done() : one.addEventListener('loadedmetadata', () => done()))"
    )
    # A headless browser without a sound card plays nothing to its end, but it decodes and moves on.
    played = player.evaluate(
        "one => one.play().then(() => new Promise(done => {"
        " const look = () => one.currentTime > 0 || one.ended ? done(true) : setTimeout(look, 50); look(); }))"
    )
    assert played
    duration = float(player.evaluate("one => one.duration"))
    player.evaluate("one => one.pause()")
    return duration


def test_three_recordings_are_kept_counted_and_played(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/datasets?view=mine")
    for number in (1, 2, 3):
        steps.settled(page)
        steps.record(page, 2, recorder=0)
        expect(page.get_by_text(f"anger · {number} of 10", exact=True)).to_be_visible()
        steps.settled(page)
    kept = sorted((server.home / "recordings").glob("*.wav"))
    assert len(kept) == 3
    assert all(audio.is_speech(audio.decode(path).samples) for path in kept), "the microphone's voice is not in them"
    page.get_by_role("button", name="Clips").click()
    players = page.get_by_test_id("stAudio")
    expect(players).to_have_count(3)
    for number in range(3):
        assert heard(players.nth(number)) >= 1.5


def test_one_sentence_is_filtered_and_two_emotions_of_it_are_played(server: Server, page: Page, corpus: Path) -> None:
    sentence = crema_d.SENTENCES[SENTENCE]
    page.goto(f"{server.url}/datasets?corpus=crema-d&tab=Clips")
    page.get_by_role("button", name="Filter the clips").click()
    page.get_by_role("combobox", name="Sentence").click()
    page.get_by_role("option", name=sentence).click()
    clips = crema_d.read(corpus)
    here = clips[clips["sentence"] == sentence].reset_index(drop=True)
    expect(page.get_by_text(f"{len(here)} of {len(clips)} clips", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    steps.settled(page)
    first, other = 0, int((here["emotion"] != here["emotion"][0]).to_numpy().argmax())
    assert other < 7, "the second row must be in sight"
    for row in (first, other):
        steps.select_row(page, row)
        stem = here["clip"][row]
        expect(page.get_by_label(f"Waveform above mel-spectrogram of {stem}")).to_be_visible()
        expected = audio.decode(Path(here["path"][row])).duration
        assert heard(page.get_by_test_id("stAudio")) == pytest.approx(expected, abs=0.1)


def test_a_point_of_the_map_is_clicked_and_heard(server: Server, page: Page, corpus: Path) -> None:
    page.goto(f"{server.url}/datasets?corpus=crema-d&tab=Map&of=model:accurate")
    clips = crema_d.read(corpus)
    expect(page.get_by_role("heading", name=f"PCA of {len(clips)} clips")).to_be_visible()
    steps.settled(page)
    point = page.locator(".js-plotly-plot .scatterlayer .trace").first.locator("path.point").first
    point.scroll_into_view_if_needed()
    place = point.bounding_box()
    assert place
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    chart = page.get_by_label("Waveform above mel-spectrogram of crema-d/")
    expect(chart).to_be_visible()
    clip = str(chart.get_attribute("aria-label")).rpartition(" ")[2]
    row = clips.set_index("clip").loc[clip]
    assert heard(page.get_by_test_id("stAudio").first) == pytest.approx(
        audio.decode(Path(row["path"])).duration, abs=0.1
    )
    # And the clips most like it, each with a player.
    expect(page.get_by_test_id("stAudio")).to_have_count(7)
