"""What a corpus states of single clips, for the clips of a run: from the corpus on this machine, else from their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from ser_core.corpora import crema_d
from ser_core.corpora.base import Corpus

STATED = ("sex", "age", "race", "intensity", "sentence")


def corpus_of(clip: str) -> str:
    """Return the name of the corpus that a clip id belongs to: `crema-d` of `crema-d/1001_DFA_ANG_XX`."""
    return clip.split("/", maxsplit=1)[0]


def original(clip: str) -> str:
    """Return the clip of which an augmented copy was made: `crema-d/a` of `crema-d/a#copy2`; any other id as it is."""
    return clip.split("#copy", maxsplit=1)[0]


def of_clips(clips: Sequence[str], corpora: Mapping[str, Corpus]) -> pd.DataFrame:
    """Return a row a clip with STATED (text, '' where not known; age in years, NaN where not known), in the clips' order.

    corpora: those that are here, by name. Of CREMA-D's clips that are not, intensity and sentence stand in their names; sex,
    age and race stand in the corpus' table of actors alone.
    """
    wanted = pd.DataFrame({"clip": [original(clip) for clip in clips]})
    known = [corpus.clips[["clip", *STATED]] for corpus in corpora.values()]
    absent = [clip for clip in dict.fromkeys(wanted["clip"]) if corpus_of(clip) not in corpora]
    known.append(pd.DataFrame([_from_name(clip) for clip in absent], columns=["clip", *STATED]))
    table = pd.concat([frame for frame in known if not frame.empty], ignore_index=True).drop_duplicates("clip")
    details = wanted.merge(table, on="clip", how="left", validate="many_to_one")
    text = [name for name in STATED if name != "age"]
    details[text] = details[text].fillna("").astype(str)
    details["age"] = pd.to_numeric(details["age"])
    return details[list(STATED)]


def _from_name(clip: str) -> dict[str, object]:
    row: dict[str, object] = {"clip": clip, "sex": "", "age": None, "race": "", "intensity": "", "sentence": ""}
    match = crema_d.NAME.match(clip.removeprefix("crema-d/")) if corpus_of(clip) == "crema-d" else None
    if match:
        _, sentence, _, level = match.groups()
        row |= {"intensity": crema_d.LEVEL_CODES[level], "sentence": crema_d.SENTENCES.get(sentence, sentence)}
    return row
