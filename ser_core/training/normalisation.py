"""Speaker normalisation: the statistics of all of a speaker's clips, or of the whole corpus', unlabelled, by which their features are scaled."""

from __future__ import annotations

import pandas as pd

from ser_core.corpora.splits import speaker_key
from ser_core.features import profile, store
from ser_core.features.profile import VoiceProfile
from ser_core.features.sources import Source


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
