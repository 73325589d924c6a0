"""Features of clips: log-mel pictures, spectral descriptors, modulation spectra, and their store on disk.

The package can be called, too: `features(sound, name)`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ser_core.callable_module import make_callable

if TYPE_CHECKING:
    import numpy as np

    from ser_core.audio import Clip


def features(sound: str | Path | bytes | Clip, name: str = "logmel") -> np.ndarray:
    """Return the features of a recording that a feature set names, as networks are fed with them, before any scaling.

    Parameters
    ----------
    sound : str, Path, bytes or Clip
        A clip, or what `read` makes one of.
    name : str, default "logmel"
        A feature set, `ser_core.features.sets.SETS` has them all: "logmel" is the log-mel spectrogram (64 bands from 50 to 8000 Hz, a
        frame every 12.5 ms, dB), "seed" the mean and deviation of ten descriptors, "mfcc-20", "msf", "whisper" and others.

    Returns
    -------
    numpy.ndarray
        float32. Of a set of frames (frames, dims): the whole recording, so that frame k lies at k times the hop; networks leave the
        silence at both ends out later. Of a set of vectors (dims,): of the sounding part.

    Raises
    ------
    FeatureError
        There is no such set, or it cannot be computed of a new recording.
    AudioError
        The recording cannot be read.

    Examples
    --------
    >>> import ser_core as ser
    >>> clip = ser.read("voice.wav")
    >>> ser.features(clip).shape[1]
    64
    >>> ser.features(clip, "mfcc-20").shape
    (40,)
    """
    # Imported here: whoever imports a module of this package does not need all of them.
    from ser_core import audio
    from ser_core.features import extraction, sets

    chosen = sets.named(name)
    (given,) = chosen.inputs
    values = extraction.of_source(given.source, audio.read(sound).samples).copy()
    return values[0] if chosen.is_vector else values


make_callable(__name__, features)
