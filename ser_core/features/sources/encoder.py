"""Hidden states of a pretrained encoder as a network is fed with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ser_core import encoders
from ser_core.encoders import whisper
from ser_core.features import encoder as hearing
from ser_core.features.sources.base import POOLS, FeatureError, Group, Source


@dataclass(frozen=True)
class EncoderSource(Source):
    """Hidden states of some of an encoder's blocks, one beside the other, of the sound without silence at both ends and at one level.

    encoder: its name; sha256_16: how the SHA-256 of its graph begins; width: values of a frame of each block. pools: how frames
    become one vector, empty for the frames of 20 ms themselves, of which every `every` are averaged.
    """

    encoder: str
    sha256_16: str
    width: int
    blocks: tuple[int, ...] = (1, 2, 3)
    pools: tuple[str, ...] = ("mean", "std")
    every: int = 1

    kind: ClassVar[str] = "encoder"

    @property
    def dims(self) -> int:
        return self.width * len(self.blocks) * max(1, len(self.pools))

    @property
    def hop_s(self) -> float:
        return 0.0 if self.pools else whisper.HOP_S * self.every

    @property
    def pretrained(self) -> bool:
        return True

    @property
    def half_precision(self) -> bool:
        return not self.pools

    @property
    def missing(self) -> str:
        try:
            self._opened()
        except FeatureError as error:
            return str(error)
        return ""

    @property
    def pictures(self) -> Mapping[str, Any]:
        return {"encoder": self.encoder}

    @property
    def groups(self) -> list[Group]:
        columns = np.arange(self.dims).reshape(-1, len(self.blocks), self.width)
        return [
            Group(name, f"{self.encoder}, block {block}", columns[:, k].ravel())
            for k, (name, block) in enumerate(zip(self.choices, self.blocks, strict=True))
        ]

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(f"block{block}" for block in self.blocks)

    def kept(self, names: tuple[str, ...]) -> EncoderSource:
        return replace(self, blocks=tuple(int(name.removeprefix("block")) for name in names))

    def pooled(self) -> EncoderSource:
        return self if self.pools else replace(self, pools=("mean", "std"), every=1)

    def extract(self, samples: np.ndarray) -> np.ndarray:
        """Return frames × dims or one row, float32. Raises FeatureError where the encoder is not here."""
        states = hearing.hidden_states(hearing.heard(samples).logmel, self._opened())
        return self.of_states(states)

    @property
    def looks(self) -> bool:
        return True

    def look(self, samples: np.ndarray) -> hearing.Heard:
        return hearing.heard(samples)

    def of_looks(self, pictures: np.ndarray) -> list[np.ndarray]:
        opened = self._opened()
        return [self.of_states(hearing.hidden_states(picture, opened)) for picture in pictures]

    def of_states(self, states: list[np.ndarray]) -> np.ndarray:
        """Return the features of every block's hidden states (frames × width each)."""
        frames = np.concatenate([states[block - 1] for block in self.blocks], axis=1)
        if self.pools:
            return np.concatenate([POOLS[pool](frames) for pool in self.pools])[None].astype(np.float32)
        if self.every > 1:
            starts = np.arange(0, len(frames), self.every)
            counts = np.minimum(self.every, len(frames) - starts)
            frames = np.add.reduceat(frames, starts, axis=0) / counts[:, None]
        return frames.astype(np.float32)

    def _opened(self) -> encoders.Encoder:
        try:
            found = encoders.find(self.encoder)
        except encoders.EncoderError as error:
            raise FeatureError(str(error)) from error
        if not found.sha256.startswith(self.sha256_16) or found.width != self.width:
            raise FeatureError(
                f"These features are of another {self.encoder} ({self.sha256_16}) than the one on this machine ({found.sha256[:16]})."
            )
        if max(self.blocks) > found.blocks:
            raise FeatureError(f"{self.encoder} gives {found.blocks} blocks; block {max(self.blocks)} is none of them.")
        return found
