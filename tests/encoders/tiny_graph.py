"""An audio encoder of a few units as an ONNX graph, as optimum writes one (samples in, every layer's hidden states out); and once more in NumPy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WIDTH, LAYERS = 6, 3
#: Samples that a frame sees, and from frame to frame.
SEEN, STEP = 400, 320


def weights(seed: int = 0) -> dict[str, np.ndarray]:
    """Return drawn weights: of the convolution in front, and of each layer."""
    random = np.random.default_rng(seed)
    found = {"front": random.normal(0.0, 0.1, (WIDTH, 1, SEEN)).astype(np.float32)}
    return found | {
        f"layer{k}": random.normal(0.0, 0.5, (WIDTH, WIDTH)).astype(np.float32) for k in range(1, LAYERS + 1)
    }


def graph(found: dict[str, np.ndarray], *, mask: bool = False, every_layer: bool = True) -> onnx.ModelProto:
    """Return the graph. mask: with an attention mask among its inputs; every_layer: or the last one's hidden states alone."""
    constants = {name: numpy_helper.from_array(values, name) for name, values in found.items()}
    constants["axis"] = numpy_helper.from_array(np.array([1], np.int64), "axis")
    nodes = [
        helper.make_node("Unsqueeze", ["input_values", "axis"], ["one"]),
        helper.make_node("Conv", ["one", "front"], ["convolved"], kernel_shape=[SEEN], strides=[STEP]),
        helper.make_node("Transpose", ["convolved"], ["hidden_states.0"], perm=[0, 2, 1]),
    ]
    names = ["hidden_states.0"]
    for k in range(1, LAYERS + 1):
        name = f"hidden_states.{k}" if every_layer or k < LAYERS else "last_hidden_state"
        nodes += [
            helper.make_node("MatMul", [names[-1], f"layer{k}"], [f"product{k}"]),
            helper.make_node("Tanh", [f"product{k}"], [name]),
        ]
        names.append(name)
    taken = [helper.make_tensor_value_info("input_values", TensorProto.FLOAT, ["batch", "samples"])]
    if mask:
        taken.append(helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch", "samples"]))
    given = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "frames", WIDTH])
        for name in (names if every_layer else names[-1:])
    ]
    body = helper.make_graph(nodes, "tiny", taken, given, list(constants.values()))
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def states(found: dict[str, np.ndarray], sound: np.ndarray) -> list[np.ndarray]:
    """Return what goes into the first layer and each layer's hidden states (frames × WIDTH) of samples."""
    frames = np.lib.stride_tricks.sliding_window_view(sound, SEEN)[::STEP]
    found_states = [frames @ found["front"][:, 0].T]
    for k in range(1, LAYERS + 1):
        found_states.append(np.tanh(found_states[-1] @ found[f"layer{k}"]))
    return found_states


def files(found: dict[str, np.ndarray], at: str = "model.onnx", **how: Any) -> dict[str, bytes]:
    """Return the files of a repository that holds it, by name."""
    preprocessor = {
        "feature_extractor_type": "Wav2Vec2FeatureExtractor",
        "sampling_rate": how.pop("rate", 16_000),
        "do_normalize": how.pop("normalises", True),
        "feature_size": how.pop("values", 1),
    }
    return {
        "config.json": json.dumps(
            {"model_type": "wav2vec2", "num_hidden_layers": LAYERS, "hidden_size": WIDTH}
        ).encode(),
        "preprocessor_config.json": json.dumps(preprocessor).encode(),
        at: graph(found, **how).SerializeToString(),
    }


def write(folder: Path, given: dict[str, bytes]) -> Path:
    """Lay files out in a folder."""
    for name, data in given.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
