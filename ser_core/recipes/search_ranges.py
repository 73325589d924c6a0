"""From where to where a recipe's settings are searched: stated as text, checked against the settings' own ranges."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ser_core import files
from ser_core.recipes.recipe import Recipe, RecipeError

#: A value that a choice is among: what JSON has beside lists and tables.
Choice = str | int | float | bool | None


@dataclass(frozen=True)
class SearchRange:
    """The values of one setting that a search tries: from `low` to `high` (integers where both are), or one of `choices`.

    key: as `Recipe.override` takes it; log: as many of every power of ten.
    """

    key: str
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    choices: tuple[Choice, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether its values are integers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    @property
    def ends(self) -> tuple[Choice, ...]:
        """The values by which it is checked."""
        return self.choices or (self.low, self.high)

    def __str__(self) -> str:
        if self.choices:
            return f"{self.key}={','.join(map(_text, self.choices))}"
        return f"{self.key}={_text(self.low)}:{_text(self.high)}{':log' if self.log else ''}"


_RATE = SearchRange("fit.learning_rate", 3e-4, 1e-2, log=True)
_DECAY = SearchRange("fit.weight_decay", 1e-5, 1e-1, log=True)
_SMOOTHING = SearchRange("fit.label_smoothing", 0.0, 0.2)
#: By classifier what its regularisation is searched in: how large its vectors are decides.
_BY_CLASSIFIER = {
    "logreg": (SearchRange("network_params.c", 1e-4, 10.0, log=True),),
    "svm": (SearchRange("network_params.c", 1e-4, 100.0, log=True),),
}


def suited(recipe: Recipe) -> tuple[SearchRange, ...]:
    """Return the ranges that are searched where none are stated: a classifier's C, or how a network is fitted."""
    if recipe.network in _BY_CLASSIFIER:
        return _BY_CLASSIFIER[recipe.network]
    return (_RATE, _DECAY) if recipe.fit.loss == "hinge" else (_RATE, _DECAY, _SMOOTHING)


def parse(text: str) -> SearchRange:
    """Return the range that `KEY=LOW:HIGH`, `KEY=LOW:HIGH:log` or `KEY=A,B,C` states. Raises RecipeError for any other text."""
    key, equals, values = text.partition("=")
    if not (equals and key and values):
        raise RecipeError(f"'{text}' is no range: it is stated as KEY=LOW:HIGH, KEY=LOW:HIGH:log or KEY=A,B,C.")
    if "," in values:
        return SearchRange(key, choices=tuple(_value(choice) for choice in values.split(",")))
    low, high, *kind = values.split(":") if ":" in values else (values, "")
    ends = (_value(low), _value(high))
    numbers = all(isinstance(end, (int, float)) and not isinstance(end, bool) for end in ends)
    if not numbers or kind not in ([], ["log"]) or not ends[0] < ends[1]:  # type: ignore[operator]
        raise RecipeError(f"'{text}' is no range: LOW and HIGH are numbers, the lower first, and `log` may follow.")
    if kind and ends[0] <= 0:  # type: ignore[operator]
        raise RecipeError(f"'{text}' is no range: powers of ten lie above 0.")
    return SearchRange(key, *ends, log=bool(kind))  # type: ignore[arg-type]


def checked(recipe: Recipe, ranges: Sequence[SearchRange]) -> None:
    """Raise RecipeError where a range names no setting of the recipe, one twice, or a value that the setting does not take."""
    keys = [searched.key for searched in ranges]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice:
        raise RecipeError(f"{twice} is searched in two ranges; state one.")
    for searched in ranges:
        for value in searched.ends:
            with_values(recipe, {searched.key: value})


def with_values(recipe: Recipe, values: dict[str, Any]) -> Recipe:
    """Return the recipe with these settings, by key. Raises RecipeError as `override` does."""
    return recipe.override([f"{key}={json.dumps(value)}" for key, value in values.items()])


def _value(text: str) -> Choice:
    try:
        parsed = files.from_json(text)
    except ValueError:
        return text.strip()
    return parsed if parsed is None or isinstance(parsed, (str, int, float, bool)) else text


def _text(value: Choice) -> str:
    return value if isinstance(value, str) else json.dumps(value)
