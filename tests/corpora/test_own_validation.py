"""Checking corpora of one's own: every fault of a file or a row is named; a sound corpus has none."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ser_core.corpora import manifest, own_validation, registry, validation
from ser_core.corpora.base import CorpusError
from ser_core.corpora.recordings import Recordings
from tests.corpora.stand_in import wav


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def silence(seconds: float = 0.5) -> bytes:
    import io

    out = io.BytesIO()
    soundfile.write(out, np.zeros(round(16000 * seconds)), 16000, format="WAV", subtype="PCM_16")
    return out.getvalue()


def faults(report: validation.Report) -> set[tuple[str, str]]:
    return {(finding.clip, finding.fault) for finding in report.findings}


def test_every_fault_of_a_folder_is_named(tmp_path: Path) -> None:
    write(
        tmp_path / "v",
        {
            "anger/1.wav": wav(1),
            "anger/2.wav": wav(2),
            "joy/copy of 2.wav": wav(2),
            "joy/3.wav": silence(),
            "joy/4.wav": b"no sound",
            "joy/5.wav": wav(5)[:20000],
            "loose.wav": wav(6),
        },
    )
    seen: list[tuple[int, int]] = []
    report = validation.check(
        "folder", tmp_path / "v", progress=lambda done, total: seen.append((done, total)), n_jobs=1
    )
    assert faults(report) == {
        ("anger/2.wav", "duplicate"),
        ("joy/copy of 2.wav", "duplicate"),
        ("joy/3.wav", "silent"),
        ("joy/4.wav", "unreadable"),
        ("joy/5.wav", "truncated"),
        ("loose.wav", "label"),
    }
    assert "under another label" in next(one.message for one in report.findings if one.fault == "duplicate")
    assert (report.clips, report.emotions, report.speakers) == (6, {"anger": 2, "joy": 4}, {})
    assert not report.sound and not any(finding.known for finding in report.findings)
    assert seen[-1] == (6, 6)


def test_a_table_is_held_against_its_files(tmp_path: Path) -> None:
    write(tmp_path, {"a.wav": wav(1, 2.0), "b.mp3": wav(2)})
    (tmp_path / "m.csv").write_text(
        "file,emotion,speaker,start,end\n"
        "a.wav,joy,kim,0,0.5\n"
        "a.wav,joy,kim,0.5,1\n"
        "a.wav,grief,kim,1.5,2.5\n"
        "a.wav,grief,kim,3,4\n"
        "b.mp3,joy,lee,,\n"
        "gone.wav,joy,lee,,\n"
        "gone.wav,,lee,,\n"
    )
    report = validation.check("manifest", tmp_path / "m.csv", n_jobs=1)
    assert faults(report) == {
        ("a.wav#1.5-2.5", "truncated"),
        ("a.wav#3-4", "unreadable"),
        ("gone.wav", "missing"),
        ("row 8", "label"),
    }
    assert report.clips == 5
    assert report.speakers == {"kim": 4, "lee": 1} and report.emotions == {"grief": 2, "joy": 3}


def test_a_corpus_in_which_all_files_are_missing_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("file,emotion\na.wav,joy\n")
    report = own_validation.validate(manifest.load(tmp_path / "m.csv"), n_jobs=1)
    assert (report.clips, faults(report)) == (0, {("a.wav", "missing")})


def test_a_sound_corpus_has_no_finding(tmp_path: Path) -> None:
    registry.register("mine", write(tmp_path / "v", {f"joy/{seed}.wav": wav(seed, 0.3) for seed in range(3)}))
    report = validation.check("mine", n_jobs=1)
    assert report.sound and report.findings == [] and report.corpus == "mine"
    Recordings().add(wav(), "joy", sitting="s")
    assert validation.check("recordings", n_jobs=1).sound


def test_what_cannot_be_checked_says_so(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="each of them"):
        validation.check("crema-d+savee")
    with pytest.raises(CorpusError, match="not registered"):
        validation.check("ravdess")
    with pytest.raises(CorpusError, match="no corpus called"):
        validation.check("nothing")
    assert registry.entries() == {}
