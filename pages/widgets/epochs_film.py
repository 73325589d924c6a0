"""What a network answered after every epoch: its matrix with a slider, the recall of each emotion, one clip's probabilities."""

from __future__ import annotations

import streamlit as st

from pages.widgets import clip_player, foreign, numbers
from ser_core import figures
from ser_core.runs.epochs import Epochs

#: Matrices that are sent to a browser at a time.
FRAMES = 40
_BAR = {"displayModeBar": False}


def matrix(film: Epochs, key: str, *, title: str = "Validation part", best: bool = True) -> None:
    """Draw the matrix with the slider. best: it stands on the epoch that is kept, not on the last one."""
    shown = film.thinned(FRAMES)
    uar = shown.uar
    titles = [
        f"{title}<br><sub>epoch {epoch} · UAR {numbers.percent(score)}</sub>"
        for epoch, score in zip(shown.epochs, uar, strict=True)
    ]
    place = int(uar.argmax()) if best else len(uar) - 1
    st.plotly_chart(
        figures.film(shown.matrices, shown.labels, [int(epoch) for epoch in shown.epochs], titles, shown=place),
        key=f"film-{key}",
        config=_BAR,
        alt=f"Confusion matrix of the validation part after each of {len(film.epochs)} epochs; "
        f"epoch {shown.epochs[place]}: UAR {numbers.percent(uar[place])}",
    )


def recall(film: Epochs, key: str) -> None:
    """Draw how much of each emotion was found, over the epochs."""
    st.plotly_chart(
        figures.over_epochs(film.recall, film.labels, [int(epoch) for epoch in film.epochs], of="found in"),
        key=f"recall-{key}",
        config=_BAR,
        alt=f"Recall of {', '.join(film.labels)} over {len(film.epochs)} epochs",
    )
    st.caption("Recall: the share of each emotion's validation clips that was found.")


def clip(film: Epochs, key: str) -> None:
    """Draw the choice of a clip of the validation part, its player, and its probabilities over the epochs."""
    true = dict(zip(film.clips, film.true, strict=True))
    chosen = st.selectbox(
        "Clip",
        _most_moved(film),
        format_func=lambda name: f"{name} · {true[name]}",
        key=f"film-clip-{key}",
        help="Of the validation part; those on which the network changed its mind most come first.",
    )
    clip_player.show(chosen, f"film-{key}")
    st.plotly_chart(
        figures.over_epochs(
            film.of_clip(chosen), film.labels, [int(epoch) for epoch in film.epochs], bold=true[chosen], of="has"
        ),
        key=f"film-clip-picture-{key}",
        config=_BAR,
        alt=f"Probabilities of {chosen} over {len(film.epochs)} epochs",
    )
    st.caption(f"The thick line is what was acted: {foreign.plain(true[chosen])}. Before the temperature.")


def _most_moved(film: Epochs) -> list[str]:
    """The clips, those whose answer changed most often first."""
    answers = film.answers.argmax(axis=2)
    changes = (answers[1:] != answers[:-1]).sum(axis=0)
    return [film.clips[k] for k in (-changes).argsort(kind="stable")]
