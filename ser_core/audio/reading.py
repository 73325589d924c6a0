"""Sound in whatever form it is at hand becomes a clip."""

from __future__ import annotations

from pathlib import Path

from ser_core import settings
from ser_core.audio.channels import Channel
from ser_core.audio.clip import Clip
from ser_core.audio.decode import decode


def read(
    sound: str | Path | bytes | Clip, *, max_minutes: float = settings.MAX_MINUTES, channel: Channel | None = None
) -> Clip:
    """Return a recording as every model hears it: one channel at 16 kHz.

    Parameters
    ----------
    sound : str, Path, bytes or Clip
        A file's path or its content (WAV, FLAC, OGG, Opus, MP3, M4A, WebM, …; told by content, 8 to 192 kHz, 1 to 8 channels).
        A clip is returned as it is.
    max_minutes : float, default 10
        Longest recording that is read, minutes. More also lets files of more than 200 MB in, by the same factor.
    channel : {"mix", "left", "right", "each"}, optional
        Of stereo the channels' mean, one of them, or each for itself. Default: looked at, and mixed where that is right.

    Returns
    -------
    Clip
        `samples` (n,), float32 in [-1, 1] at 16 kHz; `duration` in seconds; `original_rate` in Hz; `findings` on its quality.

    Raises
    ------
    AudioError
        It is missing, empty, too long, too large or no sound; the message names the file and says what to do.

    Examples
    --------
    >>> import ser_core as ser
    >>> clip = ser.read("voice.wav")
    >>> clip.sample_rate, clip.samples.dtype.name, clip.samples.ndim
    (16000, 'float32', 1)
    """
    if isinstance(sound, Clip):
        return sound
    max_bytes = round(settings.MAX_UPLOAD_BYTES * max(1.0, max_minutes / settings.MAX_MINUTES))
    return decode(sound, max_minutes=max_minutes, max_bytes=max_bytes, channel=channel)
