"""What a model card says of the clips that a model has learned from."""

import pytest

from ser_core import recipes
from ser_core.corpora import registry
from ser_core.training.card import card


@pytest.mark.parametrize(
    ("copies", "train", "says"),
    [
        (0, 20, "20 clips to train, 4 to choose"),
        (1, 40, "40 clips to train (20 recordings, and 1 changed copy of each), 4 to choose"),
        (3, 80, "80 clips to train (20 recordings, and 3 changed copies of each), 4 to choose"),
    ],
)
def test_copies_are_not_counted_as_recordings(copies: int, train: int, says: str) -> None:
    facts = {"temperature": 1.0, "threshold": 0.5, "parameters": 10, "seconds": 60.0, "parity": 1e-7}
    recipe = recipes.RECIPES["cnn1d-model3"].with_(copies=copies)
    counts = {"train": train, "validation": 4, "test": 4}
    assert says in card(recipe, registry.MODULES["crema-d"].card, "speakers", {}, counts, facts)
