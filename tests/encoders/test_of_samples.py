"""Encoders that take the samples themselves: taken in from a folder, run as they say they are, refused with a sentence."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import numpy as np
import pytest

from ser_core import encoders, settings
from ser_core.cli.main import main
from ser_core.encoders import by_torch, of_samples, taking
from tests.encoders import tiny_graph

WEIGHTS = tiny_graph.weights()


def sound(seconds: float = 1.0) -> np.ndarray:
    return np.random.default_rng(1).normal(0.0, 0.1, round(16_000 * seconds)).astype(np.float32)


def given(folder: Path, **how: object) -> Path:
    return tiny_graph.write(folder, tiny_graph.files(WEIGHTS, **how))


@pytest.mark.parametrize("at", ["model.onnx", "onnx/model.onnx"])
def test_a_graph_gives_the_hidden_states_of_its_layers(tmp_path: Path, at: str) -> None:
    found = taking.take("tiny", given(tmp_path, at=at, mask=at != "model.onnx"))
    assert (found.backend, found.layers, found.width, found.step_s) == ("onnx", (0, 1, 2, 3), tiny_graph.WIDTH, 0.02)
    assert found.normalises and found == of_samples.find("tiny") and of_samples.installed() == [found]
    expected = tiny_graph.states(WEIGHTS, sound())
    for layer, states in zip((2, 0), found.states(sound(), (2, 0)), strict=True):
        np.testing.assert_allclose(states, expected[layer], atol=1e-5)
    prepared = found.prepared(3.0 * sound() + 1.0)
    assert abs(prepared.mean()) < 1e-4 and prepared.std() == pytest.approx(1.0, abs=1e-3)
    assert encoders.installed()[0].name == "whisper-tiny" and "tiny" not in {one.name for one in encoders.installed()}


def test_a_graph_of_its_last_layer_alone_names_it_by_the_depth_that_is_stated(tmp_path: Path) -> None:
    found = taking.take("last", given(tmp_path, every_layer=False, normalises=False))
    assert found.layers == (3,) and not found.normalises
    np.testing.assert_array_equal(found.prepared(sound()), sound())
    np.testing.assert_allclose(found.states(sound(), (3,))[0], tiny_graph.states(WEIGHTS, sound())[3], atol=1e-5)
    with pytest.raises(encoders.EncoderError, match="last has no layer 2; it gives 3"):
        found.states(sound(), (2,))


def test_what_is_no_encoder_of_samples_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    whole = tiny_graph.files(WEIGHTS)
    cases = {
        "is not among its files; it says how": {"preprocessor_config.json": None},
        "none of model.onnx": {"model.onnx": None},
        "cannot be opened by ONNX Runtime": {"model.onnx": b"no graph"},
        "wants 8000 samples a second": tiny_graph.files(WEIGHTS, rate=8000),
        "fed with 80 values a frame": tiny_graph.files(WEIGHTS, values=80),
        "preprocessor_config.json cannot be read": {"preprocessor_config.json": b"{"},
    }
    for number, (why, changed) in enumerate(cases.items()):
        files = {name: data for name, data in (whole | changed).items() if data is not None}
        with pytest.raises(encoders.EncoderError, match=why):
            taking.take("tiny", tiny_graph.write(tmp_path / str(number), files))
    shipped = settings.ARTIFACTS / "encoders" / "whisper-tiny" / "encoder.onnx"
    with pytest.raises(encoders.EncoderError, match="is not fed with samples"):
        taking.take("tiny", tiny_graph.write(tmp_path / "pictures", whole | {"model.onnx": shipped.read_bytes()}))
    for name in ("../tiny", "", "a b"):
        with pytest.raises(encoders.EncoderError, match="is no name of an encoder"):
            taking.take(name, given(tmp_path / "named"))
    assert not list(settings.home().encoders.rglob("*"))


def test_the_command_takes_a_folder_in_lists_and_checks_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["encoders", "fetch", "mine", str(given(tmp_path))]) == 0
    assert "mine: a folder by onnx, layers 0 to 3, 6 values every 20 ms" in capsys.readouterr().out
    assert main(["encoders", "list"]) == 0
    said = capsys.readouterr().out
    assert "mine: a folder" in said and "wavlm-base: not here; python -m ser_core encoders fetch wavlm-base" in said
    assert main(["encoders", "check", "mine"]) == 0
    assert capsys.readouterr().out == "mine: whole; it gives 6 finite numbers a frame\n"
    assert main(["encoders", "list", "--json"]) == 0
    (entry,) = [one for one in json.loads(capsys.readouterr().out) if one["name"] == "mine"]
    assert entry["backend"] == "onnx" and entry["missing"] == ""
    graph = of_samples.find("mine").folder / "model.onnx"
    graph.write_bytes(tiny_graph.graph(tiny_graph.weights(1)).SerializeToString())
    assert main(["encoders", "check", "mine"]) == 1
    said = capsys.readouterr().err
    assert "is damaged" in said and len(said.splitlines()) == 1
    graph.unlink()
    with pytest.raises(encoders.EncoderError, match="is not a whole encoder"):
        of_samples.find("mine")


def test_without_torch_its_weights_are_refused_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name in by_torch.PACKAGES else found(name, *a)
    )
    files = tiny_graph.files(WEIGHTS)
    files["pytorch_model.bin"] = files.pop("model.onnx")
    with pytest.raises(encoders.EncoderError, match=r"torch and transformers are not installed.*\.\[transformers\]"):
        taking.take("tiny", tiny_graph.write(tmp_path, files))
    with pytest.raises(encoders.EncoderError, match="encoders fetch wavlm-base"):
        of_samples.find("wavlm-base")


needs_torch = pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in by_torch.PACKAGES),
    reason="needs the optional packages torch and transformers, which no test environment installs",
)


@needs_torch
def test_transformers_own_hidden_states_come_out_of_its_weights(tmp_path: Path) -> None:
    import torch
    import transformers

    config = transformers.Wav2Vec2Config(
        hidden_size=12, num_hidden_layers=3, num_attention_heads=2, intermediate_size=24, conv_dim=(8,) * 7, num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2,
    )  # fmt: skip
    torch.manual_seed(0)
    model = transformers.Wav2Vec2Model(config).eval()
    model.save_pretrained(tmp_path)
    transformers.Wav2Vec2FeatureExtractor(do_normalize=True).save_pretrained(tmp_path)
    found = taking.take("tiny-torch", tmp_path)
    assert (found.backend, found.layers, found.width, found.step_s) == ("torch", (0, 1, 2, 3), 12, 0.02)
    prepared = transformers.AutoFeatureExtractor.from_pretrained(tmp_path)(sound(), sampling_rate=16_000)
    np.testing.assert_allclose(found.prepared(sound()), prepared["input_values"][0], atol=1e-5)
    with torch.inference_mode():
        theirs = model(torch.tensor(prepared["input_values"][0])[None], output_hidden_states=True).hidden_states
    for layer, states in zip((1, 3), found.states(found.prepared(sound()), (1, 3)), strict=True):
        np.testing.assert_allclose(states, theirs[layer][0].numpy(), atol=1e-4)


class _Harmful:
    """What, unpickled, makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


@needs_torch
def test_weights_are_unpickled_and_nothing_else(tmp_path: Path) -> None:
    import torch

    files = tiny_graph.files(WEIGHTS)
    del files["model.onnx"]
    tiny_graph.write(tmp_path / "repository", files)
    torch.save({"x": _Harmful(tmp_path / "made")}, tmp_path / "repository" / "pytorch_model.bin")
    with pytest.raises(encoders.EncoderError, match=r"transformers cannot open pytorch_model\.bin"):
        taking.take("harmful", tmp_path / "repository")
    assert not (tmp_path / "made").exists()
