"""A session: its thread, its bounds, what it frees, and what it saves."""

from __future__ import annotations

import csv
import io
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ser_core import audio, streaming
from ser_core.predictor import Predictor
from ser_core.streaming import Chunk, Listener, Session
from ser_core.streaming.intake import Intake
from ser_core.streaming.recording import Recording
from ser_core.streaming.ring import Ring

RATE = audio.SAMPLE_RATE


def told(predictor: Predictor, samples: np.ndarray, folder: Path, **more: float) -> Session:
    """A session that has heard all of `samples`; none is late on its standing clock."""
    session = Session(predictor, folder, clock=lambda: 0.0, **{"waiting_s": 1e9, **more})
    for k in range(0, len(samples), 320):
        session.put(Chunk(samples[k : k + 320], RATE))
    session.finish()
    assert session.wait(60)
    return session


def unpacked(session: Session) -> tuple[audio.Clip, list[dict[str, str]], str]:
    out = io.BytesIO()
    streaming.save(session, out)
    with zipfile.ZipFile(out) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("timeline.csv").decode())))
        return audio.decode(archive.read("audio.wav"), name="audio.wav"), rows, archive.read("README.txt").decode()


def test_a_saved_session_holds_the_sound_and_each_windows_answer(
    predictor: Predictor, speech: np.ndarray, tmp_path: Path
) -> None:
    stream = np.r_[speech[: 4 * RATE], np.zeros(4 * RATE, np.float32)]
    session = told(predictor, stream, tmp_path)
    clip, rows, readme = unpacked(session)
    assert clip.samples.tolist() == stream.tolist() and clip.original_rate == RATE
    assert len(rows) == 13 and predictor.run.name in readme
    for row in rows:
        window = clip.samples[int(row["first_sample"]) : int(row["last_sample"]) + 1]
        alone = predictor.predict(audio.Clip(window, RATE, 1, "", "window"))
        assert (row["label"], row["decision"]) == (alone.label, alone.decision)
        shares = [float(row[f"p_{label}"]) for label in predictor.labels]
        assert shares == pytest.approx(alone.probabilities.tolist(), abs=1e-6)
    assert rows[-1]["state"] == "no-speech" and rows[-1]["smoothed_label"] == ""
    session.close()


def recomputed(plain: Predictor, clip: audio.Clip, rows: list[dict[str, str]], row: dict[str, str]) -> list[float]:
    """What a row says, by the rule that the session's README states."""

    def window(one: dict[str, str]) -> audio.Clip:
        samples = clip.samples[int(one["first_sample"]) : int(one["last_sample"]) + 1]
        return audio.Clip(samples, RATE, 1, "", "window")

    before = [
        window(other)
        for other in rows
        if int(other["in_profile"])
        and other["speaker"] == row["speaker"]
        and int(other["last_sample"]) < int(row["first_sample"])
    ]
    model = plain.with_voice(plain.profile_of(before)) if before else plain
    seconds = model.voice.seconds if model.voice else 0.0
    assert float(row["profile_s"]) == pytest.approx(seconds, abs=1e-3)
    return [float(p) for p in model.predict(window(row)).probabilities]


def test_a_profile_grows_by_what_was_said_before_and_can_be_recomputed(
    predictor: Predictor, speech: np.ndarray, tmp_path: Path
) -> None:
    session = told(predictor, speech, tmp_path, grows=True)
    clip, rows, readme = unpacked(session)
    session.close()
    assert "in_profile" in readme
    for row in rows:
        said = [float(row[f"p_{label}"]) for label in predictor.labels]
        assert said == pytest.approx(recomputed(predictor, clip, rows, row), abs=1e-4)
    grown = [float(row["profile_s"]) for row in rows]
    assert grown == sorted(grown) and grown[0] == 0.0 and grown[-1] > 5.0


def test_a_new_speaker_begins_without_a_profile(predictor: Predictor, speech: np.ndarray) -> None:
    listener = Listener(predictor, clock=lambda: 0.0, grows=True)
    half = len(speech) // 2
    before = listener.hear(Chunk(speech[:half], RATE, 0.0), 0.0)
    listener.judge.new_speaker()
    after = listener.hear(Chunk(speech[half:], RATE, half / RATE), 0.0)
    assert before[-1].profile_s > 0.0 and {entry.speaker for entry in before} == {1}
    assert after[0].profile_s == 0.0 and {entry.speaker for entry in after} == {2}
    assert after[-1].profile_s < before[-1].profile_s + 3.0


def test_a_session_that_does_not_grow_is_judged_as_anybodys(
    predictor: Predictor, speech: np.ndarray, tmp_path: Path
) -> None:
    session = told(predictor, speech, tmp_path)
    assert {entry.profile_s for entry in session.entries()} == {0.0}
    session.close()


