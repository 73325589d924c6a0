"""The film of matrices: every epoch has a frame, the slider and the button find it, and the chosen one stands there at first."""

import numpy as np

from ser_core import figures
from ser_core.figures import drawn_network

LABELS = ("anger", "fear")
MATRICES = np.array([[[1, 3], [2, 2]], [[4, 0], [1, 3]], [[3, 1], [0, 4]]])


def film(shown: int = 1):
    return figures.film(MATRICES, LABELS, [1, 5, 9], ["one", "five", "nine"], shown=shown)


def test_each_epoch_has_its_frame_and_the_slider_names_it() -> None:
    found = film()
    assert [frame.name for frame in found.frames] == ["1", "5", "9"]
    (slider,) = found.layout.sliders
    assert slider.active == 1
    assert [(step.label, step.args[0]) for step in slider.steps] == [(name, (name,)) for name in ("1", "5", "9")]
    assert [frame.data[0].text[0][0] for frame in found.frames] == ["25 %<br>1", "100 %<br>4", "75 %<br>3"]
    assert [frame.layout.title.text for frame in found.frames] == ["one", "five", "nine"]
    assert found.layout.updatemenus[0].buttons[0].args[0] is None


def test_the_chosen_epoch_stands_there_before_anything_is_pressed() -> None:
    assert film().layout.title.text == "five" and film().data[0].text[0][0] == "100 %<br>4"
    assert film(-1).layout.title.text == "nine" and film(-1).layout.sliders[0].active == 2


def test_lines_over_epochs_are_told_apart_without_colour() -> None:
    values = np.array([[0.1, 0.9], [0.4, np.nan]])
    found = figures.over_epochs(values, LABELS, [1, 2], bold="fear", of="found in")
    assert [line.name for line in found.data] == list(LABELS)
    assert len({line.line.dash for line in found.data}) == 2
    assert [line.line.width for line in found.data] == [2, 4]
    np.testing.assert_array_equal(found.data[1].y, [0.9, np.nan])


def test_a_drawn_network_has_a_box_a_part_larger_where_it_gives_more() -> None:
    boxes = [
        drawn_network.Box("input", "input", 256, 64, 1, "256 frames"),
        drawn_network.Box("block 1", "block", 64, 16, 8, "9 parameters"),
        drawn_network.Box("emotions", "head", 1, 1, 6, "6"),
    ]
    found = drawn_network.network(boxes)
    wide = [shape.x1 - shape.x0 for shape in found.layout.shapes]
    assert wide == sorted(wide, reverse=True) and len(wide) == 3
    assert list(found.data[0].hovertext) == ["256 frames", "9 parameters", "6"]
    assert {note.text for note in found.layout.annotations} == {
        "input", "256 × 64 × 1", "block 1", "64 × 16 × 8", "emotions", "6",
    }  # fmt: skip


def test_a_filter_is_red_where_it_adds_and_as_blue_where_it_takes() -> None:
    (heat,) = figures.weights(np.array([[0.5, -2.0]]), "bands").data
    assert (heat.zmin, heat.zmax) == (-2.0, 2.0)
