"""What the live page costs: `python -m benchmarks.bench_live`.

A step (what half a second of speech costs, one thread, warm) in its shares; four streams at once, in real time, on two
cores; an hour of stream as fast as it goes, and by how much memory grows. Prints lines of JSON and the same in words.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
from threadpoolctl import threadpool_limits

from benchmarks.reference.voices import voice
from benchmarks.timing import median_milliseconds
from ser_core import audio, figures, runs, streaming
from ser_core.features import logmel
from ser_core.features.sources import extracted
from ser_core.predictor import Predictor

RATE = 48_000
FRAME_S = 0.02
ROUNDS = 40
STREAMS, STREAMS_S = 4, 20.0
HOUR_S = 3600
SPOKEN_S = 20
#: What the page draws: seconds of sound, seconds of the timeline, columns of the mel-spectrogram.
SOUND_S, TIMELINE_S = 10.0, 60.0
PICTURE = logmel.LogMelSpec(hop_length=400)


class Drawing:
    """The page's two figures, refilled and written as JSON as for the browser."""

    def __init__(self, labels: tuple[str, ...]) -> None:
        self.labels = labels
        self.mel_hz = logmel.mel_hz(PICTURE)
        self.sound = figures.rolling_sound(audio.SAMPLE_RATE, SOUND_S, self.mel_hz, PICTURE.hop_s)
        self.timeline = figures.rolling_timeline(labels, TIMELINE_S, streaming.HOP_S)

    def draw(self, session: streaming.Session) -> int:
        """Draw what a session has heard, and return the figures' size in bytes."""
        heard = session.snapshot(TIMELINE_S, SOUND_S)
        samples = np.pad(heard.samples, (round(SOUND_S * audio.SAMPLE_RATE) - len(heard.samples), 0))
        figures.fill_rolling_sound(self.sound, samples, logmel.extract(samples, PICTURE), self.mel_hz)
        steps = round(TIMELINE_S / streaming.HOP_S)
        values = np.zeros((steps, len(self.labels)))
        states: list[str | None] = [None] * steps
        for place, entry in enumerate(heard.entries, start=steps - len(heard.entries)):
            values[place] = entry.smoothed
            states[place] = figures.NO_SPEECH if np.isnan(entry.smoothed[0]) else self.labels[entry.smoothed.argmax()]
        figures.fill_rolling_timeline(self.timeline, self.labels, values, states)
        return len(self.sound.to_json()) + len(self.timeline.to_json())


def spoken(seconds: float) -> np.ndarray:
    """Return voices and pauses in turn, as a microphone gives them."""
    parts = []
    for k in range(round(seconds / 4)):
        parts += [voice(2.5, 110.0 + 15 * (k % 5)), np.zeros(round(1.5 * audio.SAMPLE_RATE))]
    return audio.resample(np.concatenate(parts), audio.SAMPLE_RATE, RATE)


def put(session: streaming.Session, samples: np.ndarray) -> None:
    n = round(FRAME_S * RATE)
    stereo = np.repeat((32767 * samples).astype(np.int16)[:, None], 2, axis=1)
    for start in range(0, len(samples), n):
        session.put(streaming.from_array(stereo[start : start + n], RATE))


def caught_up(session: streaming.Session, heard_s: float) -> None:
    """Wait until a session has heard so much; half a second may still be in the resampler."""
    while session.snapshot(1.0, 1.0).heard_s < heard_s - 0.5:
        time.sleep(0.002)


