"""A learning-rate range test: the loss of a network while its rate rises, step by step, and the rate that this proposes.

Smith 2017, Cyclical learning rates for training neural networks, arXiv:1506.01186; raised by a factor a step instead of by a summand,
since rates that are worth a try lie decades apart.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ser_core import files, settings
from ser_core.recipes import Fit, Recipe

#: The rates that are tried, from the first step to the last, the most steps, and the seconds that they may take together.
LOWEST, HIGHEST, STEPS, LONGEST_S = 1e-5, 1.0, 100, 60.0
#: Steps over which the loss is smoothed: the deviation of a Gaussian.
SMOOTHED = 4.0
#: A test ends where the loss of three steps is so many times that of the best three before.
DIVERGED = 3.0
#: Shares of its whole fall between which the loss is said to fall: before it nothing is learned, behind it nothing more.
FALLS = (0.1, 0.9)
#: A fall counts that is so many times the deviation of the loss around its smoothed course.
CLEAR = 2.0
FILE = "range_test.json"


@dataclass(frozen=True)
class RangeTest:
    """What was found: the loss of each step at its rate, of so many clips of the train part."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    clips: int

    @property
    def smoothed(self) -> np.ndarray:
        """The loss over the steps without what one batch differs from the next."""
        losses = np.asarray(self.losses)
        steps = np.arange(len(losses))
        weights = np.exp(-0.5 * ((steps[:, None] - steps[None]) / SMOOTHED) ** 2)
        return weights @ losses / weights.sum(axis=1)

    @property
    def proposed(self) -> float | None:
        """The rate in the middle, on a logarithmic axis, of the stretch in which the loss falls, to two digits; None where it does not clearly.

        Where it falls most steeply (fastai's first rule) is no good pick: a network that begins far above chance, as one with batch
        normalisation may, does so as soon as it learns that there are six answers.
        """
        if len(self.losses) < 3:
            return None
        smoothed = self.smoothed
        lowest = int(smoothed.argmin())
        fall = smoothed[0] - smoothed[lowest]
        around = float(np.std((np.asarray(self.losses) - smoothed)[: lowest + 1]))
        if fall <= CLEAR * around:
            return None
        begins, ends = (int(np.argmax(smoothed <= smoothed[0] - share * fall)) for share in FALLS)
        return float(f"{np.sqrt(self.rates[begins] * self.rates[ends]):.1e}")


def rates(steps: int = STEPS) -> np.ndarray:
    """Return the rate of every step of a test of so many."""
    return np.geomspace(LOWEST, HIGHEST, steps)


def diverged(losses: Sequence[float]) -> bool:
    """Tell whether the test has come to rates that are too high: the last loss is no number, or the last three are far above the best three."""
    if not np.isfinite(losses[-1]):
        return True
    threes = np.convolve(losses, np.ones(3) / 3, "valid")
    return len(losses) > 3 and bool(threes[-1] > DIVERGED * threes.min())


def folder(recipe: Recipe) -> Path:
    """Return where the test of a recipe is kept: the same for recipes that differ in name, rate, schedule and length alone."""
    plain = Fit()
    unasked = {name: getattr(plain, name) for name in ("learning_rate", "warmup_epochs", "epochs", "patience", "ema")}
    asked = recipe.with_(name="", title="", seed_row=None, fit=dataclasses.replace(recipe.fit, **unasked))
    stated = json.dumps(asked.to_dict(), sort_keys=True)
    return settings.home().rates / hashlib.sha256(stated.encode()).hexdigest()[:16]


def keep(recipe: Recipe, tested: RangeTest) -> Path:
    """Keep a recipe's test, in place of an earlier one, and return its file."""
    path = folder(recipe) / FILE
    files.write_json(path, dataclasses.asdict(tested))
    return path


def kept(recipe: Recipe) -> RangeTest | None:
    """Return the recipe's last test; None where there is none, or it cannot be read."""
    try:
        stated = json.loads((folder(recipe) / FILE).read_text(encoding="utf-8"))
        return RangeTest(tuple(map(float, stated["rates"])), tuple(map(float, stated["losses"])), int(stated["clips"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
