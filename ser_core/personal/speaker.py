"""A speaker whose profile grows from recording to recording; what an answer went by stays as it was."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable

from ser_core.features.profile import BandSums, ProfileError, VoiceProfile
from ser_core.predictor import Predictor

#: Recordings that a speaker is known by, the newest; with so many, older ones change nothing any more.
MOST = 100
#: With so many answers, and this share of them naming one emotion, it is wondered whether the voice is like that.
ALIKE_ANSWERS, ALIKE_SHARE = 5, 0.8


class Speaker:
    """One voice on one microphone, as far as it was heard: averages of its recordings, no sound.

    A recording, which whoever adds it names, is judged by those that were heard before it. kept: profiles of an earlier visit.
    """

    def __init__(self, kept: Iterable[VoiceProfile] = ()) -> None:
        self._kept = {profile.source: profile for profile in kept}
        self._speech: dict[str, dict[str, BandSums]] = {}
        self._silent: set[str] = set()
        self._by: dict[str, tuple[str, ...]] = {}
        self._answers: dict[str, str] = {}

    def begin(self, name: str) -> None:
        """Fix what a recording is judged by, where that is not fixed yet: all that was heard before it."""
        if name not in self._by:
            self.judge_again(name)

    def judge_again(self, name: str) -> None:
        """Let a recording be judged by all others that were heard, those after it included."""
        self._by[name] = tuple(other for other in self._speech if other != name)

    def knows(self, name: str) -> bool:
        """Return whether a recording is this speaker's."""
        return name in self._by

    def later(self, name: str) -> int:
        """Return how many of the other recordings one is not judged by."""
        return len(set(self._speech) - {name, *self._by.get(name, ())})

    def drop(self, name: str) -> None:
        """Forget a recording: it is another speaker's. What was judged by it is judged so no more."""
        for known in (self._speech, self._by, self._answers):
            known.pop(name, None)

    def add(self, name: str, predictor: Predictor, speech: BandSums) -> None:
        """Note what a recording adds (`Predictor.speech_of`); one without speech adds nothing."""
        if float(speech.frames.sum()) > 0.0:
            self._speech.setdefault(name, {})[predictor.profile_source] = speech
        else:
            self._silent.add(name)
        while len(self._speech) > MOST:
            del self._speech[next(iter(self._speech))]

    def lacks(self, name: str, predictor: Predictor) -> bool:
        """Return whether what a recording adds to a profile of this model's features is not known."""
        return name not in self._silent and predictor.profile_source not in self._speech.get(name, {})

    def profile(self, predictor: Predictor, name: str | None = None) -> VoiceProfile | None:
        """Return the profile by which a recording is judged, or of all that was heard; None where that is too little speech."""
        which = predictor.profile_source
        names = self._speech if name is None else self._by.get(name, ())
        rows = [self._speech[who][which] for who in names if which in self._speech.get(who, {})]
        kept = self._kept.get(which)
        before = [] if kept is None else [predictor.sums_of(kept)]
        try:
            profile = predictor.profile_of_sums([*before, *rows])
        except ProfileError:
            return None
        return dataclasses.replace(profile, clips=len(rows) + (kept.clips if kept else 0))

    def note(self, name: str, label: str) -> None:
        """Note what a recording was called."""
        self._answers[name] = label

    @property
    def alike(self) -> str:
        """The emotion that nearly all answers name, where there are enough of them to wonder; otherwise empty."""
        if len(self._answers) < ALIKE_ANSWERS:
            return ""
        ((label, n),) = Counter(self._answers.values()).most_common(1)
        return label if n >= ALIKE_SHARE * len(self._answers) else ""
