"""A pretrained encoder is made of published weights, computes what they compute, and what is not right with it is said."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from ser_core import encoders, files, settings
from ser_core.cli.main import main
from ser_core.encoders import encoder, making, weights, whisper
from tests.corpora.stand_in import serving
from tests.encoders import tiny

SHIPPED = settings.ARTIFACTS / "encoders" / "whisper-tiny"


@pytest.fixture
def bin_file(tmp_path: Path) -> Path:
    return tiny.write(tmp_path / "model.bin", tiny.weights())


def test_whispers_log_mel_has_its_golden_numbers() -> None:
    picture = whisper.logmel(making.golden_sound())
    assert picture.shape == (320, 80) and picture.dtype == np.float32
    assert picture.mean() == pytest.approx(-0.032834, abs=1e-4)
    np.testing.assert_allclose(picture[100, :3], [-0.02693, 0.33704, 0.84057], atol=1e-4)


def test_the_shipped_encoder_has_its_golden_numbers_and_is_the_one_that_the_features_are_of() -> None:
    from ser_core.features import sets

    found = encoders.read(SHIPPED)
    assert making.check(found) < 1e-3
    assert found.sha256.startswith(sets.EAR.sha256_16) and found.width == sets.EAR.width
    assert found.graph.stat().st_size <= 13_000_000
    assert "2022 OpenAI" in (SHIPPED / "card.md").read_text(encoding="utf-8")
    assert "OpenAI" in (settings.ARTIFACTS / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("frames", [2, 37, 300])
def test_the_graph_computes_what_the_weights_say_at_any_length(frames: int) -> None:
    drawn = tiny.weights()
    model = whisper.graph(drawn, 3)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    picture = np.random.default_rng(frames).normal(0.0, 0.5, (2, frames, 80)).astype(np.float32)
    blocks = session.run(["block1", "block2", "block3"], {"logmel": picture})
    for row in range(2):
        for computed, expected in zip(blocks, tiny.states(drawn, picture[row], 3), strict=True):
            np.testing.assert_allclose(computed[row], expected, rtol=1e-3, atol=2e-3)


def test_weights_come_back_as_they_were_written(bin_file: Path) -> None:
    read, written = weights.read(bin_file), tiny.weights()
    assert list(read) == list(written)
    for name, values in written.items():
        np.testing.assert_array_equal(read[name], values)


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: b"",
        lambda raw: b"RIFF" + raw,
        lambda raw: raw[:-40],
        lambda raw: raw[:30],
        lambda raw: b"\x05" + raw[1:],
    ],
    ids=["empty", "another", "cut", "cut early", "older layout"],
)
def test_another_file_is_no_weights(bin_file: Path, damage: object) -> None:
    bin_file.write_bytes(damage(bin_file.read_bytes()))  # type: ignore[operator]
    with pytest.raises(encoders.EncoderError, match="holds no weights as CTranslate2 writes them"):
        making.make("mine", bin_file)
    assert not (settings.home().encoders / "mine").exists()


def test_an_encoder_of_any_size_is_made_of_a_file_and_then_found(
    bin_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["encoders", "make", "mine", "--weights", str(bin_file), "--blocks", "2", "--json"]) == 0
    stated = json.loads(capsys.readouterr().out)
    assert (stated["blocks"], stated["width"], stated["path"]) == (
        2,
        tiny.WIDTH,
        str(settings.home().encoders / "mine"),
    )
    again = making.make("mine", bin_file, blocks=2)
    assert again.sha256 == stated["sha256"] and encoders.find("mine") == again
    assert main(["encoders", "list"]) == 0 and "mine:" in capsys.readouterr().out
    assert main(["encoders", "check", "mine"]) == 0 and "no golden numbers" in capsys.readouterr().out
    again.graph.write_bytes(again.graph.read_bytes()[:-1] + b"\0")
    assert main(["encoders", "check", "mine"]) == 1 and "is damaged" in capsys.readouterr().err


def test_what_cannot_be_made_is_said(bin_file: Path) -> None:
    for name, given, said in (
        ("whisper-large", None, "No weights are known"),
        ("../mine", bin_file, "is no name of an encoder"),
        ("whisper-tiny", bin_file, "does not hold the weights of Whisper tiny.en"),
        ("whisper-tiny", bin_file.with_name("none.bin"), "there is no such file"),
    ):
        with pytest.raises(encoders.EncoderError, match=said):
            making.make(name, given)
    few = tiny.write(bin_file, tiny.weights(blocks=1))
    with pytest.raises(encoders.EncoderError, match="or of fewer blocks"):
        making.make("mine", few)
    with pytest.raises(encoders.EncoderError, match="encoders make whisper-base"):
        encoders.find("whisper-base")
    assert not settings.home().encoders.exists() or not list(settings.home().encoders.iterdir())


def test_weights_are_fetched_from_where_they_are_published_and_checked(
    bin_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as hub:
        host = hub.url.rstrip("/")
        hub.answers["/org/tiny/resolve/abc/model.bin"] = bin_file.read_bytes()
        origin = making.Origin("Tiny", "org/tiny", "abc", files.sha256(bin_file), (), host)
        monkeypatch.setitem(making.ORIGINS, "tiny", origin)
        made = making.make("tiny")
        assert made.source == {
            "url": f"{host}/org/tiny/resolve/abc/model.bin",
            "revision": "abc",
            "sha256": origin.sha256,
        }
        assert made.width == tiny.WIDTH and encoder.find("tiny") == made
        monkeypatch.setitem(making.ORIGINS, "tiny", dataclasses.replace(origin, sha256="0" * 64))
        with pytest.raises(encoders.EncoderError, match=r"has the SHA-256 .* It was thrown away"):
            making.make("tiny")
        monkeypatch.setitem(making.ORIGINS, "tiny", dataclasses.replace(origin, revision="gone"))
        with pytest.raises(encoders.EncoderError, match=r"404.*--weights model\.bin"):
            making.make("tiny")
    assert encoder.find("tiny") == made


def test_a_computation_that_is_another_is_refused(bin_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    golden = ((0.0,) * 8,) * 3
    monkeypatch.setitem(making.ORIGINS, "tiny", making.Origin("Tiny", "a", "b", files.sha256(bin_file), golden))
    with pytest.raises(encoders.EncoderError, match="does not compute what Tiny does"):
        making.make("tiny", bin_file)
