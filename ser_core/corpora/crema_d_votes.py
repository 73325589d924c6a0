"""What listeners heard in CREMA-D's clips, voice only: votes for each emotion.

Source: `processedResults/tabulatedVotes.csv` of the official repository, made from 2,443 listeners' answers; the first digit of a
row's id is the modality: 1 voice only, 2 face only, 3 both.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ser_core.corpora.base import CorpusError
from ser_core.corpora.crema_d import canonical_stem

TABLE = Path("processedResults") / "tabulatedVotes.csv"
#: Columns of the table → emotions.
EMOTIONS = {
    "A": "anger",
    "D": "disgust",
    "F": "fear",
    "H": "happiness",
    "N": "neutral",
    "S": "sadness",
}
VOICE_ONLY = "1"


def read(root: Path) -> pd.DataFrame:
    """Return a row a clip: its id (`crema-d/…`), and how many listeners chose each of the six emotions from the voice alone.

    root: CREMA-D's folder. Columns clip, anger, disgust, fear, happiness, neutral, sadness; whole numbers, sorted by clip; clips
    whose sound is not here are in it too. Raises CorpusError when the table is absent or not the official one.
    """
    path = Path(root) / TABLE
    if not path.is_file():
        raise CorpusError(
            f"What listeners heard is not in {root}: {TABLE.as_posix()} is missing. It lies in the official repository of CREMA-D; "
            "`corpora get crema-d` fetches it."
        )
    try:
        stated = pd.read_csv(path, dtype={0: str}).rename(columns={"Unnamed: 0": "id"})
        voice = stated[stated["id"].astype(str).str[0] == VOICE_ONLY]
        votes = voice[list(EMOTIONS)].rename(columns=EMOTIONS).astype(int)
        clips = "crema-d/" + voice["fileName"].map(canonical_stem)
    except (KeyError, ValueError, AttributeError) as error:
        raise CorpusError(f"{path} is not CREMA-D's official table of votes ({error}).") from error
    return votes.assign(clip=clips)[["clip", *EMOTIONS.values()]].sort_values("clip", ignore_index=True)