def test_of_a_long_session_the_newest_is_kept(predictor: Predictor, speech: np.ndarray, tmp_path: Path) -> None:
    stream = np.tile(speech, 2)[: 14 * RATE]
    session = told(predictor, stream, tmp_path, kept_s=8.0)
    clip, rows, readme = unpacked(session)
    assert clip.samples.tolist() == stream[7 * RATE :].tolist()
    assert "longer than what is kept" in readme
    assert [(int(row["first_sample"]), int(row["last_sample"]) + 1) for row in rows[:2]] == [
        (0, 3 * RATE),
        (RATE // 2, round(3.5 * RATE)),
    ]
    assert len(session.entries()) <= 16
    session.close()


def test_closing_frees_the_thread_and_the_file(predictor: Predictor, speech: np.ndarray, tmp_path: Path) -> None:
    before = threading.active_count()
    for _ in range(3):
        session = told(predictor, speech[: 3 * RATE], tmp_path / "live")
        session.close()
        session.put(Chunk(speech[:320], RATE))
        with pytest.raises(IndexError):
            session.recording.between(0, 1)
    assert threading.active_count() == before
    assert list((tmp_path / "live").iterdir()) == []


def test_a_session_can_be_left_in_the_middle(predictor: Predictor, speech: np.ndarray, tmp_path: Path) -> None:
    session = Session(predictor, tmp_path)
    session.put(Chunk(speech, RATE))
    session.close()
    assert session.wait(60) and session.snapshot(60, 10).failure == ""


def test_several_sessions_share_one_model(predictor: Predictor, speech: np.ndarray, tmp_path: Path) -> None:
    streams = [np.roll(speech, k * RATE)[: 5 * RATE] for k in range(4)]
    sessions = [Session(predictor, tmp_path, clock=lambda: 0.0) for _ in streams]
    for k in range(0, 5 * RATE, 1600):
        for session, stream in zip(sessions, streams, strict=True):
            session.put(Chunk(stream[k : k + 1600], RATE))
    for session, stream in zip(sessions, streams, strict=True):
        session.finish()
        assert session.wait(60)
        alone = told(predictor, stream, tmp_path)
        assert [one.label for one in session.entries()] == [one.label for one in alone.entries()]
        for one, other in zip(session.entries(), alone.entries(), strict=True):
            assert one.probabilities.tolist() == other.probabilities.tolist()
        alone.close()
        session.close()


def test_a_failure_is_said_and_ends_the_session(predictor: Predictor, tmp_path: Path) -> None:
    session = Session(predictor, tmp_path)
    session.put(Chunk(np.zeros((2, 2), np.float32), RATE))
    assert session.wait(60)
    assert session.snapshot(60, 10).failure.startswith("Listening stopped")
    session.close()


def test_the_level_is_that_of_the_newest_sound(predictor: Predictor, tmp_path: Path) -> None:
    tone = (0.5 * np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE)).astype(np.float32)
    heard = told(predictor, np.r_[np.zeros(RATE, np.float32), tone], tmp_path).snapshot(60, 10)
    assert heard.peak_db == pytest.approx(-6.02, abs=0.05) and heard.level_db == pytest.approx(-9.03, abs=0.05)
    assert heard.heard_s == 2.0 and heard.ended


def test_where_frames_wait_too_long_the_oldest_go() -> None:
    intake = Intake(longest_s=1.0, clock=lambda: 0.0)
    for k in range(100):
        intake.put(Chunk(np.full(320, k, np.float32), RATE))
    kept = intake.take()
    assert [one.frame.samples[0] for one in kept] == list(range(50, 100))
    assert intake.dropped_s == pytest.approx(1.0)
    # What came without a time has one now, so that the listener sees the gap.
    assert kept[0].at_s == pytest.approx(1.0)


def test_dropped_sound_is_a_gap_for_the_listener(predictor: Predictor, tmp_path: Path) -> None:
    session = Session(predictor, tmp_path, waiting_s=0.5)
    session.put(Chunk(np.zeros(RATE, np.float32), RATE, 10.0))
    session.put(Chunk(np.zeros(RATE, np.float32), RATE, 20.0))
    session.finish()
    assert session.wait(60)
    heard = session.snapshot(60, 10)
    assert heard.gaps + round(heard.dropped_s) == 1
    session.close()


def test_ring_and_recording_keep_the_newest(tmp_path: Path) -> None:
    ring, recording = Ring(1000), Recording(tmp_path, 1000 / RATE)
    stream = np.arange(5000, dtype=np.float32)
    for part in np.split(stream, [3, 900, 1700, 1701, 4200]):
        ring.append(part)
        recording.append(part)
        n = min(ring.end, 1000)
        assert ring.last(1000).tolist() == stream[ring.end - n : ring.end].tolist()
        assert recording.between(recording.start, recording.end).tolist() == ring.last(1000).tolist()
    with pytest.raises(IndexError):
        ring.between(3999, 4500)
    recording.close()
