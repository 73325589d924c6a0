"""The figures of the results page say in words and places what they are given."""

import numpy as np
import pandas as pd
import pytest

from ser_core.figures import comparison, curves, matrix, trust

LABELS = ("anger", "disgust", "fear")
COUNTS = np.array([[60, 12, 10], [3, 40, 7], [0, 0, 0]])


def words(norm: str, counted: str = "clips") -> dict[tuple[str, str], str]:
    cells = matrix.confusion(COUNTS, LABELS, norm=norm, counted=counted).data[-1]
    return {tuple(cell): text for cell, text in zip(cells.customdata, cells.hovertext, strict=True)}


def test_hovering_says_a_cell_in_words() -> None:
    assert words("true")["anger", "disgust"] == "12 of 82 anger clips (15 %) were taken for disgust"
    assert words("counts")["anger", "disgust"] == "12 of 82 anger clips (15 %) were taken for disgust"
    assert words("predicted")["anger", "disgust"] == "12 of 52 clips taken for disgust (23 %) were anger"
    assert words("true", "votes")["anger", "disgust"] == "12 of 82 votes on anger (15 %) say disgust"
    assert words("true")["fear", "anger"] == "0 of 0 fear clips (0 %) were taken for anger"


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        ("true", [60 / 82, 12 / 82, 10 / 82]),
        ("predicted", [60 / 63, 12 / 52, 10 / 17]),
        ("counts", [60, 12, 10]),
    ],
)
def test_cells_are_counts_or_shares_of_their_row_or_column(norm: str, expected: list[float]) -> None:
    heatmap = matrix.confusion(COUNTS, LABELS, norm=norm).data[0]
    np.testing.assert_allclose(np.asarray(heatmap.z)[0], expected)
    assert heatmap.text[0][1].endswith("12")


def test_cells_begin_at_the_pages_ground_and_each_text_is_drawn_once() -> None:
    figure = matrix.confusion(COUNTS, LABELS)
    heatmap, weak, strong, _ = figure.data
    assert heatmap.colorscale[0][1].endswith(",0.02)") and weak.textfont.color != strong.textfont.color
    cells = {(y, x): text for one in (weak, strong) for x, y, text in zip(one.x, one.y, one.text, strict=True)}
    assert len(cells) == len(weak.x) + len(strong.x) == 9
    assert cells["anger", "anger"] == "73 %<br>60" and ("anger", "anger") in zip(strong.y, strong.x, strict=True)


def test_a_difference_is_in_points_of_the_row_in_cells_and_scale() -> None:
    heatmap = comparison.difference(COUNTS, COUNTS.T, LABELS).data[0]
    shares = 100 * (COUNTS[0] / 82 - COUNTS.T[0] / 63)
    np.testing.assert_allclose(np.asarray(heatmap.z)[0], shares)
    assert heatmap.text[0] == [f"{share:+.0f}" for share in shares]
    assert heatmap.zmax == 40 and "%" not in heatmap.colorbar.tickformat


def test_every_cell_has_an_invisible_point_that_names_it_and_one_is_framed() -> None:
    figure = matrix.confusion(COUNTS, LABELS, "A<br>B", marked=("anger", "fear"))
    points = figure.data[-1]
    assert [(y, x) for x, y in zip(points.x, points.y, strict=True)] == [tuple(one) for one in points.customdata]
    assert len(points.x) == 9 and points.marker.opacity == 0
    (frame,) = figure.layout.shapes
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (1.5, 2.5, -0.5, 0.5)
    assert not matrix.confusion(COUNTS, LABELS).layout.shapes


def test_trust_figures_draw_what_they_are_given() -> None:
    figure = trust.reliability([0.2, 0.8], [0.3, 0.7], [0.1, 0.6], [0.5, 0.9], [10, 11], "T")
    points = figure.data[1]
    assert list(points.x) == [0.2, 0.8] and list(points.y) == [0.3, 0.7]
    np.testing.assert_allclose(points.error_y.array, [0.2, 0.2])
    np.testing.assert_allclose(points.error_y.arrayminus, [0.2, 0.1])
    figure = trust.thresholds([0.0, 0.5], [1.0, 0.4], [0.6, None], 0.44, "T")
    assert figure.layout.shapes[0].x0 == 0.44 and "44 %" in figure.layout.annotations[0].text
    assert not trust.thresholds([0.0], [1.0], [0.6], None, "T").layout.shapes
    figure = trust.by_group(
        {"group": ["a", "b"], "accuracy": [0.5, 0.6], "low": [0.4, 0.5], "high": [0.6, 0.8], "n": [12, 3]}, 0.55, "T"
    )
    assert list(figure.data[0].y) == ["a · n = 12", "b · n = 3"]
    assert figure.layout.shapes[0].x0 == 0.55


def test_learning_curves_draw_the_columns_that_there_are() -> None:
    history = pd.DataFrame({"epoch": [1, 2], "loss": [2.0, 1.0], "val_loss": [2.1, 1.5], "val_accuracy": [0.2, 0.4]})
    figure = curves.learning(history)
    assert [(trace.name, list(trace.y)) for trace in figure.data] == [
        ("train", [2.0, 1.0]),
        ("validation", [2.1, 1.5]),
        ("validation", [0.2, 0.4]),
    ]
    assert [trace.showlegend for trace in figure.data] == [True, True, False]
