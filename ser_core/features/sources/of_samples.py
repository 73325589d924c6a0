"""Hidden states of an audio encoder of the Hugging Face Hub, as a network is fed with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from ser_core.encoders import EncoderError, of_samples
from ser_core.features import encoder as hearing
from ser_core.features.sources.base import FeatureError
from ser_core.features.sources.hidden_states import HiddenStates


@dataclass(frozen=True)
class SamplesEncoderSource(HiddenStates):
    """Hidden states of some of the layers (`blocks`, 0 is what goes into the first) of an encoder that takes the samples themselves.

    sha256_16 is of its graph or weights, '' for a known encoder that is not here yet. backend: what runs it; repository, revision: where it
    is from, '' for a folder of one's own; step_s: seconds from frame to frame; licence: of the weights, '' where nobody states it.
    """

    backend: str = "onnx"
    repository: str = ""
    revision: str = ""
    step_s: float = 0.02
    licence: str = ""

    kind: ClassVar[str] = "samples-encoder"
    block: ClassVar[str] = "layer"

    def __post_init__(self) -> None:
        super().__post_init__()
        stated = (self.backend, self.repository, self.revision, self.licence)
        if not all(isinstance(text, str) for text in stated) or not 0.0 < self.step_s <= 1.0:
            raise FeatureError(f"These are no hidden states of an encoder of samples: {self.to_dict()}")

    @classmethod
    def of(cls, name: str, layers: tuple[int, ...], pools: tuple[str, ...], every: int = 1) -> Self:
        """Return the source of an encoder that is here, or of a known one, which then says what is `missing`.

        Raises FeatureError for any other, and for layers that it does not have.
        """
        known = of_samples.KNOWN.get(name)
        published = tuple(range(known.layers + 1)) if known else ()
        try:
            encoder = of_samples.find(name)
            given = encoder.layers
        except EncoderError as error:
            if known is None:
                raise FeatureError(str(error)) from error
            encoder, given = None, published
        absent = [layer for layer in layers if layer not in {*given, *published}]
        if absent:
            raise FeatureError(f"{name} has no layer {absent[0]}; it gives {', '.join(map(str, given))}.")
        if encoder is None or not set(layers) <= set(encoder.layers):
            assert known is not None
            return cls(
                name, "", known.width, layers, pools, every, known.backend, known.repository, known.revision, licence=known.licence
            )  # fmt: skip
        return cls(
            name, encoder.sha256[:16], encoder.width, layers, pools, every, encoder.backend, encoder.repository, encoder.revision, encoder.step_s,
            encoder.licence,
        )  # fmt: skip

    @property
    def step_s_of_states(self) -> float:
        return self.step_s

    @property
    def missing(self) -> str:
        try:
            return self._opened().missing
        except FeatureError as error:
            return str(error)

    @property
    def ear(self) -> str:
        return "another"

    @property
    def credit(self) -> str:
        stated = f"their licence is {self.licence}" if self.licence else "no licence is stated for them"
        return f"Its features are made by the weights of {self.repository or self.encoder}: {stated}."

    @property
    def terms(self) -> str:
        return "" if self.licence in of_samples.PERMISSIVE else self.credit

    def extract(self, samples: np.ndarray) -> np.ndarray:
        """Return frames × dims or one row, float32. Raises FeatureError where the encoder is not here or does not run."""
        try:
            return self.of_states(hearing.hidden_states_of_samples(samples, self._opened(), self.blocks))
        except EncoderError as error:
            raise FeatureError(str(error)) from error

    def _opened(self) -> of_samples.SamplesEncoder:
        try:
            encoder = of_samples.find(self.encoder)
        except EncoderError as error:
            raise FeatureError(str(error)) from error
        absent = [layer for layer in self.blocks if layer not in encoder.layers]
        if absent:
            raise FeatureError(
                f"{self.encoder} as it is on this machine has no layer {absent[0]}; it gives {', '.join(map(str, encoder.layers))}."
            )
        if encoder.sha256[:16] != self.sha256_16 or encoder.width != self.width or encoder.backend != self.backend:
            raise FeatureError(
                f"These features are of another {self.encoder} ({self.backend}, {self.sha256_16 or 'not read yet'}) than the one on this "
                f"machine ({encoder.backend}, {encoder.sha256[:16]})."
            )
        return encoder
