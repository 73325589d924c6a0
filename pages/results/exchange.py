"""Runs in and out: what can be taken away of a run, and what can be brought here."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pages.server import visitor
from pages.widgets import foreign
from ser_core.corpora import registry
from ser_core.corpora.base import CorpusError
from ser_core.exchange import terms
from ser_core.graphs import GraphError
from ser_core.runs import Run, RunError, overview

ZIP, TABLE = "A run (zip)", "Predictions (CSV)"


def show_run(run: Run) -> None:
    """Draw the buttons that make and give the run as a zip, its model with an example, and its report."""
    with st.popover("Export", icon=":material/download:"):
        _offer(run, "zip", "The run as one zip", _zip, f"{run.name}.zip", "application/zip")
        if run.has("model.onnx"):
            _offer(run, "onnx", "The model as ONNX, with an example", _model, f"{run.name}-onnx.zip", "application/zip")
        _offer(run, "report", "A report (HTML)", _report, f"{run.name}.html", "text/html")
        if bound := terms.sentence(run):
            st.warning(foreign.plain(bound), icon=":material/gavel:")
        st.caption(
            "The zip is taken in again on the table of runs, here or elsewhere. The report opens in any browser, without a network."
        )


def show_import(opened: Callable[[str, list[str]], None]) -> None:
    """Draw the upload of a run or of predictions; `opened(view, runs)` opens what was taken in. Nothing for visitors of a shared server, who keep nothing."""
    if not visitor.may_keep():
        return
    with st.popover("Import", icon=":material/upload:"):
        kind = st.segmented_control("What", [ZIP, TABLE], default=ZIP, required=True, key="import-kind")
        if kind == ZIP:
            st.caption(
                "A run from elsewhere, checked file by file. Its model runs as ONNX only; nothing in it can run code."
            )
            file = st.file_uploader("Zip of a run", type=["zip"], key="import-zip")
            corpus = ""
        else:
            corpus = _corpus()
            st.caption(
                "Columns: `clip` (a clip id or a file's name), then `predicted` or a `p_<emotion>` for every emotion; if you like "
                "`part` and `fold`. Any system gets every figure that the runs here get."
            )
            file = st.file_uploader(
                "Table of predictions", type=["csv", "tsv"], key="import-table", disabled=not corpus
            )
        name = st.text_input("Name", placeholder="the file's own", key="import-name")
        if st.button("Import it", type="primary", disabled=file is None, key="import-go") and file is not None:
            made = _taken(file.getvalue(), file.name, corpus, name.strip())
            if made is not None:
                st.session_state["imported"] = next(
                    link for link, run in overview.named().items() if run.path == made.path
                )
                st.rerun()
    link = st.session_state.get("imported")
    if link in overview.named():
        st.button(
            f"Open {foreign.plain(link)}",
            icon=":material/check:",
            on_click=opened,
            args=("run", [link]),
            key="import-open",
        )


def _corpus() -> str:
    here = [name for name, entry in registry.entries().items() if entry.present]
    if not here:
        st.info("This needs the corpus that the predictions are on: add it on the datasets page first.")
        return ""
    titles = {name: registry.MODULES[name].card.title if name in registry.MODULES else name for name in here}
    return str(st.selectbox("Corpus", here, format_func=titles.__getitem__, key="import-corpus"))


def _taken(data: bytes, file: str, corpus: str, name: str) -> Run | None:
    # Imported here: the table of runs does not wait for ONNX.
    from ser_core import exchange

    with tempfile.TemporaryDirectory() as folder, st.spinner("Checking …"):
        # The name is a stranger's: its last part alone, in a folder of its own.
        path = Path(folder) / (Path(file.replace("\\", "/")).name or "upload")
        path.write_bytes(data)
        try:
            if corpus:
                return exchange.import_predictions(path, registry.load(corpus), name=name)
            return exchange.import_zip(path, name=name)
        except (RunError, CorpusError, OSError) as error:
            st.error(foreign.plain(error))
            return None


def _offer(run: Run, what: str, label: str, make: Callable[[Run, Path], str], name: str, mime: str) -> None:
    """A button that makes the file, and once it is made one that gives it: nothing is made that nobody wants."""
    key = f"{what}-{run.path}-{run.changed('predictions.csv')}"
    made: dict[str, Any] = st.session_state.setdefault("given-away", {})
    if made.get("key") == key:
        st.download_button(
            f"Download {name}",
            made["data"],
            name,
            mime,
            type="primary",
            icon=":material/download:",
            on_click="ignore",
            key=f"give-{what}",
        )
        if made["said"]:
            st.caption(f":material/check: {foreign.plain(made['said'])}")
        return
    if st.button(label, key=f"make-{what}", width="stretch"):
        try:
            with tempfile.TemporaryDirectory() as folder, st.spinner("Making it …"):
                path = Path(folder) / name
                said = make(run, path)
                # One at a time is kept: a run may have a hundred megabytes.
                made.clear()
                made.update(key=key, data=path.read_bytes(), said=said)
        except (RunError, GraphError, OSError) as error:
            st.error(foreign.plain(error))
            return
        st.rerun()


def _zip(run: Run, path: Path) -> str:
    from ser_core import exchange

    exchange.export(run, path)
    return ""


def _model(run: Run, path: Path) -> str:
    from ser_core import exchange

    said = exchange.on_real_clips(run).sentence if not run.missing else ""
    exchange.model_zip(run, path)
    return said


def _report(run: Run, path: Path) -> str:
    from ser_core import report

    report.write(run, path)
    return ""
