"""Whisper's encoder (Radford et al. 2022, arXiv:2212.04356): what it hears, and its first blocks as an ONNX graph.

Written with ONNX operators alone, so that no other framework is needed to make it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import librosa
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from ser_core.encoders.encoder import EncoderError

#: Of the published weights.
LICENCE = "MIT, © 2022 OpenAI (https://github.com/openai/whisper/blob/main/LICENSE)"
SAMPLE_RATE = 16_000
#: Log-mel as Whisper was trained on: lengths in samples, frequencies in Hz.
LOGMEL: dict[str, Any] = {
    "sample_rate": SAMPLE_RATE,
    "n_fft": 400,
    "hop_length": 160,
    "window": "hann, periodic",
    "pad_mode": "reflect",
    "n_mels": 80,
    "fmin": 0.0,
    "fmax": 8000.0,
    "mel": "slaney",
    "last_frame": "dropped",
    "power_floor": 1e-10,
    "values": "(max(log10 power, largest - 8) + 4) / 4",
}
#: Seconds between two frames of hidden states: the second convolution takes every other frame of the log-mel.
HOP_S = 0.02
LONGEST_S = 30.0
#: Operator set of the graph: the first in which GELU is an operator.
OPSET = 20
_EPSILON = 1e-5


@lru_cache(maxsize=1)
def _mel() -> np.ndarray:
    return librosa.filters.mel(sr=SAMPLE_RATE, n_fft=LOGMEL["n_fft"], n_mels=LOGMEL["n_mels"])


def logmel(samples: np.ndarray) -> np.ndarray:
    """Return Whisper's log-mel of 16 kHz samples: frames of 10 ms × 80 bands, float32, about -1 to 1.

    Sounds shorter than a frame's window are filled up with silence.
    """
    n_fft, hop = LOGMEL["n_fft"], LOGMEL["hop_length"]
    sound = np.pad(samples, (0, max(0, n_fft - len(samples)))).astype(np.float32, copy=False)
    spectrum = librosa.stft(sound, n_fft=n_fft, hop_length=hop, pad_mode="reflect")[:, :-1]
    power = spectrum.real**2 + spectrum.imag**2
    levels = np.log10(np.maximum(_mel() @ power, LOGMEL["power_floor"]))
    levels = np.maximum(levels, levels.max() - 8.0)
    return np.ascontiguousarray((levels.T + 4.0) / 4.0, np.float32)


def mel_hz() -> np.ndarray:
    """Return the centre frequency of every band in Hz (80), low to high."""
    return librosa.mel_frequencies(n_mels=LOGMEL["n_mels"] + 2, fmin=LOGMEL["fmin"], fmax=LOGMEL["fmax"])[1:-1]


def decibels(picture: np.ndarray) -> np.ndarray:
    """Return a log-mel picture's values (any shape) in dB."""
    return 10.0 * (4.0 * picture - 4.0)


def graph(weights: Mapping[str, np.ndarray], blocks: int) -> onnx.ModelProto:
    """Return the first blocks of Whisper's encoder: `logmel` (batch × frames × 80) in, `block1` on (batch × half the frames × width) out.

    weights: as `weights.read` gives them. They are kept in half precision and cast where they are used, as they were published. The
    positions are sliced to the sound's length, so nothing is padded. Raises EncoderError where they are not Whisper's.
    """
    try:
        return _Graph(weights, blocks).model
    except KeyError as error:
        raise EncoderError(
            f"These weights are not those of Whisper, or of fewer blocks: {error} is missing."
        ) from error


