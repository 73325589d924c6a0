"""What hidden states of a pretrained encoder have in common as features, whatever the encoder is fed with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Self

import numpy as np

from ser_core.features.sources.base import POOLS, FeatureError, Group, Source, pooled


@dataclass(frozen=True)
class HiddenStates(Source):
    """Hidden states of some of an encoder's blocks, one beside the other, of the sound without silence at both ends and at one level.

    encoder: its name; sha256_16: how the SHA-256 of what runs it begins; width: values of a frame of each block. pools: how frames
    become one vector, empty for the frames themselves, of which every `every` are averaged.
    """

    encoder: str
    sha256_16: str
    width: int
    blocks: tuple[int, ...] = (1, 2, 3)
    pools: tuple[str, ...] = ("mean", "std")
    every: int = 1

    block: ClassVar[str] = "block"
    """What one of them is called."""

    def __post_init__(self) -> None:
        # A stranger's feature.json states them, too.
        numbers = (self.width, self.every, *self.blocks)
        fits = isinstance(self.encoder, str) and isinstance(self.sha256_16, str) and bool(self.blocks)
        fits = fits and all(isinstance(n, int) and n >= 0 for n in numbers) and min(self.width, self.every) > 0
        if not fits or not set(self.pools) <= set(POOLS):
            raise FeatureError(f"These are no hidden states of an encoder: {self.to_dict()}")

    @property
    def dims(self) -> int:
        return self.width * len(self.blocks) * max(1, len(self.pools))

    @property
    def step_s_of_states(self) -> float:
        """Seconds from frame to frame of the hidden states."""
        raise NotImplementedError

    @property
    def hop_s(self) -> float:
        return 0.0 if self.pools else self.step_s_of_states * self.every

    @property
    def half_precision(self) -> bool:
        return not self.pools

    @property
    def groups(self) -> list[Group]:
        columns = np.arange(self.dims).reshape(-1, len(self.blocks), self.width)
        return [
            Group(name, f"{self.encoder}, {self.block} {block}", columns[:, k].ravel())
            for k, (name, block) in enumerate(zip(self.choices, self.blocks, strict=True))
        ]

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(f"{self.block}{block}" for block in self.blocks)

    def kept(self, names: tuple[str, ...]) -> Self:
        return replace(self, blocks=tuple(int(name.removeprefix(self.block)) for name in names))

    def pooled(self) -> Self:
        return self if self.pools else replace(self, pools=("mean", "std"), every=1)

    def of_states(self, states: list[np.ndarray]) -> np.ndarray:
        """Return the features of the blocks' hidden states (frames × width each), in the order of `blocks`."""
        frames = np.concatenate(states, axis=1)
        if self.pools:
            return pooled(frames, self.pools)[None].astype(np.float32)
        if self.every > 1:
            starts = np.arange(0, len(frames), self.every)
            counts = np.minimum(self.every, len(frames) - starts)
            frames = np.add.reduceat(frames, starts, axis=0) / counts[:, None]
        return frames.astype(np.float32)
