"""The main job in a real Chromium: someone speaks or drops a file, and the shipped model answers."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from ser_core import audio, settings
from tests.browser import steps
from tests.browser.serving import Server

pytestmark = pytest.mark.browser
SAMPLES = settings.ARTIFACTS / "samples"
SHIPPED = settings.ARTIFACTS / "models" / "accurate"
VOICE = SAMPLES / "voice-british.flac"
OTHER_VOICE = SAMPLES / "voice-low-slow.flac"
#: Of the full-precision answers of the page and of the command line.
SAME = 1e-6


@pytest.fixture
def second_model(server: Server) -> Iterator[str]:
    """A second run that can answer: the shipped model under another name."""
    copy = server.home / "runs" / "other"
    shutil.copytree(SHIPPED, copy)
    yield copy.name
    shutil.rmtree(copy)


def test_a_recording_is_answered_as_the_command_line_answers_it(server: Server, page: Page, tmp_path: Path) -> None:
    page.goto(f"{server.url}/analyze")
    steps.record(page, 4)
    said = page.get_by_test_id("answer")
    expect(said).to_be_visible()

    recording = steps.download(page, "Recording", tmp_path)
    shown = steps.answers(page, tmp_path)["accurate"]
    (answer,) = steps.predict(recording)
    assert audio.decode(recording).duration >= 3.5
    assert answer["decision"] != "no-speech", "the microphone's voice did not reach the page"
    assert shown["label"] == answer["label"] and shown["decision"] == answer["decision"]
    assert shown["probabilities"] == pytest.approx(answer["probabilities"], abs=SAME)
    assert shown["quality"] == answer["quality"]
    expect(said).to_have_text(steps.headline(answer))
    expect(page.get_by_label(steps.bars(answer), exact=True)).to_be_visible()


def test_an_upload_is_answered(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/analyze?source=upload")
    page.locator("input[type=file]").set_input_files(VOICE)
    (answer,) = steps.predict(VOICE)
    expect(page.get_by_test_id("answer")).to_have_text(steps.headline(answer))
    expect(page.get_by_label(steps.bars(answer), exact=True)).to_be_visible()
    expect(page.get_by_label("Waveform above mel-spectrogram on one time axis")).to_be_visible()


def test_many_files_give_a_table_and_a_selected_row_is_shown(server: Server, page: Page, tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF, but that is all")
    files = [VOICE, broken, SAMPLES / "chirp.flac", OTHER_VOICE]
    page.goto(f"{server.url}/analyze?source=upload")
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_text("4 files", exact=True)).to_be_visible()
    first, unreadable, tone, last = steps.predict(*files)
    expect(page.get_by_test_id("answer")).to_have_text(steps.headline(first))

    with steps.download(page, "Table (CSV)", tmp_path).open(newline="") as table:
        rows = list(csv.DictReader(table))
    assert [row["file"] for row in rows] == [path.name for path in files]
    assert rows[1]["answer"] == f"Cannot be read: {unreadable['error']}" and rows[1]["findings"] == ""
    for row, answer in ((rows[0], first), (rows[2], tone), (rows[3], last)):
        assert row["answer"] == steps.headline(answer) and row["label"] == answer["label"]
        for label, probability in answer["probabilities"].items():
            assert float(row[f"p {label}"]) == pytest.approx(probability, abs=SAME)

    steps.select_row(page, 3)
    expect(page.get_by_test_id("answer")).to_have_text(steps.headline(last))
    expect(page.get_by_text(f"{OTHER_VOICE.name} · 3.8 s")).to_be_visible()
    steps.select_row(page, 1)
    expect(page.get_by_role("alert").get_by_text(unreadable["error"])).to_be_visible()
    expect(page.get_by_test_id("answer")).to_have_count(0)


def test_a_part_of_the_clip_is_answered_alone_and_the_page_says_so(server: Server, page: Page, tmp_path: Path) -> None:
    page.goto(f"{server.url}/analyze?source=samples&sample={VOICE.stem}")
    said = page.get_by_test_id("answer")
    (whole,) = steps.predict(VOICE)
    expect(said).to_have_text(steps.headline(whole))
    start = page.get_by_role("slider", name="Part to analyze (s)").first
    start.focus()
    for _ in range(20):
        start.press("ArrowRight")
    expect(page.get_by_text("Only the part from 1.0 s to 3.0 s is analyzed.")).to_be_visible()

    part = tmp_path / "part.wav"
    part.write_bytes(audio.encode_wav(audio.segment(audio.decode(VOICE), 1.0, 3.02).samples))
    (answer,) = steps.predict(part)
    assert answer["probabilities"] != pytest.approx(whole["probabilities"], abs=0.01)
    expect(page.get_by_label(steps.bars(answer), exact=True)).to_be_visible()
    expect(said).to_have_text(steps.headline(answer))
    assert steps.answers(page, tmp_path)["accurate"]["probabilities"] == pytest.approx(
        answer["probabilities"], abs=SAME
    )


def test_a_link_opens_a_sample(server: Server, page: Page) -> None:
    page.goto(f"{server.url}/analyze?source=samples&sample=am-8hz")
    expect(page.get_by_test_id("answer")).to_have_text("No speech")
    expect(page.get_by_text("am-8hz.flac · 2.0 s")).to_be_visible()
    expect(page.get_by_role("combobox", name="Sample")).to_have_value("1 kHz tone, modulated at 8 Hz")


def test_two_models_answer_side_by_side(server: Server, page: Page, second_model: str, tmp_path: Path) -> None:
    page.goto(f"{server.url}/analyze?source=samples&sample={VOICE.stem}&model=accurate&model={second_model}")
    (answer,) = steps.predict(VOICE)
    expect(page.get_by_test_id("answer")).to_have_text([steps.headline(answer)] * 2)
    left = page.get_by_label(steps.bars(answer), exact=True)
    right = page.get_by_label(steps.bars(answer, second_model), exact=True)
    expect(left).to_be_visible()
    expect(right).to_be_visible()
    places = left.bounding_box(), right.bounding_box()
    assert places[0] and places[1] and places[0]["x"] + places[0]["width"] <= places[1]["x"]
    assert set(steps.answers(page, tmp_path)) == {"accurate", second_model}


def test_the_picked_model_stands_in_the_url(server: Server, page: Page, second_model: str) -> None:
    page.goto(f"{server.url}/analyze?source=samples&sample={VOICE.stem}&model={second_model}")
    (answer,) = steps.predict(VOICE)
    expect(page.get_by_label(steps.bars(answer, second_model), exact=True)).to_be_visible()
    expect(page.get_by_test_id("answer")).to_have_count(1)
    steps.settled(page)
    page.get_by_role("combobox", name="Model").click()
    page.get_by_role("option", name="Best: a pretrained ear").click()
    expect(page.get_by_test_id("answer")).to_have_count(2)
    page.wait_for_url(f"**model={second_model}&model=accurate*")
    page.goto(f"{server.url}/analyze?source=samples&sample={VOICE.stem}&model=gone")
    expect(page.get_by_label(steps.bars(answer), exact=True)).to_be_visible()


def test_a_refused_microphone_is_explained_and_upload_offered(
    server: Server, context: BrowserContext, page: Page
) -> None:
    page.goto(f"{server.url}/analyze")
    record = page.get_by_role("button", name="Record", exact=True)
    expect(record).to_be_visible()
    # Granting another permission alone blocks the microphone, as its owner would beside the address.
    context.grant_permissions(["geolocation"], origin=server.url)
    expect(page.get_by_text("The microphone is blocked for this page.")).to_be_visible()
    expect(record).to_have_count(0)
    page.locator("input[type=file]").set_input_files(VOICE)
    expect(page.get_by_test_id("answer")).to_have_text(steps.headline(steps.predict(VOICE)[0]))
    steps.settled(page)
    context.grant_permissions(["microphone"], origin=server.url)
    expect(record).to_be_visible()
    expect(page.get_by_text("The microphone is blocked for this page.")).to_have_count(0)


def test_a_list_of_devices_that_comes_after_the_refusal_does_not_hide_it(
    server: Server, context: BrowserContext, page: Page
) -> None:
    page.add_init_script("""
        const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
        const held = new Promise((resolve) => { window.release = resolve; });
        navigator.mediaDevices.enumerateDevices = async () => {
            window.asked = true;
            await held;
            // Listed once what waited for the list has had its turn.
            setTimeout(() => { window.listed = true; }, 500);
            return list();
        };
    """)
    page.goto(f"{server.url}/analyze")
    page.wait_for_function("window.asked")
    context.grant_permissions(["geolocation"], origin=server.url)
    blocked = page.get_by_text("The microphone is blocked for this page.")
    expect(blocked).to_be_visible()
    page.evaluate("window.release()")
    page.wait_for_function("window.listed")
    steps.settled(page)
    expect(blocked).to_be_visible()
    expect(page.get_by_role("button", name="Record", exact=True)).to_have_count(0)


def test_the_third_recording_of_a_voice_goes_by_the_two_before_it(server: Server, page: Page) -> None:
    first, second, third = (SAMPLES / "voices" / f"{name}.flac" for name in ("neutral-1", "anger-1", "sadness-1"))
    page.goto(f"{server.url}/analyze?source=upload")
    for path in (first, second, third):
        if path != first:
            page.get_by_test_id("stFileUploader").first.get_by_role("button", name="Remove").click()
            expect(page.get_by_test_id("answer")).to_be_hidden()
        page.locator("input[type=file]").first.set_input_files(path)
        expect(page.get_by_test_id("answer")).to_be_visible()
        steps.settled(page)
    (tuned,) = steps.predict(third, "--profile", first, second)
    (plain,) = steps.predict(third)
    assert tuned["probabilities"] != pytest.approx(plain["probabilities"], abs=1e-2)
    expect(page.get_by_label(steps.bars(tuned), exact=True)).to_be_visible()
    expect(page.get_by_text("to 2 earlier recordings of this speaker and microphone")).to_be_visible()
    page.get_by_role("button", name="New speaker").click()
    expect(page.get_by_label(steps.bars(plain), exact=True)).to_be_visible()


def test_a_machine_without_a_microphone_is_told_so(server: Server, context: BrowserContext, page: Page) -> None:
    page.add_init_script("navigator.mediaDevices.enumerateDevices = async () => []")
    page.goto(f"{server.url}/analyze")
    expect(page.get_by_text("No microphone was found.")).to_be_visible()
    expect(page.locator("input[type=file]")).to_have_count(1)


def test_home_leads_to_a_first_answer(server: Server, page: Page) -> None:
    page.goto(server.url)
    expect(page.get_by_text("accurate").first).to_be_visible()
    page.get_by_role("button", name="1", exact=True).click()
    expect(page.get_by_test_id("answer")).to_be_visible()
    page.get_by_role("button", name="See why").click()
    page.wait_for_url("**/analyze?*source=samples*")
    expect(page.get_by_test_id("answer")).to_be_visible()


def test_a_models_link_at_home_leads_to_it(server: Server, page: Page) -> None:
    page.goto(server.url)
    # While the page is still being drawn its rows move under the mouse.
    expect(page.get_by_text("It does not read minds")).to_be_visible()
    page.get_by_role("link", name="Try it").first.click()
    page.wait_for_url("**/analyze?*model=accurate*")
    page.get_by_role("button", name="About this model").click()
    expect(page.get_by_text("tells the emotion right in")).to_be_visible()


@pytest.fixture
def hurt(server: Server) -> Iterator[str]:
    """A run whose model lost its end."""
    copy = Path(shutil.copytree(SHIPPED, server.home / "runs" / "hurt"))
    (copy / "model.onnx").write_bytes((copy / "model.onnx").read_bytes()[:-100])
    yield copy.name
    shutil.rmtree(copy)


def test_a_damaged_model_is_said_and_the_page_goes_on(server: Server, page: Page, hurt: str) -> None:
    before = len(server.log.read_text())
    page.goto(f"{server.url}/analyze?source=samples&sample=voice-british&model={hurt}")
    expect(
        page.get_by_role("alert").get_by_text("hurt cannot answer: The run hurt is damaged: model.onnx")
    ).to_be_visible()
    expect(page.get_by_label("Waveform above mel-spectrogram on one time axis")).to_be_visible()
    steps.settled(page)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    assert "Traceback" not in server.log.read_text()[before:]


@pytest.mark.parametrize("without_policy", [True])
def test_what_leaves_this_machine_would_be_noticed(server: Server, page: Page, outside: list[str]) -> None:
    """The guard over all these tests is itself held against a request to a reserved address that nobody has."""
    page.goto(server.url)
    with page.expect_request("http://192.0.2.1/*"):
        page.evaluate("void fetch('http://192.0.2.1/collect', { mode: 'no-cors' }).catch(() => {})")
    assert outside == ["http://192.0.2.1/collect"]
    outside.clear()
