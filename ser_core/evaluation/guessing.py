"""Listen and guess: clips drawn for a listener, and tables of what listeners guessed, one's own and a class'."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ser_core.corpora.crema_d import EMOTION_CODES

#: How many clips a round may have.
SIZES = (12, 24)
#: Of a table of guesses. `listeners` is the majority of the corpus' own listeners, '' for a tie or where it is not known.
COLUMNS = ("clip", "true", "guess", "model", "listeners")
#: Largest file of guesses that is read: a round has 24 rows.
MAX_BYTES = 200_000


class GuessError(ValueError):
    """A file of guesses cannot be used, or a round cannot be drawn; the message says which and why."""


def draw(clips: pd.DataFrame, labels: Sequence[str], n: int, seed: int) -> list[str]:
    """Return `n` clips in a random order, equally many of each label; the same seed draws the same.

    clips: columns clip, true; each clip once. n: a multiple of the number of labels. Raises GuessError where a label has too
    few clips.
    """
    random = np.random.default_rng(seed)
    share, rest = divmod(n, len(labels))
    if rest:
        raise GuessError(f"{n} clips cannot be shared out evenly among {len(labels)} emotions.")
    chosen: list[str] = []
    for label in labels:
        of_label = sorted(clips["clip"][clips["true"] == label])
        if len(of_label) < share:
            raise GuessError(f"The test part has {len(of_label)} clips of {label}; a round of {n} needs {share}.")
        chosen += random.choice(of_label, share, replace=False).tolist()
    return [chosen[place] for place in random.permutation(len(chosen))]


def table(guesses: dict[str, str], answers: pd.DataFrame, listeners: dict[str, str] | None = None) -> pd.DataFrame:
    """Return a row a guess (COLUMNS), in the order of guessing.

    guesses: clip → guess. answers: columns clip, true, predicted. listeners: clip → what most of them chose.
    """
    known = answers.drop_duplicates("clip").set_index("clip")
    rows = [
        (clip, known.at[clip, "true"], guess, known.at[clip, "predicted"], (listeners or {}).get(clip, ""))
        for clip, guess in guesses.items()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def read(data: bytes, name: str) -> pd.DataFrame:
    """Return the table of guesses in a CSV file, as `table` made it. Raises GuessError with the file's name and the reason."""
    if len(data) > MAX_BYTES:
        raise GuessError(f"{name} has {len(data) / 1e6:.1f} MB; a file of guesses has a few kilobytes.")
    try:
        guesses = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
    except (ValueError, UnicodeDecodeError) as error:
        raise GuessError(f"{name} is not a CSV table: {' '.join(str(error).split())}") from error
    missing = [column for column in COLUMNS if column not in guesses]
    if missing:
        raise GuessError(f"{name} has no column '{missing[0]}'; it needs {', '.join(COLUMNS)}.")
    if guesses.empty:
        raise GuessError(f"{name} holds no guess.")
    emotions = set(EMOTION_CODES.values())
    for number, row in enumerate(guesses[list(COLUMNS)].to_dict("records"), start=2):
        for column in ("true", "guess", "model", "listeners"):
            if row[column] not in emotions and not (row[column] == "" and column in ("model", "listeners")):
                raise GuessError(
                    f"{name}, row {number}: '{row[column]}' in the column {column} is no emotion of CREMA-D."
                )
        if _stated(row["clip"]) != row["true"]:
            raise GuessError(
                f"{name}, row {number}: '{row['clip']}' is not a clip of CREMA-D that was meant as {row['true']}."
            )
    twice = guesses["clip"][guesses["clip"].duplicated()]
    if len(twice):
        raise GuessError(f"{name} names the clip {twice.iloc[0]} twice.")
    return guesses[list(COLUMNS)]


def _stated(clip: str) -> str:
    """The intended emotion that a clip's id says; '' for none."""
    corpus, _, stem = clip.partition("/")
    parts = stem.split("_")
    return EMOTION_CODES.get(parts[2], "") if corpus == "crema-d" and len(parts) == 4 else ""
