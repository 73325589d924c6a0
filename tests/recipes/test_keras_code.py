"""A built network as code: words of others in it are words."""

from __future__ import annotations

import ast

from ser_core import recipes
from ser_core.recipes import keras_code


def test_labels_of_a_strangers_corpus_are_no_code() -> None:
    honest = keras_code.code(recipes.named("quick-cnn"), ("anger", "fear"))
    for end in ("\n", "\r", "\r\n", "\x0c", "\x00", "\u2028"):
        label = f"anger{end}import os; os.system('id')"
        text = keras_code.code(recipes.named("quick-cnn"), (label, "fear"))
        assert "# anger import os; os.system('id'), fear" in text
        assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(honest))
