"""Encoders out of the Hub: its real client, a stand-in server on loopback."""

from __future__ import annotations

import pytest

from ser_core import settings
from ser_core.cli.main import main
from ser_core.encoders import EncoderError, of_samples
from ser_core.exchange import hub
from ser_core.features import sets
from ser_core.runs import RunError
from tests.encoders import tiny_graph
from tests.exchange import stand_in_hub

REPO = "somebody/tiny"
FILES = tiny_graph.files(tiny_graph.weights(), at="onnx/model.onnx")


def published(server: stand_in_hub.Hub, **more: bytes) -> stand_in_hub.Repository:
    found = stand_in_hub.Repository(False, {**FILES, "README.md": b"a card", "large.safetensors.index": b"1", **more})
    found.card = {"license": "apache-2.0"}
    server.repositories[REPO] = found
    return found


def test_an_encoder_is_fetched_by_name_and_revision_and_kept_as_its_commit(
    server: stand_in_hub.Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    there = published(server)
    assert main(["encoders", "fetch", "tiny", REPO, "--revision", "v1"]) == 0
    assert f"tiny: {REPO}@{there.sha[:12]} by onnx, layers 0 to 3" in capsys.readouterr().out
    found = of_samples.find("tiny")
    assert (found.repository, found.revision, found.licence) == (REPO, there.sha, "apache-2.0")
    assert f"GET /api/models/{REPO}/revision/v1" in server.asked
    fetched = {one.partition("/resolve/")[2] for one in server.asked if one.startswith("GET") and "/resolve/" in one}
    assert fetched == {f"{there.sha}/{name}" for name in FILES}
    source = sets.named("hidden:tiny:2").inputs[0].source
    assert source.to_dict()["revision"] == there.sha and not source.missing and not source.terms


def test_a_known_encoder_is_asked_for_where_it_is_published(server: stand_in_hub.Hub) -> None:
    known = of_samples.KNOWN["wav2vec2-base"]
    server.repositories[known.repository] = stand_in_hub.Repository(False, dict(FILES))
    with pytest.raises(EncoderError, match=r"There is no pytorch_model.bin among its files"):
        hub.fetch("wav2vec2-base")
    assert server.asked == [f"GET /api/models/{known.repository}/revision/{known.revision}"]
    found = hub.fetch("wav2vec2-base", backend="onnx")
    assert found.repository == known.repository and found.width == tiny_graph.WIDTH


def test_what_is_no_encoder_is_said_before_anything_is_fetched(
    server: stand_in_hub.Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    server.repositories[REPO] = stand_in_hub.Repository(False, {"README.md": b"", "flax_model.msgpack": b""})
    with pytest.raises(EncoderError, match="holds no encoder that can be run here"):
        hub.fetch("tiny", REPO)
    assert not [one for one in server.asked if "/resolve/" in one]
    with pytest.raises(EncoderError, match="No repository is known for an encoder called tiny"):
        hub.fetch("tiny")
    with pytest.raises(RunError, match="did not give or take nobody/nothing"):
        hub.fetch("tiny", "nobody/nothing")
    assert main(["encoders", "fetch", "tiny", "nobody/nothing"]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not list(settings.home().encoders.rglob("*.json"))
