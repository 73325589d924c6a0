"""The results page's doors: a run taken away and brought back, predictions imported, nothing of it on a shared server."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from ser_core import exchange, settings
from ser_core.corpora import registry
from ser_core.runs import Run
from tests import made, opened

WEIGHTLESS = Run(settings.ARTIFACTS / "results" / "svm-clips")


def results(**query: str) -> AppTest:
    return opened.page("results", **query)


def test_a_run_is_made_into_a_zip_a_model_and_a_report_on_click() -> None:
    at = results(view="run", run="accurate", tab="card")
    assert not at.exception and not at.get("download_button")
    for what, name in (("zip", "accurate.zip"), ("onnx", "accurate-onnx.zip"), ("report", "accurate.html")):
        at.button(key=f"make-{what}").click().run()
        assert not at.exception and not at.error
        given = at.get("download_button")
        assert [one.proto.label for one in given] == [f"Download {name}"]
        if what == "onnx":
            assert any("Not checked on real clips" in str(one.value) for one in at.caption)


def test_a_run_without_a_model_gives_none() -> None:
    at = results(view="run", run="svm-clips", tab="card")
    keys = {one.key for one in at.button}
    assert "make-zip" in keys and "make-onnx" not in keys


def test_a_zip_is_imported_and_opened(tmp_path: Path) -> None:
    data = exchange.export(WEIGHTLESS, tmp_path / "run.zip").read_bytes()
    at = results()
    at.file_uploader(key="import-zip").set_value([("run.zip", data, "application/zip")]).run()
    at.button(key="import-go").click().run()
    assert not at.exception and not at.error
    assert "svm-clips-2" in set(at.dataframe[0].value["name"])
    at.button(key="import-open").click().run()
    assert at.query_params["view"] in ("run", ["run"]) and at.query_params["run"] in ("svm-clips-2", ["svm-clips-2"])


def test_a_zip_that_is_no_run_is_refused_with_the_reason() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../escape.txt", "x")
    at = results()
    at.file_uploader(key="import-zip").set_value([("evil.zip", out.getvalue(), "application/zip")]).run()
    at.button(key="import-go").click().run()
    assert not at.exception and "leads out of its folder" in at.error[0].value
    assert not list(settings.home().runs.glob("*"))


def test_predictions_are_imported_on_their_corpus(tmp_path: Path) -> None:
    folder = made.crema_d(tmp_path / "c", ("2001", "2002"), ("IEO",), seconds=0.05)
    registry.register("crema-d", folder)
    clips = registry.load("crema-d").clips
    table = pd.DataFrame({"file": clips["clip"], "predicted": clips["emotion"]}).to_csv(index=False).encode()
    at = results()
    at.session_state["import-kind"] = "Predictions (CSV)"
    at.run()
    at.file_uploader(key="import-table").set_value([("mine.csv", table, "text/csv")]).run()
    at.button(key="import-go").click().run()
    assert not at.exception and not at.error
    row = at.dataframe[0].value.set_index("name").loc["mine"]
    assert row["accuracy"] == 100 and row["clips"] == 12
    at = results(view="run", run="mine", tab="calibration")
    assert not at.exception and not at.error and at.metric[0].value == "100 %"


def test_on_a_shared_server_nothing_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_MODE", "shared")
    at = results()
    assert not at.exception and not [one for one in at.button if one.key == "import-go"]
