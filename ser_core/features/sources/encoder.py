"""Hidden states of a pretrained encoder that is fed with pictures, Whisper's, as a network is fed with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ser_core import encoders
from ser_core.encoders import whisper
from ser_core.features import encoder as hearing
from ser_core.features.sources.base import FeatureError
from ser_core.features.sources.hidden_states import HiddenStates


@dataclass(frozen=True)
class EncoderSource(HiddenStates):
    """Hidden states of some of an encoder's blocks, frames of 20 ms; sha256_16 is of its graph."""

    kind: ClassVar[str] = "encoder"

    @property
    def step_s_of_states(self) -> float:
        return whisper.HOP_S

    @property
    def missing(self) -> str:
        try:
            self._opened()
        except FeatureError as error:
            return str(error)
        return ""

    @property
    def ear(self) -> str:
        return "frozen"

    @property
    def credit(self) -> str:
        return f"Whisper: {whisper.LICENCE}."

    @property
    def pictures(self) -> Mapping[str, Any]:
        return {"encoder": self.encoder}

    def extract(self, samples: np.ndarray) -> np.ndarray:
        """Return frames × dims or one row, float32. Raises FeatureError where the encoder is not here."""
        return self._of_picture(hearing.heard(samples).logmel, self._opened())

    @property
    def looks(self) -> bool:
        return True

    def look(self, samples: np.ndarray) -> hearing.Heard:
        return hearing.heard(samples)

    def of_looks(self, pictures: np.ndarray) -> list[np.ndarray]:
        opened = self._opened()
        return [self._of_picture(picture, opened) for picture in pictures]

    def _of_picture(self, picture: np.ndarray, opened: encoders.Encoder) -> np.ndarray:
        states = hearing.hidden_states(picture, opened)
        return self.of_states([states[block - 1] for block in self.blocks])

    def _opened(self) -> encoders.Encoder:
        try:
            encoder = encoders.find(self.encoder)
        except encoders.EncoderError as error:
            raise FeatureError(str(error)) from error
        if not encoder.sha256.startswith(self.sha256_16) or encoder.width != self.width:
            raise FeatureError(
                f"These features are of another {self.encoder} ({self.sha256_16}) than the one on this machine ({encoder.sha256[:16]})."
            )
        if max(self.blocks) > encoder.blocks:
            raise FeatureError(
                f"{self.encoder} gives {encoder.blocks} blocks; block {max(self.blocks)} is none of them."
            )
        return encoder
