"""For those with many clips: every weight of a network trained on one's own recordings, as a job like any other."""

from __future__ import annotations

import dataclasses

import streamlit as st

from pages.train import gate, starting
from pages.widgets import foreign
from ser_core.corpora.recordings import NAME
from ser_core.jobs.orders import Training
from ser_core.personal import collected
from ser_core.recipes import RecipeError
from ser_core.runs import Run, RunError

#: Few clips in small steps: the weights are good already, and the last layer alone is new.
EPOCHS, BATCH_SIZE, LEARNING_RATE = 30, 8, 3e-4


def show(base: Run, counted: dict[str, int]) -> None:
    """Draw the fold-out. `counted`: clips a class of what shall be told apart."""
    with st.expander("Advanced: train the whole network", icon=":material/tune:"):
        st.markdown(
            "A head leaves the model below as it is and learns from a handful of clips. **Fine-tuning** begins with that model's weights "
            "and changes all of them: it wants tens of clips a class, needs TensorFlow, and takes minutes in the background. Its score is "
            "by clip, the same sittings on both sides, so it is optimistic."
        )
        reason = _reason(counted)
        if reason:
            st.caption(foreign.plain(reason))
        epochs = st.number_input("Epochs", 1, 1000, EPOCHS, key="finetune-epochs", width=160)
        with st.container(horizontal=True):
            if st.button(
                f"Fine-tune {foreign.plain(base.name)}",
                icon=":material/model_training:",
                disabled=reason is not None,
                key="finetune",
            ):
                _queue(base, tuple(counted), epochs)
            st.button(
                "Train from nothing instead",
                icon=":material/model_training:",
                type="tertiary",
                disabled=not counted or gate.reason_not_to_train() is not None,
                on_click=_preset,
                key="finetune-preset",
            )


def order(base: Run, labels: tuple[str, ...], epochs: int) -> Training:
    """Return the training that goes on from `base` on one's own recordings. Raises RunError or RecipeError."""
    stated = base.trained_by
    fit = dataclasses.replace(
        stated.fit, epochs=epochs, batch_size=BATCH_SIZE, learning_rate=LEARNING_RATE, warmup_epochs=1.0, ema=0.0
    )
    wanted = stated.with_(corpus=NAME, labels=labels, split="clips", start=base.name, fit=fit)
    return Training(wanted)


def _reason(counted: dict[str, int]) -> str | None:
    no = gate.reason_not_to_train()
    if no or (counted and (no := collected.refusal(counted))):
        return no
    if not counted or min(counted.values()) < collected.ENOUGH:
        return f"It needs {collected.ENOUGH} clips of each class at least."
    return None


def _queue(base: Run, labels: tuple[str, ...], epochs: int) -> None:
    try:
        training = order(base, labels, epochs)
    except (RecipeError, RunError, KeyError) as error:
        st.error(foreign.plain(error))
        return
    starting.queue(training, None)


def _preset() -> None:
    st.session_state["train-view"] = "new"
    st.session_state["train-corpus"] = NAME
    # One's own recordings have one speaker as a rule, whom no split by speaker can divide.
    st.session_state["train-split"] = "clips"
