"""The layers of a network on the analyze page: nothing until they are asked for, one layer at a time, models without any say so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ser_core import inside, runs
from ser_core.corpora import registry
from tests import made, opened


def analyze(**query: str) -> AppTest:
    return opened.page("analyze", **{"source": "samples", "sample": "voice-british", **query})


def rows(at: AppTest, first: tuple[str, ...] = ("Unit ", "All units")) -> list[str]:
    """The titles of the rows of the picture that has one which begins like this: of maps."""
    for chart in at.get("plotly_chart"):
        stated = json.loads(chart.proto.spec)
        titles = [one.get("text", "") for one in stated["layout"].get("annotations", [])]
        if any(title.startswith(first) for title in titles):
            return titles
    return []


def test_nothing_is_opened_until_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = inside.layers
    monkeypatch.setattr(
        inside, "layers", lambda predictor, *more: asked.append(predictor.run.name) or real(predictor, *more)
    )
    at = analyze(model="cnn1d")
    assert not at.exception and asked == []
    at.toggle(key="layers").set_value(True).run()
    assert not at.exception and asked == ["cnn1d"]
    assert rows(at) == ["Waveform", "All units"]
    assert at.query_params["layers"] in ("on", ["on"])


def test_a_layer_over_bands_shows_its_strongest_units_and_the_picked_one_first() -> None:
    at = analyze(model="fast", layers="on")
    assert not at.exception
    (unit,) = [one for one in at.selectbox if one.label == "Unit"]
    assert rows(at)[:2] == ["Waveform", f"Unit {unit.value}"] and len(rows(at)) == 6
    other = unit.options[-1]
    unit.set_value(int(other)).run()
    assert not at.exception and rows(at)[1] == f"Unit {other}"


def test_the_clips_that_a_unit_answers_most_can_be_heard(tmp_path: Path) -> None:
    heard = [clip for clip in runs.find("fast").predictions["clip"] if clip.split("_")[1] == "TIE"]
    at = analyze(model="fast", layers="on")
    at.toggle(key="most-fast").set_value(True).run()
    assert any("is not on this machine: add it" in one.value for one in at.info)
    speaker = heard[0].removeprefix("crema-d/").split("_")[0]
    registry.register("crema-d", made.crema_d(tmp_path / "corpus", (speaker,), ("TIE",)))
    at.run()
    assert not at.exception and not at.info
    named = [one.value for one in at.caption if f"crema-d/{speaker}_TIE_" in one.value.replace("\\", "")]
    shares = [float(one.split(" · ")[2].split(" at ")[0]) for one in named]
    assert len(shares) >= 2 and shares == sorted(shares, reverse=True)


def test_of_a_pretrained_ear_is_shown_what_it_attends_to() -> None:
    at = analyze(model="accurate", layers="on")
    assert not at.exception and not at.info
    assert rows(at, ("Block ",)) == ["Waveform", "Block 1", "Block 2", "Block 3"]


def test_a_model_of_vectors_says_that_it_has_none() -> None:
    at = analyze(model="paper", layers="on")
    assert not at.exception and any("one vector a clip" in one.value for one in at.info)
