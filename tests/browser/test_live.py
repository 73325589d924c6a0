"""The live page in a real Chromium whose microphone plays speech and silence in turn."""

from __future__ import annotations

import csv
import io
import os
import re
import statistics
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
import pytest
from playwright.sync_api import FrameLocator, Page, expect

from ser_core import audio, runs, settings
from ser_core.predictor import Predictor
from tests import patience
from tests.browser import chromium, steps
from tests.browser.conftest import FLAGS, MICROPHONE_RATE
from tests.browser.serving import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
#: Long enough for windows of silence alone.
SILENCE_S = 4.0
#: How often streams are started and stopped where what is left behind is counted.
STARTS = int(os.environ.get("SER_LIVE_STARTS", "3"))
#: What a heap may breathe between two stops. It also grows to a new size now and then; a session that stays would add to it at every start.
BREATH_MB = 5.0
#: What the page says of a window in which somebody speaks.
ANSWERED = re.compile(r"· \d+\s%|Uncertain")


@pytest.fixture(scope="module")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the microphone hears: silence and a voice, in turn."""
    parts = []
    for name in ("voice-british", "voice-high-fast", "voice-low-slow"):
        voice = audio.decode(settings.ARTIFACTS / "samples" / f"{name}.flac").samples
        parts += [np.zeros(round(SILENCE_S * audio.SAMPLE_RATE), np.float32), voice]
    path = tmp_path_factory.mktemp("microphone") / "alternating.wav"
    at_rate = audio.resample(np.concatenate(parts), audio.SAMPLE_RATE, MICROPHONE_RATE)
    path.write_bytes(audio.encode_wav(at_rate, MICROPHONE_RATE))
    return path


@pytest.fixture(scope="module")
def browser(browser: Browser, microphone: Path) -> Iterator[Browser]:
    """A Chromium with that microphone."""
    launched = browser.browser_type.launch(
        executable_path=chromium.find(), args=[*FLAGS, f"--use-file-for-fake-audio-capture={microphone}"]
    )
    yield launched
    launched.close()


def streamer(page: Page) -> FrameLocator:
    return page.frame_locator('iframe[title*="webrtc"]')


def start(page: Page, said: re.Pattern[str] | None = None) -> None:
    """Press Start and wait for the first judged window, or for the first of which the page says so."""
    shown = page.get_by_test_id("live-answer")
    # What is still shown of the stream before is not of this one.
    before = shown.first.get_attribute("data-last") if shown.count() else "-1"
    streamer(page).get_by_role("button", name="Start", exact=True).click()
    judged = page.locator(f'[data-testid="live-answer"]:not([data-last="-1"], [data-last="{before}"])')
    expect((judged.filter(has_text=said) if said else judged).first).to_be_visible()


def stop(page: Page) -> None:
    """Press Stop and wait until the stream has ended on both sides."""
    streamer(page).get_by_role("button", name="Stop", exact=True).click()
    expect(streamer(page).get_by_role("button", name="Start", exact=True)).to_be_visible()
    expect(page.get_by_text("Stretch (s)")).to_be_visible()
    steps.settled(page)


def start_and_stop(page: Page) -> None:
    """Start, wait until an emotion and the pictures of the sound are shown, and stop."""
    start(page, ANSWERED)
    expect(page.get_by_label("Waveform above mel-spectrogram of the last ten seconds").first).to_be_visible()
    expect(page.get_by_label("Probabilities and states of the last minute").first).to_be_visible()
    stop(page)


def watched(page: Page, enough: Callable[[list[str]], bool]) -> dict[int, str]:
    """Return what the page said until it was enough: the newest window's last sample → the headline."""
    found: dict[int, str] = {}
    until = time.monotonic() + patience.SECONDS
    while not enough(list(found.values())):
        assert time.monotonic() < until, f"watched in vain: {found}"
        last, said = page.get_by_test_id("live-answer").first.evaluate("e => [e.dataset.last, e.innerText]")
        found[int(last)] = said
        page.wait_for_timeout(100)
    return found


