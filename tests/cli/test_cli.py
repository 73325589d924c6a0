"""The command line: exit codes, one JSON value on stdout, no TensorFlow where nothing is trained, and files that are broken."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import soundfile

from ser_core import settings
from ser_core.cli.main import main

VOICE = settings.ARTIFACTS / "samples" / "voice-british.flac"
DEV_TEST = "1015,1020,1021,1030,1050,1070,1079,1089,1090"


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> Any:
    """Run a command in this process and return the JSON value that is all of its stdout."""
    capsys.readouterr()
    assert main([*arguments, "--json"]) == status
    return json.loads(capsys.readouterr().out)


def test_recipes_and_runs_and_corpora_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    recipes = printed(capsys, "recipes", "list")
    assert {"name", "title", "corpus", "network", "features", "seed_row"} == set(recipes[0])
    assert {"cnn1d-model1", "cnn2d-model2", "paper-savee", "crnn", "svm"} <= {one["name"] for one in recipes}
    runs = {one["name"]: one for one in printed(capsys, "runs", "list")}
    assert runs["accurate"]["status"] == "done" and runs["accurate"]["metrics"]["test"]["n"] == 738
    assert printed(capsys, "runs", "show", "accurate")["recipe"]["recipe"]["name"] == "crnn"
    corpora = {one["name"]: one for one in printed(capsys, "corpora", "list")}
    assert not corpora["crema-d"]["present"]


def test_predict_prints_one_value_and_exits_1_when_a_file_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    broken = tmp_path / "b.wav"
    broken.write_bytes(b"nothing")
    good, bad = printed(capsys, "predict", "accurate", str(VOICE), str(broken), status=1)
    assert sum(good["probabilities"].values()) == pytest.approx(1.0) and good["label"] in good["probabilities"]
    assert good["decision"] in ("emotion", "uncertain")
    assert set(bad) == {"file", "error"} and "b.wav" in bad["error"]


def test_wrong_usage_is_2_and_what_is_not_there_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (["nothing"], ["predict"], ["features", "x.wav", "--set", "none", "--out", "o.npz"]):
        with pytest.raises(SystemExit) as stopped:
            main(wrong)
        assert stopped.value.code == 2
    for absent in (
        ["predict", "no-such-run", str(VOICE)],
        ["train", "no-such-recipe"],
        ["evaluate", "accurate", "--corpus", "crema-d"],
    ):
        capsys.readouterr()
        assert main(absent) == 1
        error = capsys.readouterr().err.strip().splitlines()
        assert len(error) == 1 and error[0].startswith("Error: ")


def test_nothing_but_training_imports_tensorflow(home: Path) -> None:
    code = (
        "import sys\nfrom ser_core.cli.main import main\n"
        f"assert main(['predict', 'accurate', {str(VOICE)!r}]) == 0\nassert main(['runs', 'list']) == 0\n"
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras', 'tf2onnx', 'streamlit')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=settings.ROOT, capture_output=True).returncode == 0


def wav(samples: np.ndarray, rate: int = 16000, subtype: str = "PCM_16", kind: str = "WAV") -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, rate, format=kind, subtype=subtype)
    return out.getvalue()


def broken_files() -> dict[str, Callable[[], bytes]]:
    """Twenty files that come out of real life's drawers: name → its bytes."""
    voice, rate = soundfile.read(VOICE, dtype="float32")
    many = np.repeat(voice[:, None], 8, axis=1)
    return {
        "random.wav": lambda: np.random.default_rng(0).bytes(20_000),
        "renamed.mp3": lambda: b"%PDF-1.7\n" + b"1 0 obj\n" * 500,
        "empty.wav": lambda: b"",
        "header-only.wav": lambda: wav(np.zeros(0)),
        "nan.wav": lambda: wav(np.full(16000, np.nan), subtype="FLOAT"),
        "one-sample.wav": lambda: wav(np.array([0.5])),
        "eight-channels.wav": lambda: wav(many, rate),
        "192-khz.wav": lambda: wav(np.repeat(voice, 12), 192_000),
        "an-hour.flac": lambda: wav(np.zeros(16000 * 3600, np.int16), kind="FLAC"),
        "truncated.wav": lambda: wav(voice, rate)[: len(voice)],
        "picture.wav": lambda: b"\x89PNG\r\n\x1a\n" + bytes(5000),
        "text.flac": lambda: b"no sound, only words\n" * 50,
        "aiff-inside.wav": lambda: wav(voice, rate, kind="AIFF"),
        "mp3-inside.wav": lambda: wav(voice, rate, "MPEG_LAYER_III", "MP3"),
        "short.wav": lambda: wav(voice[:1600], rate),
        "clipped.wav": lambda: wav(np.clip(voice * 40, -1, 1), rate),
        "silence.wav": lambda: wav(np.zeros(32000)),
        "offset.wav": lambda: wav(np.clip(voice * 0.5 + 0.3, -1, 1), rate),
        "quiet.wav": lambda: wav(voice * 1e-2, rate),
        "riff-lies.wav": lambda: b"RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00" + bytes(200),
    }


#: Files that are sound, and the finding each must show ('' for none in particular).
READABLE = {
    "one-sample.wav": "too-short",
    "eight-channels.wav": "",
    "192-khz.wav": "",
    "truncated.wav": "truncated",
    "aiff-inside.wav": "",
    "mp3-inside.wav": "",
    "short.wav": "too-short",
    "clipped.wav": "clipped",
    "silence.wav": "no-speech",
    "offset.wav": "dc-offset",
    "quiet.wav": "quiet",
}


def test_twenty_broken_files_each_get_a_sentence_or_findings_in_little_memory(tmp_path: Path, home: Path) -> None:
    names = []
    for name, content in broken_files().items():
        (tmp_path / name).write_bytes(content())
        names.append(str(tmp_path / name))
    process = subprocess.Popen(
        [sys.executable, "-m", "ser_core", "predict", "accurate", *names, "--json"],
        cwd=settings.ROOT, env=os.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    peak, watched = 0, psutil.Process(process.pid)
    while process.poll() is None:
        try:
            peak = max(peak, watched.memory_info().rss)
            process.wait(0.05)
        except (subprocess.TimeoutExpired, psutil.Error):
            continue
    out, err = process.communicate()
    answers = {Path(answer["file"]).name: answer for answer in json.loads(out)}
    assert process.returncode == 1 and len(answers) == 20
    assert "Traceback" not in err
    for name, answer in answers.items():
        if name in READABLE:
            codes = {finding["code"] for finding in answer["quality"]}
            assert READABLE[name] in codes or not READABLE[name], (name, codes)
        else:
            assert name in answer["error"] and "\n" not in answer["error"], (name, answer)
    assert peak < 1e9, f"{peak / 1e6:.0f} MB"


def test_the_shipped_models_card_states_what_evaluate_finds(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(
        capsys, "evaluate", "accurate", "--corpus", "crema-d", "--data", str(data / "crema-d"), "--speakers", DEV_TEST
    )
    card = (settings.ARTIFACTS / "models" / "accurate" / "card.md").read_text()
    assert found["seen"] == 0 and found["n"] == 738
    assert f"| test | 738 | 9 | {found['accuracy']:.3f} (" in card
    assert found["accuracy"] >= 0.55