def step(predictor: Predictor, folder: Path) -> None:
    """Time the shares of one step."""
    session = streaming.Session(predictor, folder, waiting_s=1e9, clock=lambda: 0.0)
    heard = spoken(64)
    put(session, heard)
    session.finish()
    session.wait()
    window = session.recording.between(0, 3 * audio.SAMPLE_RATE)
    clip = audio.Clip(window, audio.SAMPLE_RATE, 1, "", "window")

    def extract() -> dict[str, np.ndarray]:
        # Past what the process remembers: every window of a stream is a new one.
        return {given.name: extracted(given.source, window) for given in predictor.inputs}

    features = extract()
    drawing = Drawing(predictor.labels)
    half = (32767 * heard[: RATE // 2]).astype(np.int16)

    def intake() -> None:
        listener = streaming.Listener(predictor)
        for start in range(0, len(half), 960):
            listener.hear(streaming.from_array(np.repeat(half[start : start + 960, None], 2, axis=1), RATE), 0.0)

    with threadpool_limits(limits=1):
        times = median_milliseconds(
            {
                "intake": intake,
                "gate": lambda: (audio.findings(clip), streaming.is_speaking(window)),
                "feature": extract,
                "model": lambda: predictor.windows_of(features),
                "drawing": lambda: drawing.draw(session),
            },
            ROUNDS,
        )
    session.close()
    total = sum(times.values())
    print(
        json.dumps({"benchmark": "live-step", "total_ms": round(total, 2)} | {k: round(v, 2) for k, v in times.items()})
    )
    shares = ", ".join(f"{name} {ms:.1f} ms" for name, ms in times.items())
    print(f"A live step (half a second of speech, one core, warm): {total:.1f} ms ({shares}).")


def streams(predictor: Predictor, folder: Path) -> None:
    """Feed four sessions in real time, drawing each twice a second, on at most two cores."""
    process = psutil.Process()
    before = process.cpu_affinity() if hasattr(process, "cpu_affinity") else None
    if before is not None:
        process.cpu_affinity(before[:2])
    sessions = [streaming.Session(predictor, folder) for _ in range(STREAMS)]
    drawings = [Drawing(predictor.labels) for _ in sessions]
    heard, n, cpu = spoken(STREAMS_S), round(0.1 * RATE), process.cpu_times()
    begun = time.monotonic()
    for turn, start in enumerate(range(0, len(heard), n)):
        time.sleep(max(0.0, begun + start / RATE - time.monotonic()))
        for session, drawing in zip(sessions, drawings, strict=True):
            put(session, heard[start : start + n])
            if turn % 5 == 0:
                drawing.draw(session)
    used = sum(process.cpu_times()[:2]) - sum(cpu[:2])
    lasted = time.monotonic() - begun
    for session in sessions:
        session.finish()
        session.wait()
    last = [session.snapshot(1.0, 1.0) for session in sessions]
    latencies = np.array([entry.latency_s for session in sessions for entry in session.entries()])
    result = {
        "benchmark": "live-streams",
        "streams": STREAMS,
        "windows": len(latencies),
        "skipped": sum(snapshot.skipped for snapshot in last),
        "dropped_s": sum(snapshot.dropped_s for snapshot in last),
        "latency_median_ms": round(1000 * float(np.median(latencies)), 1),
        "latency_max_ms": round(1000 * float(latencies.max()), 1),
        "cores_used": round(used / lasted, 3),
    }
    for session in sessions:
        session.close()
    if before is not None:
        process.cpu_affinity(before)
    print(json.dumps(result))
    print(
        f"{STREAMS} streams at once for {STREAMS_S:.0f} s on two cores: {result['windows']} windows judged, {result['skipped']} passed "
        f"over, {result['dropped_s']:.1f} s dropped; latency {result['latency_median_ms']} ms, at most "
        f"{result['latency_max_ms']} ms; {result['cores_used']} cores used."
    )


def hour(predictor: Predictor, folder: Path) -> None:
    """Stream an hour as fast as it goes, drawing every ten seconds of it; memory is compared with that after two minutes."""
    session = streaming.Session(predictor, folder, waiting_s=1e9, clock=lambda: 0.0)
    drawing, heard = Drawing(predictor.labels), spoken(SPOKEN_S)
    process, begun, after = psutil.Process(), time.monotonic(), 0
    for fed in range(SPOKEN_S, HOUR_S + 1, SPOKEN_S):
        put(session, heard)
        caught_up(session, fed)
        drawing.draw(session)
        if fed == 120:
            after = process.memory_info().rss
    session.finish()
    session.wait()
    result = {
        "benchmark": "live-hour",
        "windows": len(session.entries()),
        "seconds": round(time.monotonic() - begun, 1),
        "grown_mb": round((process.memory_info().rss - after) / 1e6, 1),
        "kept_s": round((session.recording.end - session.recording.start) / audio.SAMPLE_RATE, 1),
    }
    session.close()
    print(json.dumps(result))
    print(
        f"An hour of stream in {result['seconds']:.0f} s: {result['windows']} windows, memory grew by {result['grown_mb']} MB, "
        f"{result['kept_s']:.0f} s of sound kept on disk."
    )


def main() -> None:
    predictor = Predictor(runs.shipped()[0])
    with tempfile.TemporaryDirectory() as folder:
        step(predictor, Path(folder))
        streams(predictor, Path(folder))
        hour(predictor, Path(folder))


if __name__ == "__main__":
    main()
