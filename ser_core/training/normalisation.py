"""By what features are scaled: the statistics of the train part, or those of all of a speaker's clips or of the corpus, without labels."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ser_core.corpora.splits import speaker_key
from ser_core.features import profile, store
from ser_core.features.profile import VoiceProfile
from ser_core.features.sources import Source
from ser_core.training.parts import Part

#: A feature that never changes is divided by this instead of by 0.
LEAST_DEVIATION = 1e-6


def voices(
    clips: pd.DataFrame, features: store.Features | store.Together, source: Source, normalise: str
) -> dict[str, VoiceProfile]:
    """Return for every clip (columns clip, speaker) the profile of its speaker's clips, itself among them, or of all clips.

    normalise: speaker or corpus. Changed copies go by the copies of their number: where one is on the telephone, all are.
    Raises ProfileError for a speaker of too little speech.
    """
    copy = clips["clip"].str.extract(r"(#copy\d+)$", expand=False).fillna("")
    key = (speaker_key(clips) if normalise == "speaker" else pd.Series("", index=clips.index)) + copy
    seconds = features.seconds
    found: dict[str, VoiceProfile] = {}
    for _, group in clips["clip"].groupby(key):
        found |= dict.fromkeys(group, profile.of_features(((features[clip], seconds[clip]) for clip in group), source))
    return found


def statistics(train: Part) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and deviation (float64) of every feature over the train part's frames, summed clip by clip; no deviation is below
    LEAST_DEVIATION.
    """
    (given,) = train.inputs
    features, clips = train.features[given.name], train.clips["clip"]
    count = sum(len(features[clip]) for clip in clips)
    mean = sum(np.asarray(features[clip], np.float64).sum(axis=0) for clip in clips) / count
    squares = sum(np.square(features[clip] - mean).sum(axis=0) for clip in clips)
    return mean, np.maximum(np.sqrt(squares / count), LEAST_DEVIATION)
