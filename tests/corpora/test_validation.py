"""Validation by content: faults of a copy are named, faults of the official corpus are known."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ser_core.corpora import crema_d, savee, validation

SPEAKERS = ("1006", "1076")


@pytest.fixture
def copy(data: Path, tmp_path: Path) -> Path:
    """A copy of two real speakers of CREMA-D, faults of the official corpus included."""
    target = tmp_path / "crema-d"
    (target / "AudioWAV").mkdir(parents=True)
    for speaker in SPEAKERS:
        for path in (data / "crema-d" / "AudioWAV").glob(f"{speaker}_*.flac"):
            shutil.copy(path, target / "AudioWAV" / path.name)
    return target


def faults(report: validation.Report, *, known: bool) -> dict[str, str]:
    return {finding.clip: finding.fault for finding in report.findings if finding.known is known}


def test_the_official_corpus_own_faults_are_known(copy: Path) -> None:
    report = validation.validate(crema_d.MODULE, copy, n_jobs=1)
    assert faults(report, known=False) == {}
    assert faults(report, known=True) == {
        "1006_TIE_HAP_XX": "duplicate",
        "1006_TIE_NEU_XX": "duplicate",
        "1076_MTI_SAD_XX": "silent",
    }
    assert report.sound
    assert len(report.absent_speakers) == 89
    assert report.speakers == {"1006": 82, "1076": 81}


def test_every_fault_of_a_copy_is_named(copy: Path) -> None:
    folder = copy / "AudioWAV"

    def samples(stem: str) -> np.ndarray:
        return soundfile.read(folder / f"{stem}.flac", dtype="int16")[0]

    soundfile.write(folder / "1006_DFA_ANG_XX.flac", samples("1006_DFA_ANG_XX")[:9000], 16000)
    soundfile.write(folder / "1006_DFA_DIS_XX.flac", np.zeros_like(samples("1006_DFA_DIS_XX")), 16000)
    louder = samples("1006_DFA_FEA_XX")
    louder[100] += 1
    soundfile.write(folder / "1006_DFA_FEA_XX.flac", louder, 16000)
    one, other = folder / "1006_IEO_ANG_HI.flac", folder / "1006_IEO_SAD_HI.flac"
    one.rename(folder / "swap")
    other.rename(one)
    (folder / "swap").rename(other)
    (folder / "1006_IOM_ANG_XX.flac").unlink()
    shutil.copy(folder / "1006_IOM_DIS_XX.flac", folder / "1006_IOM_FEA_XX.flac")
    (folder / "1006_ITH_ANG_XX.flac").rename(folder / "1099_ITH_ANG_XX.flac")
    (folder / "1006_ITS_ANG_XX.flac").write_bytes(b"this is no audio")
    soundfile.write(folder / "1098_ITS_ANG_XX.flac", samples("1006_ITS_DIS_XX")[::-1], 16000)

    report = validation.validate(crema_d.MODULE, copy, n_jobs=1)

    assert faults(report, known=False) == {
        "1006_DFA_ANG_XX": "truncated",
        "1006_DFA_DIS_XX": "silent",
        "1006_DFA_FEA_XX": "altered",
        "1006_IEO_ANG_HI": "swapped",
        "1006_IEO_SAD_HI": "swapped",
        "1006_IOM_ANG_XX": "missing",
        "1006_IOM_FEA_XX": "duplicate",
        "1099_ITH_ANG_XX": "renamed",
        "1006_ITS_ANG_XX": "unreadable",
        "1098_ITS_ANG_XX": "extra",
    }
    assert not report.sound


def test_savee_is_whole(data: Path) -> None:
    report = validation.validate(savee.MODULE, data / "savee", n_jobs=2)
    assert report.clips == 480
    assert report.emotions["neutral"] == 120
    assert report.findings == [] and report.absent_speakers == []
