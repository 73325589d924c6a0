"""`features`: a file's features as named arrays."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import Any

import numpy as np

from ser_core import audio, files, runs
from ser_core.features import arrays, extraction


def add(commands: Any) -> None:
    parser = commands.add_parser("features", help="a file's features as named arrays in an NPZ")
    parser.add_argument("file", type=Path, metavar="FILE")
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--set", choices=arrays.NAMES)
    asked.add_argument("--model", metavar="RUN", help="what this run's model is fed with, by its inputs' names")
    parser.add_argument("--out", required=True, type=Path, metavar="OUT.npz")
    parser.set_defaults(handler=features)


def features(stated: argparse.Namespace) -> int:
    """Write the arrays and print their shapes."""
    samples = audio.decode(stated.file).samples
    data = arrays.npz(arrays.extract(samples, stated.set) if stated.set else _fed(stated.model, samples))
    with files.replacing(stated.out) as temporary:
        temporary.write_bytes(data)
    with np.load(io.BytesIO(data)) as archive:
        for name in archive.files:
            print(f"{name}: {' × '.join(str(n) for n in archive[name].shape) or archive[name]}")
    return 0


def _fed(name: str, samples: np.ndarray) -> dict[str, np.ndarray]:
    """What a run's model is fed with before windows are cut: of frames the part that holds sound."""
    run = runs.find(name)
    if run.missing:
        raise runs.RunError(f"The run {run.name} cannot be given a clip. {run.missing}")
    inputs = run.contract.inputs
    features = extraction.of_sound(inputs, samples)
    return {given.name: given.sounding(features[given.name]) for given in inputs}
