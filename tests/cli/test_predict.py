"""`predict` and `runs` as scripts use them: the order of answers, one-line reasons, and the limits and how to raise them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from ser_core import audio, settings
from ser_core.cli.main import main

SHIPPED = settings.ARTIFACTS / "models" / "accurate"
VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"
#: The most that a file may have of both.
RATE, CHANNELS = 192_000, 8


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run a command in this process; return its status, stdout and stderr."""
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return status, out, err


def answers(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> list[dict[str, Any]]:
    """Return what `predict accurate ... --json` prints."""
    found, out, err = call(capsys, "predict", "accurate", *arguments, "--json")
    assert (found, err) == (status, "")
    said: list[dict[str, Any]] = json.loads(out)
    return said


def test_there_is_one_answer_a_file_in_the_order_given(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    broken = tmp_path / "b.broken"
    broken.write_bytes(b"not a sound")
    first, second, third = answers(capsys, VOICE, broken, VOICE, status=1)
    assert list(first) == ["file", "label", "decision", "probabilities", "quality"] and first == third
    assert [one["file"] for one in (first, second, third)] == [str(VOICE), str(broken), str(VOICE)]
    assert first["label"] == max(first["probabilities"], key=first["probabilities"].__getitem__)

    status, out, err = call(capsys, "predict", "accurate", VOICE, broken)
    assert status == 1 and err == second["error"] + "\n"
    assert out.startswith(f"{VOICE}: {first['label']} {100 * first['probabilities'][first['label']]:.0f} %, ")


def test_silence_is_no_speech_and_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(32000), 16000)
    (answer,) = answers(capsys, tmp_path / "silence.wav")
    assert answer["decision"] == "no-speech" and answer["label"] in answer["probabilities"]
    assert [(one["code"], one["severity"]) for one in answer["quality"]] == [("no-speech", "error")]


def test_a_damaged_model_is_one_line_and_one_row(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    hurt = Path(shutil.copytree(SHIPPED, home / "runs" / "hurt"))
    (hurt / "model.onnx").write_bytes((hurt / "model.onnx").read_bytes()[:-100])
    (hurt / "metrics.json").write_text("{")
    for name in ("hurt", hurt):
        status, out, err = call(capsys, "predict", name, VOICE, "--json")
        assert status == 1 and out == "" and len(err.splitlines()) == 1
        assert err.startswith("Error: The run hurt is damaged: ")
    status, out, _ = call(capsys, "runs", "list", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert status == 0 and rows["accurate"]["status"] == "done"
    assert rows["hurt"]["status"] == "damaged" and "metrics.json" in rows["hurt"]["reason"]


def test_a_run_is_found_by_its_name_and_by_its_folder(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    shutil.copytree(SHIPPED, home / "runs" / "mine")
    for name in ("mine", home / "runs" / "mine"):
        status, out, _ = call(capsys, "runs", "show", name, "--json")
        shown = json.loads(out)
        assert status == 0 and shown["name"] == "mine" and shown["status"] == "done"
        assert shown["metrics"] == json.loads((SHIPPED / "metrics.json").read_text())


def test_too_long_a_file_names_the_option_that_lets_it_in(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    clip = tmp_path / "clip.wav"
    soundfile.write(clip, np.zeros(16000 * 4), 16000)
    (refused,) = answers(capsys, clip, "--max-minutes", 0.05, status=1)
    assert refused["error"].startswith("clip.wav lasts 0.1 min, more than the limit of 0.05 min")
    assert "--max-minutes" in refused["error"]
    assert answers(capsys, clip, "--max-minutes", 0.07)[0]["decision"] == "no-speech"


def test_more_minutes_let_larger_files_in(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Some 70 s of 8 channels at 192 kHz are larger than the usual limit, however short."""
    large = tmp_path / "large.wav"
    seconds = settings.MAX_UPLOAD_BYTES // (2 * CHANNELS * RATE) + 1
    with soundfile.SoundFile(large, "w", RATE, CHANNELS, "PCM_16") as out:
        for _ in range(seconds):
            out.write(np.zeros((RATE, CHANNELS), np.int16))
    (refused,) = answers(capsys, large, status=1)
    assert "files up to 200 MB are read" in refused["error"] and "--max-minutes" in refused["error"]
    assert answers(capsys, large, "--max-minutes", 20)[0]["decision"] == "no-speech"


@pytest.mark.parametrize("minutes", ["0", "-3", "nan", "inf", "ten"])
def test_minutes_that_are_none_are_wrong_usage(capsys: pytest.CaptureFixture[str], minutes: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["predict", "accurate", str(VOICE), f"--max-minutes={minutes}"])
    assert stopped.value.code == 2
    assert f"'{minutes}' is no number of minutes above 0" in capsys.readouterr().err


def two_channels(path: Path, left: np.ndarray, right: np.ndarray) -> Path:
    soundfile.write(path, np.stack([left, right], axis=1), 16000, subtype="PCM_16")
    return path


def halves(seconds: float = 3.0) -> tuple[np.ndarray, np.ndarray]:
    """Two voices of equal length."""
    names = ("voice-british.flac", "voice-scottish.flac")
    found = [audio.decode(settings.ARTIFACTS / "samples" / name).samples for name in names]
    n = round(seconds * 16000)
    first, second = (np.pad(one, (0, max(0, n - len(one))))[:n] for one in found)
    return first, second


def test_two_channels_of_one_voice_give_its_answer(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    voice = halves()[0]
    soundfile.write(tmp_path / "mono.wav", voice, 16000, subtype="PCM_16")
    late = np.concatenate([np.zeros(8, np.float32), voice[:-8]])
    files = [
        two_channels(tmp_path / f"{name}.wav", voice, other)
        for name, other in (("late", late), ("opposite", -voice), ("silent", 0 * voice))
    ]
    mono, *found = answers(capsys, tmp_path / "mono.wav", *files)
    for one in found:
        assert one["label"] == mono["label"] and one["decision"] == mono["decision"] and "channels" not in one
        assert one["probabilities"] == pytest.approx(mono["probabilities"], abs=1e-4)
        known = [finding["code"] for finding in mono["quality"]]
        assert [finding["code"] for finding in one["quality"] if finding["code"] not in known] == ["channels"]


def test_two_callers_give_two_answers_and_the_file_one_entry(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    left, right = halves()
    call_ = two_channels(tmp_path / "call.wav", left, right)
    for name, samples in (("left", left), ("right", right)):
        soundfile.write(tmp_path / f"{name}.wav", samples, 16000, subtype="PCM_16")
    (both,) = answers(capsys, call_)
    alone = answers(capsys, tmp_path / "left.wav", tmp_path / "right.wav")
    assert list(both) == ["file", "label", "decision", "probabilities", "quality", "channels"]
    assert [one["channel"] for one in both["channels"]] == ["left", "right"]
    for found, expected in zip(both["channels"], alone, strict=True):
        assert set(found) == {"channel", "label", "decision", "probabilities"}
        assert found["label"] == expected["label"]
        assert found["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-4)
    assert both["label"] in {one["label"] for one in both["channels"]}
    assert "two-speakers" in [one["code"] for one in both["quality"]]

    status, out, _ = call(capsys, "predict", "accurate", call_)
    assert status == 0 and out.splitlines()[1].startswith(f"  left: {alone[0]['label']} ")


def test_the_channel_can_be_chosen(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    left, right = halves()
    file = two_channels(tmp_path / "call.wav", left, right)
    # Of what the file holds, and not rounded to 16 bits again.
    soundfile.write(tmp_path / "mix.wav", soundfile.read(file)[0].mean(axis=1), 16000, subtype="FLOAT")
    (apart,), (mono,) = answers(capsys, file), answers(capsys, tmp_path / "mix.wav")
    for number, name in enumerate(("left", "right")):
        (chosen,) = answers(capsys, file, "--channel", name)
        assert chosen["probabilities"] == apart["channels"][number]["probabilities"] and "channels" not in chosen
    (mixed,) = answers(capsys, file, "--channel", "mix")
    assert mixed["probabilities"] == pytest.approx(mono["probabilities"], abs=1e-3)
    (each,) = answers(capsys, two_channels(tmp_path / "same.wav", left, left), "--channel", "each")
    assert each["channels"][0]["probabilities"] == each["channels"][1]["probabilities"] == each["probabilities"]
    with pytest.raises(SystemExit) as stopped:
        main(["predict", "accurate", str(file), "--channel", "middle"])
    assert stopped.value.code == 2


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' file names are Unicode")
def test_names_that_are_not_utf_8_give_valid_json(tmp_path: Path) -> None:
    """In a process of its own, whose stdout is a pipe, as a script sees it."""
    path = os.fsencode(tmp_path) + b"/caf\xe9.flac"
    gone = os.fsencode(tmp_path) + b"/\xff.flac"
    Path(os.fsdecode(path)).write_bytes(VOICE.read_bytes())
    command = [sys.executable, "-m", "ser_core"]

    def ran(*arguments: str | bytes) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([*command, *arguments], capture_output=True, check=False)

    found = ran("predict", "cnn1d", path, gone, "--json")
    good, bad = json.loads(found.stdout.decode("utf-8"))
    assert found.returncode == 1 and b"Traceback" not in found.stderr
    assert good["file"] == f"{tmp_path}/caf%E9.flac" and good["label"]
    assert bad["file"] == f"{tmp_path}/%FF.flac" and "was not found" in bad["error"]

    said = ran("predict", "cnn1d", path, gone)
    assert said.returncode == 1 and b"caf\\udce9.flac: " in said.stdout and b"Traceback" not in said.stderr
    made = ran("features", path, "--set", "logmel", "--out", os.fsencode(tmp_path) + b"/out\xe9.npz")
    assert made.returncode == 0 and b"logmel: " in made.stdout and made.stderr == b""


def test_files_of_the_same_voice_are_judged_by_a_profile_of_all_of_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    voices = settings.ARTIFACTS / "samples" / "voices"
    files = [str(voices / f"{name}-1.flac") for name in ("anger", "neutral", "sadness")]
    status, out, _ = call(capsys, "predict", "accurate", *files, str(tmp_path / "gone.wav"), "--same-voice", "--json")
    answers = json.loads(out)
    assert status == 1 and "error" in answers[3]
    assert {answer["profile"]["clips"] for answer in answers[:3]} == {3}
    status, out, _ = call(capsys, "predict", "accurate", files[0], "--profile", *files, "--json")
    assert status == 0 and json.loads(out)[0]["probabilities"] == pytest.approx(answers[0]["probabilities"])
    with pytest.raises(SystemExit):
        main(["predict", "accurate", files[0], "--same-voice", "--profile", files[1]])
    capsys.readouterr()