def silences_and_voices(said: list[str]) -> bool:
    """Whether silence, a voice and silence were shown in turn, and enough of each."""
    silent = [one == "No speech" for one in said]
    return silent.count(True) >= 10 and silent.count(False) >= 4 and sum(np.diff(silent)) >= 2


def saved(page: Page, folder: Path) -> tuple[np.ndarray, list[dict[str, str]]]:
    """Return the saved session's sound and timeline."""
    with zipfile.ZipFile(steps.download(page, "Save session", folder)) as archive:
        clip = audio.decode(archive.read("audio.wav"), name="audio.wav")
        return clip.samples, list(csv.DictReader(io.StringIO(archive.read("timeline.csv").decode())))


def test_what_is_shown_and_saved_is_what_the_model_says(server: Server, page: Page, tmp_path: Path) -> None:
    page.goto(f"{server.url}/live?tuned=off")
    start(page)
    shown = watched(page, silences_and_voices)
    stop(page)
    samples, rows = saved(page, tmp_path)
    predictor = Predictor(runs.shipped()[0])
    quiet_windows = 0
    for row in rows:
        first, end = int(row["first_sample"]), int(row["last_sample"]) + 1
        window = samples[first:end]
        answer = predictor.predict(audio.Clip(window, audio.SAMPLE_RATE, 1, "", "window"))
        assert (row["label"], row["decision"]) == (answer.label, answer.decision)
        assert [float(row[f"p_{label}"]) for label in answer.labels] == pytest.approx(
            answer.probabilities.tolist(), abs=1e-5
        )
        last_second = np.abs(window[-audio.SAMPLE_RATE :]).max()
        if last_second < 1e-3:
            quiet_windows += 1
            assert row["state"] == "no-speech"
        said = shown.get(end - 1)
        if said is not None:
            leading = row["smoothed_label"].capitalize()
            assert said.startswith({"no-speech": "No speech", "uncertain": "Uncertain"}.get(row["state"], leading))
    assert quiet_windows >= 4, "the silences did not reach the page"
    assert {row["state"] for row in rows} - {"no-speech"}, "the voices did not reach the page"
    assert "No speech" in shown.values()


def test_live_begins_with_the_passage_and_grows_while_one_speaks(server: Server, page: Page, tmp_path: Path) -> None:
    passage = settings.ARTIFACTS / "samples" / "voices" / "neutral-1.flac"
    page.goto(f"{server.url}/live")
    steps.settled(page)
    page.get_by_role("button", name="Read 10 s").click()
    page.locator('[data-testid="stFileUploader"] input[type="file"]').set_input_files(passage)
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_text("Begins tuned to 1 earlier recording")).to_be_visible()
    page.keyboard.press("Escape")
    steps.settled(page)
    start(page, ANSWERED)
    watched(page, lambda said: len(said) >= 12)
    expect(page.get_by_test_id("tuned-to")).to_be_visible()
    stop(page)
    samples, rows = saved(page, tmp_path)
    plain = Predictor(runs.shipped()[0])
    begun = plain.sums_of(plain.profile_of([audio.decode(passage)]))

    def window(row: dict[str, str]) -> audio.Clip:
        part = samples[int(row["first_sample"]) : int(row["last_sample"]) + 1]
        return audio.Clip(part, audio.SAMPLE_RATE, 1, "", "window")

    for row in rows:
        before = [
            window(one) for one in rows if int(one["in_profile"]) and int(one["last_sample"]) < int(row["first_sample"])
        ]
        mine = plain.with_voice(plain.profile_of_sums([begun, *map(plain.speech_of, before)]))
        shown = np.array([float(row[f"p_{label}"]) for label in plain.labels])
        assert shown == pytest.approx(mine.predict(window(row)).probabilities, abs=1e-4)
    lengths = [float(row["profile_s"]) for row in rows]
    assert lengths == sorted(lengths) and lengths[-1] > lengths[0] > 0.0, "the profile did not grow"


