"""Figures as files: the same words and marks as on the page, whole SVG, PDF and PNG, without a browser."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import numpy as np
import plotly.graph_objects as go
import pypdfium2
import pytest
from PIL import Image

from ser_core import figures
from ser_core.figures import comparison, vector

LABELS = ("anger", "fear", "Größe")
MATRIX = np.array([[8, 1, 1], [0, 5, 5], [0, 0, 10]])
RUNS = ("one", "<two>", "three", "four", "five", "six")


def drawn() -> dict[str, go.Figure]:
    courses = {name: ([1, 2, 3], [0.2, 0.3 + k / 20, 0.35]) for k, name in enumerate(RUNS)}
    return {
        "matrix": figures.confusion(MATRIX, LABELS, "Of one<br><sub>n = 30</sub>"),
        "difference": comparison.difference(MATRIX, MATRIX[::-1], LABELS),
        "bars": comparison.class_bars(LABELS, {name: [0.1, 0.5, 0.9] for name in RUNS}, "F1"),
        "curves": comparison.curves(courses, "validation UAR", each={"one": [([1, 2], [0.1, 0.2])]}),
        "spread": comparison.spread(RUNS[:2], [0.5, 0.4], [0.4, 0.3], [0.6, 0.5], [[0.45, 0.55], []]),
    }


def words(svg: str) -> list[str]:
    return ["".join(one.itertext()).strip() for one in ElementTree.fromstring(svg).iter() if one.tag.endswith("text")]


@pytest.mark.parametrize("name", list(drawn()))
def test_every_kind_is_written_in_every_format(name: str) -> None:
    figure = drawn()[name]
    assert words(vector.svg(figure))
    data = vector.pdf(figure)
    assert data.startswith(b"%PDF") and len(pypdfium2.PdfDocument(data)) == 1
    picture = Image.open(io.BytesIO(vector.png(figure)))
    assert picture.width == pytest.approx(vector.WIDTH * vector.SCALE, abs=2)
    assert len(set(picture.convert("RGB").resize((60, 60)).getdata())) > 10, "there is something on it"


def test_the_words_are_the_figures() -> None:
    found = words(vector.svg(drawn()["matrix"]))
    assert {"anger", "fear", "Größe", "true", "predicted", "Of one", "n = 30", "80 %", "8", "100 %"} <= set(found)
    bars = words(vector.svg(drawn()["bars"]))
    assert set(RUNS) <= set(bars) and "F1" in bars
    assert {"50 %", "UAR", "one", "0 %", "100 %"} <= set(words(vector.svg(drawn()["spread"])))
    texts = pypdfium2.PdfDocument(vector.pdf(drawn()["matrix"]))[0].get_textpage().get_text_bounded()
    assert "Größe" in texts and "80 %" in texts


def test_a_cell_is_as_dark_as_its_share() -> None:
    figure = figures.confusion(np.array([[10, 0], [0, 10]]), ("a", "b"))
    picture = Image.open(io.BytesIO(vector.png(figure))).convert("L")
    dark = [
        (x, y)
        for x in range(0, picture.width, 8)
        for y in range(0, picture.height, 8)
        if picture.getpixel((x, y)) < 110
    ]
    # The first row is above: both diagonal cells are dark, the other two are not.
    left = [y for x, y in dark if x < picture.width * 0.5]
    right = [y for x, y in dark if x > picture.width * 0.6]
    assert left and right and np.median(left) < np.median(right)


def test_a_kind_that_these_figures_do_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="pie"):
        vector.svg(go.Figure(go.Pie(values=[1, 2])))
