"""openSMILE's functionals (eGeMAPSv02, ComParE_2016): which there are, on whose terms, and how the package computes them of a sound."""

from __future__ import annotations

import functools
import importlib.util
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from types import MappingProxyType
from typing import Any

import numpy as np

from ser_core import audio, files, settings

PACKAGE = "opensmile"
#: The version whose numbers the named sets are where none is installed.
KNOWN_VERSION = "2.6.0"
#: `1`: whoever runs this program confirms the licence.
VARIABLE = "SER_ACCEPT_OPENSMILE"
LICENCE_URL = "https://github.com/audeering/opensmile-python/blob/main/LICENSE"
TERMS = (
    "openSMILE (audEERING): free for research, teaching and other non-commercial purposes; commercial products, "
    f"models and features made with it included, need audEERING's licence ({LICENCE_URL})."
)
NOT_INSTALLED = (
    "These features are computed by openSMILE, which is not installed here. Add it with `pip install opensmile` in this program's "
    f"environment (its licence: research and non-commercial use only, {LICENCE_URL})."
)
NOT_CONFIRMED = (
    f"openSMILE may be used for research and other non-commercial purposes only ({LICENCE_URL}); where yours is one, confirm it with "
    f"{VARIABLE}=1 or on the train page."
)

#: Shortest sound of which the package gives numbers, seconds; shorter ones are padded with zeros.
_SHORTEST_S = 0.1
#: The package writes 16 bits and lets what is louder come back from the other side.
_LOUDEST = 1.0 - 2.0**-15


@dataclass(frozen=True)
class Functionals:
    """One of openSMILE's sets.

    title: what readers call it; groups: name → title; layout: to which group the columns belong, in the package's order, as runs of (group,
    number of columns).
    """

    title: str
    groups: Mapping[str, str]
    layout: tuple[tuple[str, int], ...]

    def columns(self, group: str) -> np.ndarray:
        """Return the numbers of a group's columns."""
        return np.flatnonzero(
            np.repeat([name == group for name, _ in self.layout], [width for _, width in self.layout])
        )


#: Layouts stand here, so that a run can be read where the package is not; a test holds them against its names. The groups of eGeMAPS are those
#: of Eyben et al. (2016), those of ComParE of Weninger et al. (2013).
SETS: Mapping[str, Functionals] = MappingProxyType(
    {
        "eGeMAPSv02": Functionals(
            "eGeMAPSv02, the extended Geneva minimalistic acoustic parameter set",
            MappingProxyType(
                {
                    "frequency": "pitch, jitter, formants' frequencies and bandwidths",
                    "energy": "loudness, shimmer, harmonics-to-noise ratio",
                    "spectral": "MFCC, flux, slopes, balance, formants' amplitudes",
                    "temporal": "rate and length of voiced and unvoiced segments",
                }
            ),
            (
                ("frequency", 10),
                ("energy", 10),
                ("spectral", 10),
                ("frequency", 2),
                ("energy", 4),
                ("spectral", 4),
                ("frequency", 4),
                ("spectral", 2),
                ("frequency", 4),
                ("spectral", 2),
                ("frequency", 4),
                ("spectral", 25),
                ("temporal", 6),
                ("energy", 1),
            ),
        ),
        "ComParE_2016": Functionals(
            "ComParE_2016, the large set of the Interspeech challenges",
            MappingProxyType(
                {
                    "energy": "loudness, energy, zero crossings",
                    "spectral": "auditory spectrum, MFCC, spectral shape",
                    "voicing": "pitch, voicing, jitter, shimmer, harmonics-to-noise ratio",
                }
            ),
            (
                ("energy", 248),
                ("spectral", 3410),
                ("voicing", 473),
                ("energy", 92),
                ("spectral", 1265),
                ("energy", 60),
                ("spectral", 825),
            ),
        ),
    }
)

_thread = threading.local()


def installed() -> str:
    """Return the version of the package that is installed here, '' for none."""
    if importlib.util.find_spec(PACKAGE) is None:
        return ""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return ""


def missing(version: str) -> str:
    """Return why functionals of this version cannot be computed here, a sentence with the way out; '' where they can."""
    here = installed()
    if not here:
        return NOT_INSTALLED
    if here != version:
        return f"These features are of openSMILE {version}; here is {here}. `pip install {PACKAGE}=={version}` brings the other."
    return to_confirm()


def to_confirm() -> str:
    """Return the sentence that asks for openSMILE's licence; '' where it was confirmed, or where there is no package to use."""
    if not installed() or os.environ.get(VARIABLE, "").strip() == "1" or settings.home().terms_file.is_file():
        return ""
    return NOT_CONFIRMED


def confirm() -> None:
    """Keep in SER_HOME that whoever runs this program confirmed the licence."""
    files.write_json(
        settings.home().terms_file, {PACKAGE: {"confirmed": datetime.now(UTC).isoformat(timespec="seconds")}}
    )


@functools.cache
def names(name: str) -> tuple[str, ...]:
    """Return the names that the package gives the columns of a set; needs the package."""
    return tuple(_smile(name).feature_names)


def computed(name: str, samples: np.ndarray) -> np.ndarray:
    """Return a set's values of 16 kHz samples, float32; needs the package.

    They are those of the package's `process_signal`, but for two things: what is shorter than 0.1 s is padded with zeros, where the package
    gives none, and what is louder than full scale is clipped, where it wraps around.
    """
    sound = np.clip(samples, -1.0, _LOUDEST).astype(np.float32)
    sound = np.pad(sound, (0, max(0, round(_SHORTEST_S * audio.SAMPLE_RATE) - len(sound))))
    values: np.ndarray = _smile(name)(sound, audio.SAMPLE_RATE)
    return values.reshape(-1).astype(np.float32)


def _smile(name: str) -> Any:
    """The package's extractor, one a thread."""
    kept = _thread.__dict__
    if name not in kept:
        # Imported here: it is an optional package.
        import opensmile

        kept[name] = opensmile.Smile(
            feature_set=opensmile.FeatureSet[name], feature_level=opensmile.FeatureLevel.Functionals
        )
    return kept[name]
