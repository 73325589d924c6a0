"""Plotly figures from arrays. Pure functions; one look for all of them, readable in the light and the dark theme."""

from ser_core.figures.answers import probabilities, timeline
from ser_core.figures.averages import average_modulations, average_spectra
from ser_core.figures.counts import counts
from ser_core.figures.film import film, over_epochs
from ser_core.figures.filters import weights
from ser_core.figures.look import (
    EMOTION_COLOURS,
    FALLBACK_COLOURS,
    PICTURE_MAP,
    PICTURE_RANGE_DB,
    WAVE_COLOUR,
    colour,
)
from ser_core.figures.matrix import confusion
from ser_core.figures.modulation import modulation_picture, modulation_steps
from ser_core.figures.points import clip_points
from ser_core.figures.rolling import (
    NO_SPEECH,
    UNCERTAIN,
    fill_rolling_sound,
    fill_rolling_timeline,
    rolling_sound,
    rolling_timeline,
)
from ser_core.figures.selection import selection_path
from ser_core.figures.small_matrix import small_confusion
from ser_core.figures.stack import stacked, wave_and_mel
from ser_core.figures.time_rows import (
    WAVE_COLUMNS,
    Course,
    Picture,
    Row,
    Wave,
    envelope,
    mel_picture,
    row_picture,
    scaled_picture,
)

__all__ = [
    "EMOTION_COLOURS",
    "FALLBACK_COLOURS",
    "NO_SPEECH",
    "PICTURE_MAP",
    "PICTURE_RANGE_DB",
    "UNCERTAIN",
    "WAVE_COLOUR",
    "WAVE_COLUMNS",
    "Course",
    "Picture",
    "Row",
    "Wave",
    "average_modulations",
    "average_spectra",
    "clip_points",
    "colour",
    "confusion",
    "counts",
    "envelope",
    "fill_rolling_sound",
    "fill_rolling_timeline",
    "film",
    "mel_picture",
    "modulation_picture",
    "modulation_steps",
    "over_epochs",
    "probabilities",
    "rolling_sound",
    "rolling_timeline",
    "row_picture",
    "scaled_picture",
    "selection_path",
    "small_confusion",
    "stacked",
    "timeline",
    "wave_and_mel",
    "weights",
]
