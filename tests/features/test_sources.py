"""Every source says of itself what the rest of the house asks: a new one touches its own file and the registry."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from ser_core import settings
from ser_core.features import sets, sources
from ser_core.features.sources.base import KINDS
from tests import made

SETS = [one for chosen in sets.SETS.values() for one in chosen.inputs]
EXTERNAL = sources.ExternalSource("theirs", "0" * 16, 3)


@pytest.mark.parametrize(
    "source", [*(one.source for one in SETS), EXTERNAL], ids=lambda source: sources.spec_hash(source)
)
def test_a_source_comes_back_from_json_and_its_groups_hold_every_column_once(source: sources.Source) -> None:
    assert KINDS[source.kind] and source.to_dict()["kind"] == source.kind
    assert sources.from_dict(json.loads(json.dumps(source.to_dict()))) == source
    columns = np.concatenate([group.columns for group in source.groups])
    np.testing.assert_array_equal(np.sort(columns), np.arange(source.dims))
    assert set(source.choices) <= {group.name for group in source.groups}


@pytest.mark.parametrize("source", [one.source for one in SETS], ids=lambda source: sources.spec_hash(source))
def test_a_source_has_the_columns_that_it_states(source: sources.Source) -> None:
    if source.terms and source.missing:
        pytest.skip(source.missing)
    voice = made.voice(150, 0.6, 4, 0.5, np.random.default_rng(0))
    assert source.extract(voice).shape[1] == source.dims and not source.missing


def test_what_cannot_be_asked_of_a_source_is_an_error() -> None:
    vector, frames = sets.named("mfcc-20").inputs[0].source, sources.LogMelSource()
    assert vector.choices == ("mfcc",) and vector.kept(("mfcc",)) == vector == vector.pooled()
    assert not EXTERNAL.gives_profile and vector.band_hz is None and frames.gives_profile and not frames.choices
    assert frames.band_hz is not None and len(frames.band_hz) == frames.dims
    for asked in (lambda: frames.kept(("mfcc",)), frames.pooled):
        with pytest.raises(sources.FeatureError, match="no descriptors"):
            asked()
    joined = sources.JoinedSource((vector, EXTERNAL))
    assert "computed elsewhere" in joined.missing and joined.hears_sound and not EXTERNAL.hears_sound


def test_nobody_outside_asks_which_source_it_is() -> None:
    asks = re.compile(r"isinstance\(.*Source\b")
    rooms = [Path(settings.ROOT) / name for name in ("ser_core", "pages")]
    files = [path for room in rooms for path in room.rglob("*.py") if "features/sources" not in path.as_posix()]
    assert [path.name for path in files if asks.search(path.read_text(encoding="utf-8"))] == []
