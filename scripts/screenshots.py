"""Make docs/screenshots/ anew: a fresh server, a Chromium whose microphone plays the synthetic voices, a picture a page.

Run: make screenshots (with SER_DATA, the folder that holds crema-d/, the pages of a corpus too), or python -m scripts.screenshots NAME ...
for some. The voice that is analyzed is one of the actors whose clips ship (artifacts/samples).
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ser_core import audio, settings
from ser_core.corpora import registry
from tests.browser import chromium, serving, steps

TARGET = settings.ROOT / "docs" / "screenshots"
VOICES = ("voice-british", "voice-high-fast", "voice-low-slow")
#: Larger files are made of fewer colours.
MOST_BYTES = 200_000
COLOURS = (256, 128, 64)
FLAGS = ("--no-sandbox", "--disable-gpu", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
CLIP = "analyze?source=samples&sample=anger-1&model=accurate"


@dataclass(frozen=True)
class Shot:
    """One picture: its file's name, the address, what must be seen before it is taken, and how it is taken.

    press: a button that is pressed first, after which `wait_s` pass. most: the picture's largest height in pixels.
    """

    name: str
    address: str
    see: str
    dark: bool = False
    width: int = 1280
    most: int = 1500
    press: str = ""
    wait_s: float = 1.0
    corpus: bool = False


SHOTS = (
    Shot("home", "", "What it cannot do", most=1100),
    Shot("analyze", CLIP, "Mel-spectrogram", most=1480),
    Shot("analyze-dark", CLIP, "Mel-spectrogram", dark=True, most=1480),
    Shot("analyze-phone", CLIP, "Mel-spectrogram", width=390, most=1700),
    Shot("analyze-msf", f"{CLIP}&show=msf&closer=on", "From the sound to the cells", most=1900),
    Shot("live", "live?model=accurate", "", press="Start", wait_s=22.0, most=1200),
    Shot("datasets", "datasets?corpus=crema-d", "Hours", corpus=True, most=1100),
    Shot("train", "train?view=build", "multiply-adds", corpus=True, most=1500),
    Shot("results", "results?view=runs", "runs. Select", most=1000),
    Shot("results-run", "results?view=run&run=accurate&part=test&norm=true&tab=calibration", "Reliability", most=1500),
    Shot("results-compare", "results?view=compare&runs=accurate,svm-speakers", "Confusion matrices", most=1600),
    Shot("lessons-people", "lessons?view=people", "How many people must", most=900),
)


def main() -> int:
    """Take every picture that can be taken here; return the exit status."""
    executable = chromium.find()
    if executable is None:
        print("No Chromium or Chrome was found: python -m tests.browser.chromium installs one.")
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        _serving(Path(folder)) as (server, has_corpus),
        sync_playwright() as playwright,
    ):
        microphone = f"--use-file-for-fake-audio-capture={_microphone(Path(folder))}"
        browser = playwright.chromium.launch(executable_path=executable, args=[*FLAGS, microphone])
        for shot in [shot for shot in SHOTS if not sys.argv[1:] or shot.name in sys.argv[1:]]:
            if shot.corpus and not has_corpus:
                print(f"{shot.name}: skipped, it needs CREMA-D (SER_DATA names the folder that holds crema-d/)")
                continue
            size = _take(browser, server.url, shot)
            print(f"{shot.name}.png: {size // 1000} kB", flush=True)
        browser.close()
    return 0


@contextmanager
def _serving(folder: Path) -> Iterator[tuple[serving.Server, bool]]:
    """A server with a home of its own, in which CREMA-D is registered where it is at hand."""
    data = Path(os.environ.get("SER_DATA") or folder / "nothing") / "crema-d"
    if data.is_dir():
        os.environ["SER_HOME"] = serving.environment(folder)["SER_HOME"]
        registry.register("crema-d", data)
    server = serving.start(folder)
    try:
        yield server, data.is_dir()
    finally:
        server.stop()


def _take(browser: Browser, url: str, shot: Shot) -> int:
    context = browser.new_context(
        viewport={"width": shot.width, "height": 900},
        color_scheme="dark" if shot.dark else "light",
        permissions=["microphone"],
        locale="en-US",
    )
    context.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    page = context.new_page()
    page.goto(f"{url}/{shot.address}")
    expect(page.get_by_text(shot.see).first).to_be_attached()
    steps.settled(page)
    if shot.press:
        # The live page's own frame holds its button.
        frame = page.frame_locator('iframe[title*="webrtc"]')
        frame.get_by_role("button", name=shot.press, exact=True).click()
    page.wait_for_timeout(1000 * shot.wait_s)
    if not shot.press:
        steps.settled(page)
    height = _fitted(page, shot.most, shot.width)
    page.wait_for_timeout(1500)
    png = page.screenshot(clip={"x": 0, "y": 0, "width": shot.width, "height": height})
    context.close()
    return _write(TARGET / f"{shot.name}.png", png)


def _fitted(page: Page, most: int, width: int) -> int:
    """Make the window as high as what is on the page, and return the height; the empty end of the page is left out."""
    content = page.locator('[data-testid="stMainBlockContainer"] > div').first
    bottom = content.evaluate("block => block.getBoundingClientRect().bottom")
    height = int(min(bottom + 40, most))
    page.set_viewport_size({"width": width, "height": max(height, 600)})
    return max(height, 600)


def _write(path: Path, png: bytes) -> int:
    """Write the picture, with fewer colours where it would be large; return its size in bytes."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    data = _png(picture)
    for colours in COLOURS:
        if len(data) <= MOST_BYTES:
            break
        # Of the methods the one that keeps rare colours: an emotion's may be that of a thin bar.
        data = _png(picture.quantize(colours, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE))
    path.write_bytes(data)
    return len(data)


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _microphone(folder: Path) -> Path:
    """What the microphone hears: the synthetic voices one after the other."""
    heard = [audio.decode(settings.ARTIFACTS / "samples" / f"{name}.flac").samples for name in VOICES]
    path = folder / "voices.wav"
    path.write_bytes(audio.encode_wav(audio.resample(np.concatenate(heard), audio.SAMPLE_RATE, 48_000), 48_000))
    return path


if __name__ == "__main__":
    raise SystemExit(main())