def test_a_stretch_goes_to_analyze(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/live")
    start(page)
    stop(page)
    page.get_by_role("button", name="Analyze this stretch").click()
    expect(page.get_by_text("from the live page")).to_be_visible()
    expect(page.get_by_test_id("answer")).to_be_visible()


@pytest.fixture(scope="module")
def warm(server: Server, browser: Browser) -> Server:
    """The server after a first visitor: what is loaded and built for the first answer stays, and is nothing left behind."""
    visitor = browser.new_context(permissions=["microphone"], locale="en-US", reduced_motion="reduce")
    visitor.set_default_timeout(patience.MILLISECONDS)
    page = visitor.new_page()
    page.goto(f"{server.url}/live")
    start_and_stop(page)
    visitor.close()
    assert come(lambda: not kept_files(server)), "the first visitor's sound is still kept"
    return server


def come(true: Callable[[], bool]) -> bool:
    """Wait until it is so; return whether that came."""
    until = time.monotonic() + patience.SECONDS
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.5)
    return True


def left(server: Server) -> tuple[int, float]:
    """Return the server's threads and its memory in MB, once no more threads end."""
    process = psutil.Process(server.process.pid)
    threads = process.num_threads()
    for _ in range(20):
        time.sleep(0.5)
        now = process.num_threads()
        if now >= threads:
            break
        threads = now
    return process.num_threads(), process.memory_info().rss / 1e6


def test_starting_and_stopping_leaves_nothing_behind(warm: Server, page: Page) -> None:
    page.goto(f"{warm.url}/live")
    counts: list[tuple[int, float]] = []

    def nothing_is_left() -> bool:
        counts[-1] = left(warm)
        threads, megabytes = zip(*counts, strict=True)
        return threads[-1] <= threads[0] and statistics.median_low(np.diff(megabytes)) <= BREATH_MB

    for _ in range(STARTS):
        start_and_stop(page)
        counts.append(left(warm))
    assert come(nothing_is_left), f"threads and MB after each stop: {counts}"
    print(f"threads and MB after each stop: {counts}")


def freed(server: Server, threads: int) -> bool:
    """Wait until no session's sound is kept and no more than `threads` threads are left; return whether that came."""
    return come(lambda: not kept_files(server) and left(server)[0] <= threads)


def test_leaving_the_page_frees_everything(warm: Server, page: Page) -> None:
    page.goto(f"{warm.url}/live")
    expect(streamer(page).get_by_role("button", name="Start", exact=True)).to_be_visible()
    assert come(lambda: not kept_files(warm)), "an earlier visitor's sound is still kept"
    threads, _ = left(warm)
    start(page)
    assert kept_files(warm) == 1
    page.get_by_role("link", name="Home").first.click()
    expect(page.get_by_text("What emotion does this voice act")).to_be_visible()
    assert freed(warm, threads)
    # It can be come back to; and closing the tab is leaving too.
    page.get_by_role("link", name="Live").first.click()
    start(page)
    assert kept_files(warm) == 1
    page.close()
    assert freed(warm, threads)


def kept_files(server: Server) -> int:
    """Return how many sessions' sound the server holds open."""
    folder = Path(f"/proc/{server.process.pid}/fd")
    if not folder.is_dir():
        pytest.skip("open files without a name are counted on Linux alone")
    return sum(
        str(server.home / "cache" / "live") in str(one.readlink()) for one in folder.iterdir() if one.is_symlink()
    )


def test_a_blocked_microphone_is_said(server: Server, browser: Browser) -> None:
    plain = [flag for flag in FLAGS if "media-stream" not in flag]
    blocked = browser.browser_type.launch(executable_path=chromium.find(), args=plain)
    page = blocked.new_page()
    page.goto(f"{server.url}/live")
    expect(page.get_by_text("microphone is blocked").or_(page.get_by_text("No microphone was found"))).to_be_visible()
    expect(page.get_by_role("link", name="Analyze a recording")).to_be_visible()
    blocked.close()
