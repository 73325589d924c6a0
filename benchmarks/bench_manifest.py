"""How long a table of 50,000 clips takes to load and to filter: `python -m benchmarks.bench_manifest`.

A table with every column that a manifest may have (one row in four is a segment) is written to a temporary folder. Loading it
as a corpus and reading the same file with `pandas.read_csv` are timed in turn, in one run; then filters as a page has them: an
emotion and a sex, a speaker, a text within the sentence. Prints a line of JSON and the same in words.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.timing import median_milliseconds
from ser_core.corpora import manifest

ROWS = 50_000
ROUNDS = 9
SPEAKERS = 200
EMOTIONS = ("anger", "disgust", "fear", "happiness", "neutral", "sadness")


def table(path: Path) -> Path:
    """Write the made table."""
    random = np.random.default_rng(0)
    speaker = random.integers(0, SPEAKERS, ROWS)
    cut = random.random(ROWS) < 0.25
    start = np.round(random.uniform(0, 60, ROWS), 2)
    frame = pd.DataFrame(
        {
            "file": [f"audio/speaker-{who:03d}/clip-{number:06d}.wav" for number, who in enumerate(speaker)],
            "emotion": random.choice(EMOTIONS, ROWS),
            "speaker": [f"speaker-{who:03d}" for who in speaker],
            "gender": np.where(speaker % 2, "female", "male"),
            "sentence": [f"This is sentence number {number}." for number in random.integers(0, 400, ROWS)],
            "start": np.where(cut, start, np.nan),
            "end": np.where(cut, np.round(start + random.uniform(1, 5, ROWS), 2), np.nan),
            "split": np.where(speaker < 140, "train", np.where(speaker < 160, "dev", "test")),
        }
    )
    frame.to_csv(path, index=False)
    return path


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = table(Path(folder) / "manifest.csv")
        corpus = manifest.load(path, "bench")
        clips = corpus.clips
        assert len(clips) == ROWS and not corpus.problems
        times = median_milliseconds(
            {
                "load": lambda: manifest.load(path, "bench"),
                "pandas": lambda: pd.read_csv(path),
                "filter": lambda: clips[(clips["emotion"] == "anger") & (clips["sex"] == "female")],
                "speaker": lambda: clips[clips["speaker"] == "speaker-017"],
                "search": lambda: clips[clips["sentence"].str.contains("number 17", case=False, regex=False)],
                "fingerprint": corpus.fingerprint,
            },
            ROUNDS,
        )
    result = {
        "benchmark": "manifest",
        "rows": ROWS,
        "load_ms": times["load"],
        "pandas_read_csv_ms": times["pandas"],
        "ratio": times["load"] / times["pandas"],
        "filter_emotion_and_sex_ms": times["filter"],
        "filter_speaker_ms": times["speaker"],
        "search_sentence_ms": times["search"],
        "fingerprint_ms": times["fingerprint"],
    }
    print(json.dumps({key: round(value, 3) if isinstance(value, float) else value for key, value in result.items()}))
    print(
        f"A table of {ROWS:,} clips loads in {times['load'] / 1000:.2f} s, {result['ratio']:.1f} times as long as pandas.read_csv "
        f"alone ({times['pandas'] / 1000:.2f} s).\nFilters: emotion and sex {times['filter']:.1f} ms, a speaker {times['speaker']:.1f} ms, "
        f"a text in the sentence {times['search']:.1f} ms. Fingerprint, its files asked for: {times['fingerprint'] / 1000:.2f} s."
    )


if __name__ == "__main__":
    main()
