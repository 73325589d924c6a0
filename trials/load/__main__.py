"""Twenty visitors upload different clips to one real server at once, several rounds of it; every answer is held against the library's.

SECONDS (default 300) bounds it, VISITORS (default 20) says how many. Ends with 1 when an answer was wrong or was lost, or when
one visitor was sent anything of another's.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from ser_core import audio, settings
from ser_core.predictor import Predictor
from ser_core.runs import Run
from tests.browser import serving
from trials.load.opened import Opened
from trials.load.visitor import Visitor

VISITORS = int(os.environ.get("VISITORS", "20"))
SECONDS = float(os.environ.get("SECONDS", "300"))
ROUNDS = 3
MODEL, COPY = "accurate", "accurate-copy"
VOICES = sorted((settings.ARTIFACTS / "samples").glob("voice-*.flac"))


def clip_of(visitor: int, turn: int) -> bytes:
    """A clip that nobody else has: a voice, from a place of its own, louder or softer, over some noise."""
    rng = np.random.default_rng([visitor, turn])
    samples = audio.decode(VOICES[visitor % len(VOICES)]).samples
    start = int(rng.integers(0, len(samples) // 3))
    samples = samples[start : start + int(rng.integers(24_000, 56_000))] * rng.uniform(0.3, 1.0)
    noise = rng.normal(0, 10 ** rng.uniform(-4, -2.2), len(samples))
    return audio.encode_wav(np.clip(samples + noise, -1, 1).astype(np.float32))


def said(predictor: Predictor, sound: bytes, name: str) -> bytes:
    """What the page's bar chart says of the clip to those who cannot see it, by the library."""
    found = predictor.predict(audio.decode(sound, name=name))
    bars = ", ".join(f"{label} {100 * p:.0f} %" for label, p in zip(found.labels, found.probabilities, strict=True))
    return f"Probabilities by {COPY}: {bars}".encode()


async def drive(url: str, process: psutil.Process, copy: Path) -> bool:
    predictor = Predictor(Run(copy))
    sounds = {
        (who, turn): (f"of-{who:02d}-{turn}-{os.urandom(4).hex()}.wav", clip_of(who, turn))
        for who in range(VISITORS)
        for turn in range(ROUNDS)
    }
    wanted = {key: said(predictor, sound, name) for key, (name, sound) in sounds.items()}
    first = Visitor(url, COPY)
    await first.arrive()
    alone = [await first.analyze(*sounds[0, turn], wanted[0, turn]) for turn in range(ROUNDS)]
    await first.leave()
    before = process.memory_info().rss
    with Opened(copy / "model.onnx") as opened:
        visitors = [Visitor(url, COPY) for _ in range(VISITORS)]
        begun = time.perf_counter()
        await asyncio.gather(*(one.arrive() for one in visitors))
        arrived = time.perf_counter() - begun
        taken: list[tuple[float, float]] = []
        peak, rounds = process.memory_info().rss, 0
        for turn in range(ROUNDS):
            if time.perf_counter() - begun > SECONDS:
                break
            rounds += 1
            taken += await asyncio.gather(
                *(one.analyze(*sounds[who, turn], wanted[who, turn]) for who, one in enumerate(visitors))
            )
            peak = max(peak, process.memory_info().rss)
        opens = opened.count()
    names = {who: [sounds[who, turn][0].encode() for turn in range(ROUNDS)] for who in range(VISITORS)}
    leaked = sum(
        name in one.seen
        for who, one in enumerate(visitors)
        for other, theirs in names.items()
        for name in theirs
        if other != who
    )
    # Rounded to per cent two clips may read alike; those answers cannot tell whose they are.
    telling = {who: [wanted[who, turn] for turn in range(ROUNDS)] for who in range(VISITORS)}
    common = [text for texts in telling.values() for text in texts]
    leaked += sum(
        text in one.seen
        for who, one in enumerate(visitors)
        for other, texts in telling.items()
        for text in texts
        if other != who and common.count(text) == 1
    )
    for one in visitors:
        await one.leave()
    answered = [answer for answer, _ in taken if answer != float("inf")]
    lost = len(taken) - len(answered)
    measured = {
        "visitors": VISITORS,
        "rounds": rounds,
        "tried": len(taken),
        "survived": len(answered),
        "lost": lost,
        "leaked": leaked,
        "answer_s": _percentiles(answered),
        "page_s": _percentiles([whole for _, whole in taken]),
        "alone_answer_s": round(min(answer for answer, _ in alone), 2),
        "alone_page_s": round(min(whole for _, whole in alone), 2),
        "arrived_s": round(arrived, 2),
        "rss_mb": {"before": round(before / 1e6), "peak": round(peak / 1e6)},
        "model_opened_again": opens,
        "cores": os.cpu_count(),
        "load_of_machine": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(measured, indent=1))
    print(f"tried {len(taken)}, survived {len(answered)}, lost = {lost}; seen by others = {leaked}")
    return lost == 0 and leaked == 0 and opens == 0 and rounds > 0


def _percentiles(seconds: list[float]) -> dict[str, float]:
    low, high = np.percentile(seconds or [float("nan")], [50, 95])
    return {"p50": round(float(low), 2), "p95": round(float(high), 2)}


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="ser-load-") as place:
        # A copy, so that no other program opens its file meanwhile.
        copy = Path(place) / "ser-home" / "runs" / COPY
        shutil.copytree(settings.ARTIFACTS / "models" / MODEL, copy)
        server = serving.start(Path(place))
        try:
            time.sleep(5)  # The warm-up's own reading of the model is over.
            good = asyncio.run(drive(server.url, psutil.Process(server.process.pid), copy))
            log = server.log.read_text(errors="replace")
            if "Traceback" in log:
                print(log[-4000:])
            return 0 if good and "Traceback" not in log else 1
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
