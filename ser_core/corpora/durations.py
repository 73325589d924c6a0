"""How long clips are, without decoding them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ser_core.corpora.base import Corpus, index


def of(corpus: Corpus, *, most_files: int = 5000) -> np.ndarray:
    """Return every clip's seconds in the table's order, NaN where not known.

    From the official index, a segment's start and end, or the file's header; headers are read of at most `most_files` files,
    because each is a look at the disk.
    """
    # Imported here: pages that only list corpora must not load the decoders.
    import soundfile

    clips = corpus.clips
    seconds = np.full(len(clips), np.nan)
    unknown: list[int] = []
    rows = zip(clips["clip"], clips["start"], clips["end"], strict=True)
    for number, (clip, start, end) in enumerate(rows):
        source, _, stem = clip.partition("/")
        entry = index(source).get(stem)
        if entry is not None:
            seconds[number] = entry.samples / entry.sample_rate
        elif end == end:
            seconds[number] = end - (0.0 if start != start else start)
        else:
            unknown.append(number)
    if len(unknown) > most_files:
        return seconds
    paths, starts = clips["path"].to_numpy(), clips["start"].to_numpy()
    for number in unknown:
        try:
            # Opened here: soundfile takes no name that is not UTF-8.
            with Path(paths[number]).open("rb") as sound:
                whole = soundfile.info(sound).duration
        except (soundfile.SoundFileError, OSError):
            continue
        seconds[number] = whole - (0.0 if starts[number] != starts[number] else starts[number])
    return seconds
