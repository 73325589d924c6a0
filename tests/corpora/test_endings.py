"""Which files of a folder are sound: by their endings, so that no file is opened, and no video beside its own sound."""

from pathlib import Path

from pages.widgets.audio_source import ENDINGS
from ser_core.corpora.base import AUDIO_ENDINGS, LOSSY_ENDINGS, audio_paths


def test_recordings_of_every_kind_are_found_and_nothing_else(tmp_path: Path) -> None:
    names = [f"clip{number}{ending}" for number, ending in enumerate((*AUDIO_ENDINGS, ".WAV", ".Amr"))]
    for name in (*names, ".hidden.wav", "notes.txt", "table.csv", "picture.jpg"):
        (tmp_path / name).touch()
    assert [Path(path).name for path in audio_paths(tmp_path)] == sorted(names)
    assert {".amr", ".caf", ".wma", ".au", ".mp4", ".mkv"} <= set(AUDIO_ENDINGS)
    assert set(LOSSY_ENDINGS) < set(AUDIO_ENDINGS) and not {".wav", ".au", ".caf"} & set(LOSSY_ENDINGS)


def test_a_video_beside_its_own_sound_is_passed_over(tmp_path: Path) -> None:
    for name in ("a.mp4", "a.wav", "b.mp4", "c.avi", "c.b.wav"):
        (tmp_path / name).touch()
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "a.mkv").touch()
    found = [Path(path).relative_to(tmp_path).as_posix() for path in audio_paths(tmp_path, below=True)]
    assert found == ["a.wav", "b.mp4", "below/a.mkv", "c.avi", "c.b.wav"]


def test_the_pages_take_what_folders_take() -> None:
    assert [f".{ending}" for ending in ENDINGS] == list(AUDIO_ENDINGS)
