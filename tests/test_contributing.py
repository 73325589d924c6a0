"""The worked examples of CONTRIBUTING.md run as they stand there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from ser_core import runs, settings
from ser_core.corpora import crema_d
from ser_core.features import sets
from ser_core.features.spectral import DESCRIPTORS
from ser_core.networks import build
from ser_core.training import repeats
from ser_core.training.reporter import Quiet
from tests import made


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """What the document's Python blocks define, one after another; what they register is taken back."""
    monkeypatch.setenv("SER_HOME", str(tmp_path / "home"))
    for registry in (build.BODIES, sets.SETS, DESCRIPTORS):
        for name, value in registry.items():
            monkeypatch.setitem(registry, name, value)
    before = [dict(registry) for registry in (build.BODIES, sets.SETS, DESCRIPTORS)]
    monkeypatch.setattr(build, "OF_VECTORS", build.OF_VECTORS)
    text = (settings.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL):
        exec(compile(block, "CONTRIBUTING.md", "exec"), found)
    yield found
    for registry, kept in zip((build.BODIES, sets.SETS, DESCRIPTORS), before, strict=True):
        registry.clear()
        registry.update(kept)


def test_the_network_and_the_feature_train_to_a_whole_run(example: dict[str, Any], tmp_path: Path) -> None:
    corpus = crema_d.MODULE.load(made.crema_d(tmp_path / "c", made.SPEAKERS[:4], seconds=0.4))
    # One process: what the example registers is known in this one alone.
    recipe = example["RECIPE"].with_(features="mfcc-peak", split="clips")
    from ser_core.features import store

    for one in recipe.feature_set.inputs:
        store.load(corpus, one.source, n_jobs=1)
    run = repeats.train(recipe, corpus, runs.create(tmp_path / "r"), Quiet())
    assert run.problems(hashes=True) == []
    assert run.feature["inputs"][0]["shape"] == [42]


def test_the_corpus_reads_its_folder(example: dict[str, Any], tmp_path: Path) -> None:
    for name in ("a_anger_1", "a_neutral_1", "b_anger_1"):
        soundfile.write(tmp_path / f"{name}.wav", np.zeros(1600), 16000)
    corpus = example["MODULE"].load(tmp_path)
    assert corpus.speakers == ("a", "b")
    assert corpus.emotions == ("anger", "neutral")
