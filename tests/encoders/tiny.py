"""A Whisper of a few units with drawn weights, in the layout in which CTranslate2 keeps the real ones; and its encoder once more in NumPy."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from scipy.special import erf

WIDTH, HEADS = 12, 3


def weights(blocks: int = 3, seed: int = 0) -> dict[str, np.ndarray]:
    """Return drawn weights (float16) under Whisper's names."""
    random = np.random.default_rng(seed)

    def drawn(*shape: int) -> np.ndarray:
        return random.normal(0.0, 0.3, shape).astype(np.float16)

    found = {
        "encoder/conv1/weight": drawn(WIDTH, 80, 3),
        "encoder/conv1/bias": drawn(WIDTH),
        "encoder/conv2/weight": drawn(WIDTH, WIDTH, 3),
        "encoder/conv2/bias": drawn(WIDTH),
        "encoder/position_encodings/encodings": drawn(1500, WIDTH),
        "encoder/num_heads": np.array([HEADS], np.int16),
    }
    sizes = {"self_attention/linear_0": (3 * WIDTH, WIDTH), "self_attention/linear_1": (WIDTH, WIDTH)}
    sizes |= {"ffn/linear_0": (4 * WIDTH, WIDTH), "ffn/linear_1": (WIDTH, 4 * WIDTH)}
    for k in range(blocks):
        for part in ("self_attention", "ffn"):
            found[f"encoder/layer_{k}/{part}/layer_norm/gamma"] = (1.0 + drawn(WIDTH)).astype(np.float16)
            found[f"encoder/layer_{k}/{part}/layer_norm/beta"] = drawn(WIDTH)
        for name, size in sizes.items():
            found[f"encoder/layer_{k}/{name}/weight"] = drawn(*size)
            found[f"encoder/layer_{k}/{name}/bias"] = drawn(size[0])
    return found


def write(path: Path, found: dict[str, np.ndarray]) -> Path:
    """Write them as `model.bin`."""
    kinds = {"float32": 0, "int8": 1, "int16": 2, "int32": 3, "float16": 4}
    with path.open("wb") as file:
        file.write(struct.pack("<I", 6) + _text("WhisperSpec") + struct.pack("<II", 3, len(found)))
        for name, values in found.items():
            file.write(_text(name) + struct.pack("<B", values.ndim) + struct.pack(f"<{values.ndim}I", *values.shape))
            file.write(struct.pack("<BI", kinds[values.dtype.name], values.nbytes) + values.tobytes())
    return path


def states(found: dict[str, np.ndarray], logmel: np.ndarray, blocks: int) -> list[np.ndarray]:
    """Return each block's hidden states of a picture (frames × 80), in float64, written down without a library of networks."""
    w = {name: values.astype(np.float64) for name, values in found.items()}
    x = logmel.T.astype(np.float64)
    for name, stride in (("conv1", 1), ("conv2", 2)):
        padded = np.pad(x, ((0, 0), (1, 1)))
        steps = range(0, padded.shape[1] - 2, stride)
        kernel, bias = w[f"encoder/{name}/weight"], w[f"encoder/{name}/bias"]
        x = _gelu(np.stack([np.tensordot(kernel, padded[:, k : k + 3], axes=2) + bias for k in steps], axis=1))
    x = x.T + w["encoder/position_encodings/encodings"][: x.shape[1]]
    found_states = []
    for k in range(blocks):
        at = f"encoder/layer_{k}/"
        heard = _linear(w, at + "self_attention/linear_0", _norm(w, at + "self_attention/layer_norm", x))
        size = WIDTH // HEADS
        heads = []
        for head in range(HEADS):
            q, key, v = (heard[:, part * WIDTH + head * size : part * WIDTH + (head + 1) * size] for part in range(3))
            scores = np.exp(q @ key.T / np.sqrt(size))
            heads.append(scores / scores.sum(axis=1, keepdims=True) @ v)
        x = x + _linear(w, at + "self_attention/linear_1", np.concatenate(heads, axis=1))
        wide = _gelu(_linear(w, at + "ffn/linear_0", _norm(w, at + "ffn/layer_norm", x)))
        x = x + _linear(w, at + "ffn/linear_1", wide)
        found_states.append(x)
    return found_states


def _text(value: str) -> bytes:
    return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"


def _gelu(x: np.ndarray) -> np.ndarray:
    return x * (1.0 + erf(x / np.sqrt(2.0))) / 2.0


def _norm(w: dict[str, np.ndarray], name: str, x: np.ndarray) -> np.ndarray:
    centred = x - x.mean(axis=1, keepdims=True)
    scaled = centred / np.sqrt(np.square(centred).mean(axis=1, keepdims=True) + 1e-5)
    return scaled * w[f"{name}/gamma"] + w[f"{name}/beta"]


def _linear(w: dict[str, np.ndarray], name: str, x: np.ndarray) -> np.ndarray:
    return x @ w[f"{name}/weight"].T + w[f"{name}/bias"]
