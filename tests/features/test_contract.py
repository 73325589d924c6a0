"""feature.json is one value: written as it is read, with the keys that it always had, and held against its graph."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ser_core import audio, graphs, runs, settings
from ser_core.features import sets
from ser_core.features.contract import Contract, ContractError

SHIPPED = sorted(path.name for path in (settings.ARTIFACTS / "models").iterdir())
#: What programs that run a model read.
KEYS = ["sample_rate", "audio_version", "sound", "feature_set", "inputs", "window_s", "hop_s", "long", "pad", "pooling"]
KEYS += ["labels", "threshold"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_models_file_is_written_as_it_is_read(name: str) -> None:
    run = runs.find(name)
    assert json.loads(json.dumps(run.contract.to_json())) == run.feature
    assert Contract.from_json(run.feature) == run.contract
    run.contract.check(graphs.signature(graphs.session(run.model_path())))


@pytest.mark.parametrize("features", sorted(sets.SETS))
def test_every_set_comes_back_with_the_keys_on_disk(features: str) -> None:
    contract = Contract.of(sets.named(features), ("anger", "fear"), 0.5)
    stated = json.loads(json.dumps(contract.to_json()))
    assert list(stated) == KEYS and stated["audio_version"] == audio.VERSION
    assert list(stated["inputs"][0]) == ["name", "shape", "dtype", "source", "frames", "hop", "piece", "beyond"]
    assert [one["name"] for one in stated["inputs"][1:]] == ([] if sets.named(features).is_vector else ["n_frames"])
    assert Contract.from_json(stated) == contract


def _stated(**changes: Any) -> dict[str, Any]:
    profiled = Contract.of(sets.named("logmel"), ("anger", "fear"), 0.5, takes_profile=True)
    return {**profiled.to_json(), **changes}


def test_the_profiles_inputs_are_stated_where_a_graph_has_them() -> None:
    stated = _stated()
    assert list(stated) == [*KEYS, "profile"]
    assert [one["name"] for one in stated["inputs"]] == ["logmel", "n_frames", "profile", "profile_weight"]
    assert Contract.from_json(stated).takes_profile


def test_a_run_of_before_there_were_versions_states_none() -> None:
    older = {key: value for key, value in _stated().items() if key not in ("audio_version", "sound")}
    contract = Contract.from_json(older)
    assert contract.audio_version is None and contract.to_json() == older


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        ({}, "'inputs'"),
        ([], "indices|attribute"),
        (_stated(labels=["anger", 1]), "labels"),
        (_stated(threshold=7), "threshold"),
        (_stated(threshold=None), "float"),
        (_stated(audio_version=audio.VERSION + 1), "audio version"),
        (_stated(audio_version="1"), "audio version"),
        (_stated(inputs=[]), "no input of a clip's features"),
        (_stated(inputs=[*_stated()["inputs"], {"name": "age", "shape": [], "dtype": "float32"}]), "age; fed are"),
        (_stated(inputs=_stated()["inputs"][:3]), "fed are"),
        (
            _stated(inputs=[{**_stated()["inputs"][0], "frames": 10**9}, *_stated()["inputs"][1:]]),
            "values along an axis",
        ),
        (_stated(inputs=[{**_stated()["inputs"][0], "source": {"kind": "no"}}]), "kind 'no'"),
        (Contract.of(sets.named("external:x:0123456789abcdef:3"), ("anger",), 0.5, True).to_json(), "voice profile"),
        (_stated(normalise="nobody"), "normalised by 'nobody'"),
        (_stated(inputs=_stated()["inputs"][:2], normalise="speaker"), "without a voice profile"),
    ],
)
def test_what_this_program_cannot_make_is_one_error(stated: Any, why: str) -> None:
    with pytest.raises(ContractError, match=why):
        Contract.from_json(stated)


def test_a_graph_with_other_inputs_is_refused() -> None:
    contract = Contract.of(sets.named("logmel"), ("anger", "fear"), 0.5)
    contract.check({"n_frames": ([], "int32"), "logmel": ([256, 64], "float32")})
    with pytest.raises(ContractError, match=r"model\.onnx has"):
        contract.check({"logmel": ([256, 80], "float32"), "n_frames": ([], "int32")})
