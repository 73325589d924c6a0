"""Figures of maps and averages: every clip once under its own name, one scale for all pictures, no colour alone."""

from __future__ import annotations

import numpy as np
import pytest

from ser_core import figures


def test_every_point_carries_its_clip_and_its_groups_colour_and_mark() -> None:
    points = np.arange(12.0).reshape(6, 2)
    groups = ["anger", "fear", "anger", "", "fear", "anger"]
    names = [f"c{n}" for n in range(6)]
    figure = figures.clip_points(points, names, groups, names, axes=("one", "two"))
    placed = {
        name: (float(x), float(y))
        for trace in figure.data
        for name, x, y in zip(trace.customdata, trace.x, trace.y, strict=True)
    }
    assert placed == {name: tuple(point) for name, point in zip(names, points.tolist(), strict=True)}
    assert [trace.name for trace in figure.data] == ["anger", "fear", "not stated"]
    assert figure.data[0].marker.color == figures.colour("anger")
    assert len({trace.marker.symbol for trace in figure.data}) == 3
    assert figure.layout.xaxis.title.text == "one" and figure.layout.showlegend


def test_a_hundred_speakers_have_no_legend() -> None:
    names = [f"s{n}" for n in range(100)]
    figure = figures.clip_points(np.zeros((100, 2)), names, names, names, axes=("a", "b"))
    assert not figure.layout.showlegend and len(figure.data) == 100


def test_average_spectra_have_a_line_an_emotion_with_a_stroke_of_its_own() -> None:
    levels = np.array([[-10.0, -20.0, -30.0], [-15.0, -25.0, np.nan]])
    figure = figures.average_spectra(["anger", "fear"], np.array([100.0, 500.0, 2000.0]), levels, "level (dB)")
    assert [line.name for line in figure.data] == ["anger", "fear"]
    assert figure.data[0].line.dash != figure.data[1].line.dash
    assert list(figure.data[0].y) == [-10.0, -20.0, -30.0] and figure.layout.xaxis.type == "log"


@pytest.mark.parametrize("difference", [False, True])
def test_average_modulations_share_one_scale(difference: bool) -> None:
    energies = np.random.default_rng(0).uniform(0, 0.1, (4, 19, 5))
    energies = energies - energies.mean(axis=0) if difference else energies
    hz, rates = np.linspace(125, 3500, 19), np.array([4.0, 8, 16, 32, 64])
    figure = figures.average_modulations(
        ["anger", "fear", "neutral", "sadness"], energies, hz, rates, difference=difference
    )
    assert len(figure.data) == 4 and {heat.coloraxis for heat in figure.data} == {"coloraxis"}
    top = 100 * np.abs(energies).max()
    assert figure.layout.coloraxis.cmax == pytest.approx(top)
    assert figure.layout.coloraxis.cmin == pytest.approx(-top if difference else 0.0)
