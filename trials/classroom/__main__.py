"""A class of 25 on one real server: everybody joins, trains in turn on what the class acted, and asks the model meanwhile; then the lesson ends.

PUPILS (default 25) says how many, SECONDS (default 600) within which their trainings have to end. Pupils ask each at a moment of their own
in every ROUND_S; in each fourth round all at once, which is told apart. Ends with 1 when an answer was wrong or lost, 95 % of those asked
each in their own time were not there in 3 s, a training failed or was late, TensorFlow was in the server, or a file or a nickname was left.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

from pages.server import class_door
from ser_core import audio, classroom, jobs, runs, settings
from ser_core.classroom import ending, pupils
from ser_core.corpora.recordings import Recordings
from ser_core.jobs import runner, waits
from ser_core.predictor import Predictor
from tests import made
from tests.browser import serving
from trials.load.clips import bars, clip_of
from trials.load.polling import Polling
from trials.load.visitor import XSRF

PUPILS = int(os.environ.get("PUPILS", "25"))
SECONDS = float(os.environ.get("SECONDS", "600"))
NAME, MODEL = "7b", "accurate"
#: Pupils who look at their training while the others ask the model, seconds of a round in which each asks once, and what 95 % may take.
WATCHING, ROUND_S, P95_S = 8, 20.0, 3.0
#: Each so manieth round everybody asks at the same moment.
AT_ONCE = 4
PATIENCE_S = 60.0
NICKNAME = "pupil-qx-{:02d}"
EMOTIONS = dict(zip(made.CODES, ("anger", "disgust", "fear", "happiness", "neutral", "sadness"), strict=True))


def act(lesson: classroom.Lesson) -> None:
    """Give every pupil a made recording of each emotion, in a voice of their own."""
    for number, pupil in enumerate(pupils.listed(lesson)):
        random = np.random.default_rng(number)
        own = random.uniform(0.8, 1.25)
        for code, emotion in EMOTIONS.items():
            pitch, level, rhythm = made.CODES[code]
            sound = made.voice(pitch * own, level, rhythm, random.uniform(1.2, 2.0), random)
            Recordings(settings.home(pupil.id).recordings).add(
                audio.encode_wav(sound), emotion, sitting="lesson", speaker=pupil.nickname
            )


async def join(url: str, lesson: classroom.Lesson, number: int) -> dict[str, str]:
    """Join as a browser does; return its cookies."""
    async with httpx.AsyncClient(base_url=url, headers={"Origin": url}) as http:
        form = {"key": lesson.state["key"], "nickname": NICKNAME.format(number)}
        answer = await http.post(class_door.JOIN, data=form)
        assert answer.status_code == 303, answer.text
        return {name: value for name, value in http.cookies.items() if name != XSRF}


async def teach(url: str, code: str) -> dict[str, str]:
    async with httpx.AsyncClient(base_url=url, headers={"Origin": url}) as http:
        assert (await http.post(class_door.TEACH, data={"code": "WRONGONE"})).status_code == 400
        answer = await http.post(class_door.TEACH, data={"code": code})
        assert answer.status_code == 303, answer.text
        return {name: value for name, value in http.cookies.items() if name != XSRF}


async def drive(server: serving.Server, lesson: classroom.Lesson, code: str) -> bool:
    url, process = server.url, psutil.Process(server.process.pid)
    before = process.memory_info().rss
    predictor = Predictor(runs.find(MODEL))
    cookies = [await join(url, lesson, number) for number in range(PUPILS)]
    teacher = Polling(url, page="class", query="view=queue", cookies=await teach(url, code))
    await asyncio.to_thread(act, lesson)

    begun = time.perf_counter()
    trainers = [Polling(url, page="train", query="view=new", cookies=one) for one in cookies]
    await asyncio.gather(*(one.arrive() for one in trainers))
    arrived = time.perf_counter() - begun
    first = time.time()
    pressed = await asyncio.gather(*(one.press("Train") for one in trainers))
    queued = jobs.in_state(*jobs.ACTIVE, "done", everyone=True)
    foretold = {id: time.time() + seconds for id, seconds in waits.starts_in().items() if seconds is not None}
    await teacher.arrive()
    watching, rest = trainers[:WATCHING], trainers[WATCHING:]
    await asyncio.gather(*(one.leave() for one in rest))

    askers = [Polling(url, MODEL, cookies=one) for one in cookies]
    await asyncio.gather(*(one.arrive() for one in askers))
    apart: list[float] = []
    at_once: list[float] = []
    moments = np.random.default_rng(0)
    peak, turn, load = before, 0, []
    while (waiting := jobs.in_state(*jobs.ACTIVE, everyone=True)) and time.time() - first < SECONDS:
        sounds = [(f"of-{who:02d}-{turn}.wav", clip_of(who, turn)) for who in range(PUPILS)]
        wanted = await asyncio.to_thread(
            lambda s=sounds: [bars(predictor.predict(audio.decode(sound, name=name)), MODEL) for name, sound in s]
        )
        looking = [asyncio.create_task(one.watch(ROUND_S)) for one in (*watching, teacher)]
        turn += 1
        together = turn % AT_ONCE == 0
        when = np.zeros(PUPILS) if together else moments.uniform(0.0, ROUND_S, PUPILS)
        asked = (_asked(one, when[who], *sounds[who], wanted[who]) for who, one in enumerate(askers))
        (at_once if together else apart).extend(await asyncio.gather(*asked))
        peak = max(peak, process.memory_info().rss)
        load.append(os.getloadavg()[0])
        await asyncio.gather(*looking)
        print(f"round {turn}: {len(waiting)} wait or train, {time.time() - first:.0f} s", flush=True)
    ended = [job for job in jobs.all_jobs(everyone=True) if job.state == "done"]
    last = max((job.path / "end.json").stat().st_mtime for job in ended) if ended else float("inf")
    off = [job.began - foretold[job.id] for job in ended if job.id in foretold and job.began is not None]
    waited = [job.began - first for job in ended if job.began is not None]
    took = [seconds for job in ended if (seconds := waits.took(job)) is not None]
    scores = [run.metrics["test"]["uar"] for pupil in pupils.listed(lesson) for run in _runs(pupil)]
    tensorflow = (
        "tensorflow" in Path(f"/proc/{server.process.pid}/maps").read_text() if sys.platform == "linux" else None
    )

    there = ending.everything(lesson)
    await asyncio.gather(*(one.leave() for one in (*watching, *askers, teacher)))
    end = Polling(url, page="class", query="view=end", cookies=teacher.cookies)
    await end.arrive()
    told = end.seen.decode("utf-8", "replace")
    shown = all(NICKNAME.format(number) in told for number in range(PUPILS)) or "nicknames" in told
    ending_s = await end.press("Yes, delete everything")
    gone = b"no file is left on the computer" in end.seen
    await end.leave()
    left = [path for path in server.home.parents[2].rglob("*") if not path.is_dir() and _of_a_pupil(path)]
    answers, burst = _percentiles(apart), _percentiles(at_once)
    measured = {
        "pupils": PUPILS,
        "cores": os.cpu_count(),
        "load_of_machine": {
            "mean": round(statistics.mean(load), 1) if load else None,
            "most": round(max(load, default=0), 1),
        },
        "train_pages_arrived_s": round(arrived, 1),
        "train_pressed_s": {"median": round(statistics.median(pressed), 2), "most": round(max(pressed), 2)},
        "trainings": {"asked": len(queued), "done": len(ended), "all_done_s": round(last - first, 1)},
        "training_s": {"median": round(statistics.median(took), 1), "most": round(max(took), 1)} if took else None,
        "uar": {"median": round(statistics.median(scores), 2), "least": round(min(scores), 2)} if scores else None,
        "begins_off_s": {"median": round(statistics.median(off), 1), "worst": round(max(off, key=abs), 1)}
        if off
        else None,
        "waited_s": {"median": round(statistics.median(waited), 1), "most": round(max(waited), 1)} if waited else None,
        "answers": answers,
        "answers_all_at_once": burst,
        "looks_of_open_pages": sum(one.looked for one in (*trainers, *askers, teacher)),
        "rss_mb": {"before": round(before / 1e6), "peak": round(peak / 1e6)},
        "tensorflow_in_the_server": tensorflow,
        "end": {"shown": shown, "files": there.files, "mb": round(there.bytes / 1e6, 1), "seconds": round(ending_s, 1)},
        "left": [str(path) for path in left][:5],
        "folder_gone": not lesson.folder.exists(),
        "page_says_so": gone,
    }
    print(json.dumps(measured, indent=1))
    return (
        answers["right"] == answers["tried"] > 0
        and burst["right"] == burst["tried"]
        and answers["p95_s"] < P95_S
        and len(ended) == PUPILS
        and last - first < SECONDS
        and not tensorflow
        and shown
        and gone
        and not left
        and not lesson.folder.exists()
    )


async def _asked(one: Polling, wait_s: float, name: str, sound: bytes, wanted: bytes) -> float:
    """The seconds that an answer takes which is asked for after `wait_s`; one that is not there after PATIENCE_S is lost (infinite).

    Until then, and until the round is over, the page looks by itself.
    """
    over = time.monotonic() + ROUND_S
    await one.watch(wait_s)
    try:
        async with asyncio.timeout(PATIENCE_S):
            answer, _ = await one.analyze(name, sound, wanted)
    except TimeoutError:
        print(f"{name}: lost; its page said last: {one.kinds[-12:]}", flush=True)
        return float("inf")
    await one.watch(max(0.0, over - time.monotonic()))
    return answer


def _percentiles(taken: list[float]) -> dict[str, Any]:
    right = [seconds for seconds in taken if seconds != float("inf")]
    p50, p95 = (round(float(np.percentile(right or [float("nan")], q)), 2) for q in (50, 95))
    return {"tried": len(taken), "right": len(right), "p50_s": p50, "p95_s": p95}


def _runs(pupil: classroom.Pupil) -> list[runs.Run]:
    folder = settings.home(pupil.id).runs
    return [runs.Run(path) for path in folder.iterdir() if (path / "metrics.json").is_file()] if folder.is_dir() else []


def _of_a_pupil(path: Path) -> bool:
    """Whether a file names a pupil, or lies where the class' things lay."""
    if classroom.lesson.PARENT in path.parts[-8:]:
        return True
    return NICKNAME.partition("{")[0].encode() in path.read_bytes()


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="ser-class-", ignore_cleanup_errors=True) as place:
        lesson, code = classroom.open_class(Path(place) / "ser-home", NAME)
        stated = {"SER_MODE": "shared", "SER_CLASS": NAME, "SER_HOME": str(lesson.folder)}
        # This program looks at the same lesson, as its teacher.
        os.environ.update(stated)
        server = serving.start(Path(place), **stated)
        try:
            time.sleep(5)  # The warm-up is over.
            good = asyncio.run(drive(server, lesson, code))
            log = server.log.read_text(errors="replace")
            if "A page failed" in log:
                print(log[-4000:])
            return 0 if good and "A page failed" not in log else 1
        except Exception:
            print(server.log.read_text(errors="replace")[-4000:], flush=True)
            raise
        finally:
            server.stop()
            for job in runner.waiting(everyone=True) if lesson.goes_on else []:
                job.cancel()


if __name__ == "__main__":
    sys.exit(main())
