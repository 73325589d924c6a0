"""A stream of frames becomes a timeline of emotions, as it comes. Knows no browser; driven by files in the tests.

frames → intake (bounded; the newest sound wins) → joiner (one 16 kHz signal; gaps) → ring and recording → listener (a
window every half second) → judge (voice activity gate, the model, smoothing) → the session's timeline → saving.
"""

from ser_core.streaming.frames import Chunk, from_array, from_av
from ser_core.streaming.judge import EMOTION, HOP_S, NO_SPEECH, UNCERTAIN, Entry
from ser_core.streaming.listener import Listener
from ser_core.streaming.saving import save
from ser_core.streaming.session import KEPT_S, Session, Snapshot
from ser_core.streaming.voice_activity import is_speaking

__all__ = [
    "EMOTION",
    "HOP_S",
    "KEPT_S",
    "NO_SPEECH",
    "UNCERTAIN",
    "Chunk",
    "Entry",
    "Listener",
    "Session",
    "Snapshot",
    "from_array",
    "from_av",
    "is_speaking",
    "save",
]
