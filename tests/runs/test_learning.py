"""What is said of learning curves follows from them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ser_core import runs, settings
from ser_core.runs import Run, learning


def history(uar: list[float], val_loss: list[float]) -> pd.DataFrame:
    n = len(uar)
    return pd.DataFrame(
        {"epoch": range(1, n + 1), "loss": np.linspace(2.0, 0.2, n), "val_loss": val_loss, "val_uar": uar}
    )


def test_curves_that_part_are_said_to() -> None:
    found = learning.said(history([0.3, 0.5, 0.52, 0.5, 0.49, 0.48], [1.6, 1.3, 1.2, 1.3, 1.5, 1.7]), {"epochs": 6})
    assert "best in epoch 3 of 6" in found[0] and "From epoch 3 on the curves part" in found[1]
    together = learning.said(history([0.3, 0.4, 0.45, 0.5, 0.55, 0.56], [1.6, 1.5, 1.4, 1.3, 1.2, 1.1]), {"epochs": 6})
    assert together == ["Validation was best in epoch 6 of 6: it might still have learned."]


def test_why_it_stopped_is_said() -> None:
    found = learning.said(history([0.3, 0.5, 0.4, 0.4], [1.6, 1.3, 1.3, 1.31]), {"epochs": 40, "patience": 2})
    assert found == ["It stopped after epoch 4 of 40: validation had not improved for 2 epochs."]
    assert learning.said(pd.DataFrame()) == []


def test_published_curves_can_be_spoken_of() -> None:
    run = Run(settings.ARTIFACTS / "results" / "cnn2d-model3-speakers")
    assert learning.said(runs.training(run).history, run.recipe["recipe"]["fit"])
