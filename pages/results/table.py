"""The table of all runs: sort, filter, name, note, tag, delete, take away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from pages.results import across, elsewhere, exchange, run_picker
from pages.server import visitor
from pages.widgets import foreign, in_url, spreadsheet
from ser_core.runs import RunError, notes, overview, shipped
from ser_core.runs.deleting import delete
from ser_core.runs.run import Run

#: Most runs that are compared.
MOST = 4
FILTERS = ("league", "corpus", "split", "tag")
#: Whether runs that ship are listed beside one's own, in the URL.
SHIPPED = "shipped"


def show(go: Callable[[str, list[str]], None]) -> None:
    """Draw the table; `go(view, runs)` opens a view with these runs."""
    try:
        table = overview.table()
    except RunError as error:
        st.error(foreign.plain(error))
        return
    if table.empty:
        run_picker.say_none()
        return
    shown = _filtered(_newest_first(table))
    if shown.empty:
        st.caption("No run fits.")
    chosen = st.dataframe(
        _said(shown),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        # Rows are named by their place: another table needs another selection.
        key=f"runs-{_digest(shown)}",
        height=max(73, min(38 + 35 * len(shown), 560)),
        column_config=_columns(),
        alt=f"{len(shown)} runs with their scores",
    )
    picked = [str(shown.iloc[row]["run"]) for row in chosen["selection"]["rows"] if row < len(shown)]
    _actions(table, shown, picked, go)
    for _, row in shown[shown["state"] == "damaged"].iterrows():
        st.warning(f"**{foreign.plain(row['name'])}** is damaged: {foreign.plain(row['problem'])}")
    across.show()
    elsewhere.every_run()


def _newest_first(table: pd.DataFrame) -> pd.DataFrame:
    """One's own runs before those that ship, the newest first; those that ship in their own order."""
    own = table[~table["shipped"].astype(bool)].sort_values(
        "created", ascending=False, na_position="last", kind="stable"
    )
    return pd.concat([own, table[table["shipped"].astype(bool)]], ignore_index=True)


def _filtered(table: pd.DataFrame) -> pd.DataFrame:
    own = table[~table["shipped"].astype(bool)]
    present = {
        "league": sorted(set(table["league"].dropna())),
        "corpus": sorted(set(table["corpus"].dropna())),
        "split": sorted(set(table["split"].dropna())),
        "tag": sorted({tag for tags in table["tags"] for tag in tags}),
    }
    asked = [name for name in FILTERS if len(present[name]) > (0 if name == "tag" else 1)]
    with st.container(horizontal=True, vertical_alignment="center"):
        text = st.text_input(
            "Search",
            key="search",
            bind="query-params",
            placeholder="Search name, recipe, note …",
            label_visibility="collapsed",
            width=320,
        )
        more = st.popover("Filter", icon=":material/filter_list:")
        if not own.empty:
            in_url.begin(SHIPPED, in_url.SWITCH, "off", values=in_url.SWITCH, quiet=True)
            st.toggle("Runs that ship", key=SHIPPED)
    filters = {}
    for name in asked:
        # Not bound: a bound value of this name would come along from the pages that pick a corpus or a split.
        in_url.begin_many(name, present[name], [], key=f"filter-{name}")
        filters[name] = more.multiselect(name.capitalize(), present[name], key=f"filter-{name}")
    # Who looks for something looks among all.
    if not own.empty and not st.session_state[SHIPPED] and not text and not any(filters.values()):
        table = own
    for name, wanted in filters.items():
        if wanted and name == "tag":
            table = table[[bool(set(tags) & set(wanted)) for tags in table["tags"]]]
        elif wanted:
            table = table[table[name].isin(wanted)]
    words = table[["run", "name", "recipe", "title", "note"]].fillna("").agg(" ".join, axis=1).str.casefold()
    for word in text.casefold().split():
        table = table[words.loc[table.index].str.contains(word, regex=False)]
    return table.reset_index(drop=True)


def _said(table: pd.DataFrame) -> pd.DataFrame:
    """The table as people read it: scores in per cent, intervals as words."""
    runs = overview.named()
    wrong = table["wrong_on_purpose"].fillna("").astype(bool)
    few = table["part"].notna() & table["accuracy"].isna()
    return pd.DataFrame(
        {
            "name": table["name"],
            "date": pd.to_datetime(table["created"], utc=True, errors="coerce"),
            "accuracy": 100 * pd.to_numeric(table["accuracy"]),
            "accuracy 95 %": _interval(table, "accuracy"),
            "learning": [_curve(runs[link]) for link in table["run"]],
            "split": table["split"],
            "league": table["league"],
            "state": table["state"].where(~wrong, "wrong on purpose").where(~few, "too few to say"),
            "part": table["part"],
            "clips": table["n"],
            "UAR": 100 * pd.to_numeric(table["uar"]),
            "UAR 95 %": _interval(table, "uar"),
            "macro-F1": 100 * pd.to_numeric(table["macro_f1"]),
            "macro-F1 95 %": _interval(table, "macro_f1"),
            "recipe": table["recipe"],
            "corpus": table["corpus"],
            "parameters": pd.to_numeric(table["parameters"]),
            "MB": pd.to_numeric(table["bytes"]) / 1e6,
            "minutes": pd.to_numeric(table["seconds"]) / 60,
            "note": table["note"],
            "tags": table["tags"],
            "folder": table["run"],
        }
    )


