"""The main job in a real Chromium: someone speaks or drops a file, and the shipped model answers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from ser_core import settings
from tests.browser import serving
from tests.browser.serving import Server

pytestmark = pytest.mark.browser
SAMPLES = settings.ARTIFACTS / "samples"
VOICE = str(SAMPLES / "voice-british.flac")


def predict(*files: Path | str) -> list[dict[str, object]]:
    """What the command line says of files."""
    command = [sys.executable, "-m", "ser_core", "predict", "accurate", *map(str, files), "--json"]
    done = subprocess.run(command, cwd=serving.ROOT, capture_output=True, text=True, timeout=120)
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def download(page: Page, button: str, folder: Path) -> Path:
    """Click until the file comes: a click while the page is drawn anew hits a button that is about to be replaced."""
    for patience_ms in (5_000, 15_000, 60_000):
        expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()
        try:
            with page.expect_download(timeout=patience_ms) as started:
                page.get_by_role("button", name=button).last.click()
        except TimeoutError:
            continue
        path = folder / started.value.suggested_filename
        started.value.save_as(path)
        return path
    raise AssertionError(f"The button {button} gave no file.")


def said(answer: dict[str, object]) -> str:
    """The headline that the page shows for the command line's answer."""
    if answer["decision"] == "no-speech":
        return "No speech"
    if answer["decision"] == "uncertain":
        return "Uncertain"
    label = str(answer["label"])
    return f"{label.capitalize()} · {100 * dict(answer['probabilities'])[label]:.0f} %"  # type: ignore[call-overload]


def test_a_recording_is_answered_as_the_command_line_answers_it(server: Server, page: Page, tmp_path: Path) -> None:
    page.goto(f"{server.url}/analyze")
    page.get_by_role("button", name="Record", exact=True).last.click()
    expect(page.get_by_role("button", name="Stop recording")).to_be_visible()
    page.wait_for_timeout(3500)
    page.get_by_role("button", name="Stop recording").click()
    headline = page.get_by_test_id("answer").first
    expect(headline).to_be_visible()

    recording = download(page, "Recording", tmp_path)
    shown = json.loads(download(page, "Answers (JSON)", tmp_path).read_text())["models"]["accurate"]
    (answer,) = predict(recording)
    assert shown["label"] == answer["label"] and shown["decision"] == answer["decision"]
    assert shown["probabilities"] == pytest.approx(answer["probabilities"], abs=1e-6)
    expect(headline).to_have_text(said(answer))
    assert answer["decision"] != "no-speech", "the fake microphone's voice did not reach the page"


def test_an_upload_is_answered(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/analyze?source=upload")
    page.locator("input[type=file]").set_input_files(VOICE)
    expect(page.get_by_test_id("answer").first).to_have_text(said(predict(VOICE)[0]))
    expect(page.get_by_text("Waveform above mel-spectrogram")).to_have_count(0)
    expect(page.locator(".js-plotly-plot").first).to_be_visible()


def test_many_files_give_a_table_and_a_broken_one_a_sentence(server: Server, page: Page, tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF, but that is all")
    page.goto(f"{server.url}/analyze?source=upload")
    page.locator("input[type=file]").set_input_files([VOICE, str(broken), str(SAMPLES / "chirp.flac")])
    expect(page.get_by_text("3 files")).to_be_visible()
    expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
    table = download(page, "Table (CSV)", tmp_path).read_text()
    lines = table.splitlines()
    assert len(lines) == 4
    assert "voice-british.flac" in lines[1] and "broken.wav" in lines[2] and "No speech" in lines[3]
    expect(page.get_by_test_id("answer").first).to_have_text(said(predict(VOICE)[0]))


def test_two_models_answer_side_by_side(serve: Callable[..., Server], page: Page) -> None:
    server = serve()
    shutil.copytree(settings.ARTIFACTS / "models" / "accurate", server.home / "runs" / "other")
    page.goto(f"{server.url}/analyze?source=samples&sample=voice-british&model=accurate&model=other")
    expect(page.get_by_test_id("answer")).to_have_count(2)
    texts = page.get_by_test_id("answer").all_inner_texts()
    assert texts[0] == texts[1]


def test_a_damaged_model_is_said_and_the_page_goes_on(serve: Callable[..., Server], page: Page) -> None:
    server = serve()
    copy = Path(shutil.copytree(settings.ARTIFACTS / "models" / "accurate", server.home / "runs" / "hurt"))
    (copy / "model.onnx").write_bytes((copy / "model.onnx").read_bytes()[:-100])
    page.goto(f"{server.url}/analyze?source=samples&sample=voice-british&model=hurt")
    expect(page.get_by_text("hurt cannot answer")).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_a_refused_microphone_is_explained_and_upload_offered(server: Server, browser: Browser) -> None:
    with browser.new_context(permissions=[]) as visitor:
        page = visitor.new_page()
        page.add_init_script("navigator.permissions.query = async () => ({ state: 'denied', onchange: null })")
        page.goto(f"{server.url}/analyze")
        expect(page.get_by_text("The microphone is blocked for this page")).to_be_visible(timeout=60_000)
        expect(page.locator("input[type=file]")).to_have_count(1)


def test_home_leads_to_a_first_answer(server: Server, page: Page) -> None:
    page.goto(server.url)
    expect(page.get_by_text("accurate").first).to_be_visible()
    page.get_by_role("button", name="Try a sample").click()
    expect(page.get_by_test_id("answer").first).to_be_visible()
    assert "source=samples" in page.url
