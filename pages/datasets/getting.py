"""Getting a corpus: fetched as a job, read from a folder of this machine, or unpacked from a zip."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from pages.datasets import downloads
from pages.server import uploads, visitor
from pages.widgets import foreign
from ser_core import settings
from ser_core.corpora import crema_d, own_archive, registry, savee
from ser_core.corpora.base import Card, CorpusError

OWN = "own"
FOLDER, ZIP, FETCH = "folder", "zip", "fetch"
WAYS = {
    FETCH: ":material/cloud_download: Fetch it",
    FOLDER: ":material/folder: It lies on this machine",
    ZIP: ":material/folder_zip: I have a zip",
}
#: Copies of corpora that others have put up; whoever uses one answers for it.
COPIES = {savee.CARD.name: "https://www.kaggle.com/datasets/dmitrybabko/speech-emotion-recognition-en"}
#: Of CREMA-D: megabytes a speaker over the network, and of the whole bundle.
MB_A_SPEAKER, MB_WHOLE = 6.7, 470
LESSON_SPEAKERS = 12


def show(*, expanded: bool) -> None:
    """Draw how a corpus is got, and the downloads that run."""
    if not visitor.may_register():
        st.caption(visitor.why_not("add corpora"))
        return
    downloads.show()
    place = (
        st.expander("Get or add a corpus", icon=":material/add:", expanded=True)
        if expanded
        else st.popover("Get or add a corpus", icon=":material/add:")
    )
    with place:
        titles = {name: module.card.title for name, module in registry.MODULES.items()}
        titles[OWN] = (
            "One of my own: a folder of folders, a table of clips (CSV, TSV, JSON Lines), or an audformat database"
        )
        kind = st.selectbox("Which", list(titles), format_func=lambda name: titles[name], key="register-kind")
        name = st.text_input("A name for it", key="register-name").strip() if kind == OWN else kind
        if kind != OWN:
            _terms(registry.MODULES[kind].card)
        ways = [way for way in WAYS if way != FETCH or kind == crema_d.CARD.name]
        way = st.segmented_control(
            "How",
            ways,
            format_func=lambda way: WAYS[way],
            default=ways[0],
            required=True,
            key=f"register-way-{len(ways)}",
            label_visibility="collapsed",
        )
        {FETCH: _fetch, FOLDER: _folder, ZIP: _zip}[way or ways[0]](kind, name)


def _terms(card: Card) -> None:
    licence = f"[{card.licence}]({card.licence_url})" if card.licence_url else card.licence
    st.caption(f"Licence: {licence}. Cite: {card.citation} From: [{card.url}]({card.url})")
    if card.name == savee.CARD.name:
        st.caption(
            f"SAVEE is given out by its owners on registration: [register at the University of Surrey]({card.licence_url}), then name the "
            f"folder or the zip that you received. Copies lie elsewhere, for example [on Kaggle]({COPIES[card.name]}); this program "
            "does not fetch them, and the owners' terms hold for them too."
        )


def _fetch(kind: str, _: str) -> None:
    whole = st.toggle(f"All 91 speakers (about {MB_WHOLE} MB, from Kaggle)", key="fetch-whole")
    speakers = 91
    if not whole:
        speakers = st.slider("Speakers", 2, 90, LESSON_SPEAKERS, key="fetch-speakers")
        st.caption(
            f"{speakers} speakers are about {speakers * MB_A_SPEAKER:.0f} MB, clip by clip from the official repository on GitHub; "
            f"each is checked by the hash of its samples. {LESSON_SPEAKERS} are enough for a lesson."
        )
    where = str(settings.home().own / "corpora" / kind)
    if settings.mode() == "local":
        where = st.text_input("Into the folder", where, key="fetch-folder")
    if st.button("Fetch", type="primary", icon=":material/cloud_download:", disabled=not where):
        downloads.start(kind, Path(where).expanduser().resolve(), None if whole else speakers)
        st.rerun()
    st.caption("Nothing is fetched before you press. It goes on when you close this page.")


def _folder(kind: str, name: str) -> None:
    folder = st.text_input("Its folder on this machine (or the table's file)", key="register-folder")
    if kind != OWN:
        st.caption(registry.MODULES[kind].card.how_to_get.partition(", or fetch it")[0].rstrip(".") + ".")
    if st.button("Add", disabled=not (folder and name)):
        _added(name, lambda: _registered(kind, name, Path(folder).expanduser()))


def _registered(kind: str, name: str, where: Path) -> str:
    if settings.foreign(where):
        raise CorpusError(f"{where} belongs to this server; name a folder of your own.")
    # Read before it is remembered: a folder that holds nothing of the corpus is refused with the reason.
    if kind == OWN:
        registry.open_own(where, name)
    else:
        registry.MODULES[kind].load(where)
    return registry.register(name, where).name


def _zip(kind: str, name: str) -> None:
    upload = st.file_uploader(
        f"Drop the zip, up to {uploads.most_bytes() // 2**20} MB", type=["zip"], key=f"register-zip-{kind}"
    )
    path = st.text_input("or name it, where it is larger or lies on this machine", key="register-zip-path")
    st.caption(
        "It is unpacked into a folder of this program; what would leave that folder, links and archives that grow without measure are refused."
    )
    if st.button("Unpack and add", disabled=not (name and (upload or path))):
        if upload is not None:
            with tempfile.TemporaryDirectory(prefix="ser-zip-") as place:
                archive = Path(place) / "the zip"
                archive.write_bytes(upload.getvalue())
                _added(name, lambda: _unpacked(kind, name, archive))
        else:
            _added(name, lambda: _unpacked(kind, name, Path(path).expanduser()))


def _unpacked(kind: str, name: str, archive: Path) -> str:
    # Imported here: the clients of the network take a second to load.
    from ser_core.corpora import download

    if settings.foreign(archive):
        raise CorpusError(f"{archive} belongs to this server; name an archive of your own.")
    folder = settings.home().own / "corpora" / name
    if kind == OWN:
        return own_archive.add(archive, name, folder).name
    got = download.get(kind, folder, archive=archive)
    registry.register(kind, got.folder)
    return kind


def _added(name: str, work: Callable[[], str]) -> None:
    try:
        with st.spinner("Reading …"):
            name = work()
    except (CorpusError, OSError) as error:
        st.error(foreign.plain(error))
        return
    st.query_params["corpus"] = name
    st.rerun()