def _interval(table: pd.DataFrame, metric: str) -> list[str | None]:
    pairs = zip(table[f"{metric}_low"], table[f"{metric}_high"], strict=True)
    return [None if pd.isna(low) or pd.isna(high) else f"{100 * low:.0f} to {100 * high:.0f}" for low, high in pairs]


def _curve(run: Run) -> list[float]:
    """The validation UAR of every epoch; empty where there are none."""
    return _validated(str(run.path), run.changed("history.csv")) if run.has("history.csv") else []


@st.cache_data(max_entries=500, show_spinner=False)
def _validated(path: str, changed: int) -> list[float]:
    history = Run(Path(path)).history
    return [float(value) for value in history["val_uar"].dropna()] if "val_uar" in history else []


def _columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        "name": st.column_config.TextColumn(width="medium"),
        "learning": st.column_config.LineChartColumn(
            y_min=0, y_max=1, help="UAR on the validation part, epoch by epoch."
        ),
        "accuracy": number(format="%.0f %%", help="Of the part in the column beside; test where there is one."),
        "UAR": number(format="%.0f %%", help="Unweighted average recall: the mean of the classes' recalls."),
        "macro-F1": number(format="%.0f %%"),
        "parameters": number(format="localized"),
        "MB": number(format="%.1f", help="Size of the run's folder on disk."),
        "minutes": number(format="%.1f", help="Duration of the training."),
        "date": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        "tags": st.column_config.ListColumn(),
    }


def _actions(table: pd.DataFrame, shown: pd.DataFrame, picked: list[str], go: Callable[[str, list[str]], None]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Open",
            type="primary",
            icon=":material/open_in_full:",
            disabled=len(picked) != 1,
            on_click=go,
            args=("run", picked),
        )
        beside = _best_beside(table, picked)
        st.button(
            f"Compare {len(picked)}" if len(picked) > 1 else "Compare with the best" if beside else "Compare",
            icon=":material/compare:",
            disabled=not (beside or 2 <= len(picked) <= MOST),
            on_click=go,
            args=("compare", beside or picked),
        )
        if len(picked) == 1:
            row = table[table["run"] == picked[0]].iloc[0]
            _noting(picked[0], row)
            _deleting(picked[0], row)
        st.download_button(
            "Table (CSV)",
            lambda: _csv(shown),
            "runs.csv",
            "text/csv",
            help=spreadsheet.SAID,
            icon=":material/download:",
            on_click="ignore",
        )
        exchange.show_import(go)
    doing = "open, name, tag or delete it" if visitor.may_delete() else "open it"
    st.caption(f"{len(shown)} of {len(table)} runs. Select one to {foreign.plain(doing)}; two to four to compare them.")


def _best_beside(table: pd.DataFrame, picked: list[str]) -> list[str]:
    """One own run and the best that ships, where one own run alone is picked; else nothing."""
    ships = {run.name for run in shipped()}
    models = table[table["run"].isin(ships) & table["accuracy"].notna()]
    if len(picked) != 1 or picked[0] in set(table["run"][table["shipped"].astype(bool)]) or models.empty:
        return []
    return [picked[0], str(models.loc[models["accuracy"].astype(float).idxmax(), "run"])]


def _csv(shown: pd.DataFrame) -> str:
    return spreadsheet.csv(shown.assign(tags=[" ".join(tags) for tags in shown["tags"]]))


def _noting(link: str, row: pd.Series) -> None:
    if not visitor.may_keep():
        return
    with st.popover("Name, note, tags", icon=":material/edit:"), st.form(f"note-{link}", border=False):
        name = st.text_input("Name", "" if row["name"] == link else row["name"], placeholder=link)
        note = st.text_area("Note", row["note"])
        tags = st.text_input("Tags", ", ".join(row["tags"]), placeholder="baseline, paper")
        if st.form_submit_button("Keep", type="primary"):
            try:
                notes.write(_run(link), name=name, note=note, tags=tags.split(","))
            except (RunError, OSError) as error:
                st.error(foreign.plain(error))
                return
            st.rerun()


def _deleting(link: str, row: pd.Series) -> None:
    if not visitor.may_delete() or row["shipped"]:
        return
    with st.popover("Delete", icon=":material/delete:", disabled=row["state"] in ("queued", "running")):
        st.write(
            f"Delete the run {foreign.plain(row['name'])} with its predictions and its model from this machine? This cannot be undone."
        )
        if st.button("Yes, delete it", type="primary", key=f"delete-{link}"):
            try:
                delete(_run(link))
            except RunError as error:
                st.error(foreign.plain(error))
                return
            st.rerun()


def _digest(shown: pd.DataFrame) -> str:
    return hashlib.sha256("|".join(shown["run"]).encode()).hexdigest()[:12]


def _run(link: str) -> Run:
    named = overview.named()
    if link not in named:
        raise RunError(f"There is no run called '{link}' any more.")
    return named[link]
