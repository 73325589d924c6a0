"""What the trained graph makes of its own train part, kept beside it, so that clips unlike it can be told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ser_core import graphs
from ser_core.evaluation.temperature import clip_means
from ser_core.graphs import novelty
from ser_core.runs import Run
from ser_core.training.parts import Part

#: Clips whose windows are in memory at once.
AT_ONCE = 64
#: Clips of a part that are looked at, at most.
MOST = 20_000


def write(run: Run, train: Part, validation: Part) -> None:
    """Write novelty.npz of a run that has its model.onnx; of too few clips nothing can be said and nothing is written."""
    path = run.path / "model.onnx"
    found = novelty.fit(described(path, _some(train)), described(path, _some(validation)))
    if found is not None:
        found.save(run.path / novelty.FILE)


def _some(part: Part) -> Part:
    """The part, or MOST clips of it: what it is like needs no more, and all of a large one would not fit into memory."""
    if len(part.clips) <= MOST:
        return part
    drawn = np.sort(np.random.default_rng(0).permutation(len(part.clips))[:MOST])
    return replace(part, clips=part.clips.iloc[drawn], taught=None)


def described(path: Path, part: Part) -> np.ndarray:
    """Return what stands for every clip (`graphs.novelty.describe`, clips × dims): the mean embedding of its windows by the graph at
    `path`, and its picture where the network reads one.
    """
    session = graphs.session(path)
    one = part.inputs[0]
    found = []
    for piece in part.in_pieces(AT_ONCE):
        windows, rows = piece.windows
        _, embedding = graphs.run(session, windows)
        for clip, mean in zip(piece.clips["clip"], clip_means(embedding, rows), strict=True):
            found.append(novelty.describe(mean, one.picture(np.asarray(part.features[one.name][clip]))))
    return np.stack(found) if found else np.empty((0, 1))
