"""How a run came to its answers: on the results page and in the report; a run without it says so."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ser_core import report, runs, settings
from ser_core.runs import Run
from tests import made, opened
from tests.opened import charts


@pytest.fixture
def run(home: Path) -> Run:
    return runs.weightless(Run(settings.ARTIFACTS / "results" / "cnn2d-model2-speakers"), home / "runs" / "mine")


def results(**query: str) -> AppTest:
    return opened.page("results", **{"view": "run", "run": "mine", "tab": "film", **query})


def test_the_matrix_of_every_epoch_is_drawn_and_the_kept_one_stands_first(run: Run) -> None:
    found = made.filmed(run)
    run.seal()
    at = results()
    assert not at.exception and not at.error
    (film,) = [one for one in charts(at) if one.get("frames")]
    assert [frame["name"] for frame in film["frames"]] == ["1", "2", "3"]
    best = int(found.uar.argmax())
    assert film["layout"]["sliders"][0]["active"] == best
    assert f"epoch {best + 1} · UAR {100 * found.uar[best]:.0f} %" in film["layout"]["title"]["text"]
    assert f"UAR {100 * run.metrics['validation']['uar']:.0f} %" in film["frames"][-1]["layout"]["title"]["text"]


def test_a_clips_probabilities_over_the_epochs_are_drawn(run: Run) -> None:
    found = made.filmed(run)
    run.seal()
    at = results(learned="clip")
    assert not at.exception
    (picker,) = [one for one in at.selectbox if one.label == "Clip"]
    chosen = found.clips[5]
    picker.set_value(chosen).run()
    assert not at.exception
    lines = charts(at)[-1]["data"]
    assert {line["name"] for line in lines} == set(found.labels)
    assert [line["name"] for line in lines if line["line"]["width"] == 4] == [found.true[5]]
    assert any(one.value.startswith(f"The thick line is what was acted: {found.true[5]}") for one in at.caption)


def test_an_older_run_is_whole_without_it(run: Run) -> None:
    at = results()
    assert not at.exception and run.problems() == []
    assert any("was not kept" in one.value for one in at.caption)
    assert "Epoch by epoch" not in report.page(run)


def test_a_damaged_one_is_said(run: Run) -> None:
    made.filmed(run)
    (run.path / "epochs.npz").write_bytes(b"PK")
    run.seal()
    at = results()
    assert not at.exception and any("epochs.npz of the run mine cannot be read" in one.value for one in at.error)


def test_the_report_plays_it_when_asked_and_not_by_itself(run: Run) -> None:
    made.filmed(run)
    run.seal()
    page = report.page(run)
    assert "Epoch by epoch" in page and "Plotly.addFrames" in page
    assert "Plotly.animate('" not in page
    published = runs.publish(run, run.path.parent.parent / "results" / "mine")
    assert not published.has("epochs.npz") and published.problems(hashes=True) == []