class _Graph:
    """The graph while it is written: its nodes and constants."""

    def __init__(self, weights: Mapping[str, np.ndarray], blocks: int) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}
        self.heads = int(weights["encoder/num_heads"].reshape(-1)[0])
        self.width = int(weights["encoder/conv1/bias"].shape[0])
        x = self.positions(self.convolutions("logmel"))
        names = []
        for k in range(blocks):
            x = self.block(x, f"encoder/layer_{k}")
            names.append(f"block{k + 1}")
            self.node("Identity", [x], names[-1])
        bands = int(weights["encoder/conv1/weight"].shape[1])
        body = helper.make_graph(
            self.nodes,
            "whisper",
            [helper.make_tensor_value_info("logmel", TensorProto.FLOAT, ["batch", "frames", bands])],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "states", self.width]) for name in names],
            list(self.constants.values()),
        )
        self.model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
        onnx.checker.check_model(self.model)

    def node(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        output = output or f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def constant(self, name: str, values: Any) -> str:
        self.constants.setdefault(name, numpy_helper.from_array(np.asarray(values), name))
        return name

    def weight(self, name: str, transposed: bool = False) -> str:
        """A weight as float32, kept as float16; a matrix is kept as it is multiplied with."""
        values = np.asarray(self.weights[name], np.float16)
        return self.node("Cast", [self.constant(name, values.T if transposed else values)], to=TensorProto.FLOAT)

    def convolutions(self, picture: str) -> str:
        x = self.node("Transpose", [picture], perm=[0, 2, 1])
        for name, stride in (("encoder/conv1", 1), ("encoder/conv2", 2)):
            convolved = self.node(
                "Conv",
                [x, self.weight(f"{name}/weight"), self.weight(f"{name}/bias")],
                kernel_shape=[3],
                pads=[1, 1],
                strides=[stride],
            )
            x = self.node("Gelu", [convolved])
        return self.node("Transpose", [x], perm=[0, 2, 1])

    def positions(self, x: str) -> str:
        length = self.node("Shape", [x], start=1, end=2)
        zero, axis = self.constant("zero", np.array([0])), self.constant("axis", np.array([0]))
        given = self.node("Slice", [self.weight("encoder/position_encodings/encodings"), zero, length, axis])
        return self.node("Add", [x, given])

    def block(self, x: str, name: str) -> str:
        heard = self.attention(self.norm(x, f"{name}/self_attention/layer_norm"), f"{name}/self_attention")
        x = self.node("Add", [x, heard])
        wide = self.linear(self.norm(x, f"{name}/ffn/layer_norm"), f"{name}/ffn/linear_0")
        return self.node("Add", [x, self.linear(self.node("Gelu", [wide]), f"{name}/ffn/linear_1")])

    def norm(self, x: str, name: str) -> str:
        scale, shift = self.weight(f"{name}/gamma"), self.weight(f"{name}/beta")
        return self.node("LayerNormalization", [x, scale, shift], axis=-1, epsilon=_EPSILON)

    def linear(self, x: str, name: str) -> str:
        product = self.node("MatMul", [x, self.weight(f"{name}/weight", transposed=True)])
        return self.node("Add", [product, self.weight(f"{name}/bias")])

    def attention(self, x: str, name: str) -> str:
        size = self.width // self.heads
        # Queries, keys and values side by side → three × batch × heads × frames × size.
        split = self.constant("split", np.array([0, 0, 3, self.heads, size]))
        together = self.node("Reshape", [self.linear(x, f"{name}/linear_0"), split])
        three = self.node("Transpose", [together], perm=[2, 0, 3, 1, 4])
        queries, keys, values = (
            self.node("Gather", [three, self.constant(f"part{k}", np.array(k))], axis=0) for k in range(3)
        )
        scale = self.constant("scale", np.array(size**-0.5, np.float32))
        scores = self.node(
            "MatMul", [self.node("Mul", [queries, scale]), self.node("Transpose", [keys], perm=[0, 1, 3, 2])]
        )
        heard = self.node("MatMul", [self.node("Softmax", [scores], axis=-1), values])
        joined = self.constant("joined", np.array([0, 0, self.width]))
        beside = self.node("Reshape", [self.node("Transpose", [heard], perm=[0, 2, 1, 3]), joined])
        return self.linear(beside, f"{name}/linear_1")
