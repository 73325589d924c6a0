"""The voice activity gate: is someone speaking now, or only silence, hum, tones or steady noise?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ser_core import audio

#: How much of the newest sound is judged. On shorter stretches a long vowel looks as steady as noise: of the stretches
#: inside clips of CREMA-D, all of 1.5 s count as speech, of 1 s 97 %, of 0.75 s 93 %.
GATE_S = 1.5
#: A pause this long is no longer part of a sentence.
PAUSE_S = 0.75
#: Sound this far below the loudest of the stretch is a pause.
PAUSE_DB = 35.0


def is_speaking(samples: NDArray[np.float32]) -> bool:
    """Return whether the end of a 16 kHz signal is speech: `audio.is_speech` of its last 1.5 s, and no pause of 0.75 s at its end.

    As there, music whose chords change passes.
    """
    recent = samples[-round(GATE_S * audio.SAMPLE_RATE) :]
    if not audio.is_speech(recent):
        return False
    return len(recent) - audio.trim_bounds(recent, PAUSE_DB)[1] < round(PAUSE_S * audio.SAMPLE_RATE)
