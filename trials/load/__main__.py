"""Fifty visitors upload different clips to one real server at once, several rounds of it; every answer is held against the library's.

MODE=shared: strangers on a shared server, beside one who keeps FLOOD tabs (default 10) busy with the longest clips that are taken.
SECONDS (default 300) bounds it, VISITORS (default 50) says how many. Ends with 1 when an answer was wrong or was lost, when one
visitor was sent anything of another's, or when the memory went beyond MOST_MB.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
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
from ser_core.features.profile import ProfileError
from ser_core.predictor import Predictor
from ser_core.runs import Run
from tests.browser import serving
from trials.load.clips import VOICES, bars, clip_of
from trials.load.opened import Opened
from trials.load.visitor import Visitor

VISITORS = int(os.environ.get("VISITORS", "50"))
SHARED = os.environ.get("MODE", "local") == "shared"
FLOOD = int(os.environ.get("FLOOD", "10")) if SHARED else 0
SECONDS = float(os.environ.get("SECONDS", "300"))
ROUNDS = 3
MODEL = "accurate"
#: A copy of it, so that no other program opens its file meanwhile; strangers see what ships alone.
ASKED = MODEL if SHARED else "accurate-copy"
MOST_MB = 1000
#: What the flood sends: as long as a stranger's clip may be.
LONG_S = 115


def said(predictor: Predictor, sounds: list[tuple[str, bytes]]) -> bytes:
    """What the page's bar chart says of the last of a visitor's clips to those who cannot see it, by the library.

    On one's own machine it goes by the voice of the clips before it; a shared server keeps no profile.
    """
    *before, clip = [audio.decode(sound, name=name) for name, sound in sounds]
    voice = None
    if before and not SHARED:
        with contextlib.suppress(ProfileError):  # Too little speech.
            voice = predictor.profile_of(before)
    return bars(predictor.with_voice(voice).predict(clip), ASKED)


def long_clip(turn: int) -> bytes:
    """Speech without end, another one every time."""
    samples = np.tile(audio.decode(VOICES[turn % len(VOICES)]).samples, LONG_S)[: LONG_S * audio.SAMPLE_RATE]
    return audio.encode_wav(samples * np.float32(1 - 1e-3 * (turn % 500)))


async def flood(url: str, tabs: int, sent: list[float]) -> None:
    """Keep so many tabs of one visitor at work until it is cancelled; `sent`: the seconds that each page took."""

    async def tab(number: int) -> None:
        one = Visitor(url, ASKED, address="198.51.100.66")
        await one.arrive()
        try:
            for turn in itertools.count(number * 50):
                sound = await asyncio.to_thread(long_clip, turn)
                _, whole = await one.analyze(f"flood-{turn}.wav", sound, b"no answer is waited for")
                sent.append(whole)
        finally:
            await one.leave()

    await asyncio.gather(*(tab(number) for number in range(tabs)))


async def drive(url: str, process: psutil.Process, model: Path) -> bool:
    predictor = Predictor(Run(model))
    sounds = {
        (who, turn): (f"of-{who:02d}-{turn}-{os.urandom(4).hex()}.wav", clip_of(who, turn))
        for who in range(VISITORS)
        for turn in range(ROUNDS)
    }
    wanted = {(who, turn): said(predictor, [sounds[who, k] for k in range(turn + 1)]) for who, turn in sounds}
    first = Visitor(url, ASKED, address="192.0.2.200" if SHARED else "")
    await first.arrive()
    alone = [await first.analyze(*sounds[0, turn], wanted[0, turn]) for turn in range(ROUNDS)]
    await first.leave()
    before = process.memory_info().rss
    sent: list[float] = []
    flooding = asyncio.create_task(flood(url, FLOOD, sent))
    if FLOOD:
        await asyncio.sleep(10)  # All of its tabs are at work.
    with Opened(model / "model.onnx") as opened:
        visitors = [Visitor(url, ASKED, address=f"192.0.2.{n}" if SHARED else "") for n in range(VISITORS)]
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
    if FLOOD and flooding.done():
        flooding.result()
    flooding.cancel()
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
        "mode": "shared" if SHARED else "local",
        "flood": {"tabs": FLOOD, "pages": len(sent)},
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
    return lost == 0 and leaked == 0 and opens == 0 and rounds > 0 and peak < MOST_MB * 1e6


def _percentiles(seconds: list[float]) -> dict[str, float]:
    low, high = np.percentile(seconds or [float("nan")], [50, 95])
    return {"p50": round(float(low), 2), "p95": round(float(high), 2)}


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="ser-load-") as place:
        model = settings.ARTIFACTS / "models" / MODEL
        if not SHARED:
            model = Path(shutil.copytree(model, Path(place) / "ser-home" / "runs" / ASKED))
        server = serving.start(Path(place), SER_MODE="shared" if SHARED else "local")
        try:
            time.sleep(5)  # The warm-up's own reading of the model is over.
            good = asyncio.run(drive(server.url, psutil.Process(server.process.pid), model))
            log = server.log.read_text(errors="replace")
            if "Traceback" in log:
                print(log[-4000:])
            return 0 if good and "Traceback" not in log else 1
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
