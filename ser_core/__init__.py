"""Speech emotion recognition: corpora, features, networks, honest evaluation. Imports no Streamlit.

>>> import ser_core as ser
>>> ser.load("accurate").predict("voice.wav").label in ("anger", "disgust", "fear", "happiness", "neutral", "sadness")
True

The names below are the public face. Each is imported when it is first asked for, so that `import ser_core` costs nothing; `features` and
`runs` are packages that can be called.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ser_core.api import Model, corpus, evaluate, load, train
    from ser_core.audio import AudioError, Clip, read
    from ser_core.corpora.base import Corpus, CorpusError
    from ser_core.evaluation.split_audit import audit
    from ser_core.features.sources import FeatureError
    from ser_core.predictor import Prediction
    from ser_core.recipes import RecipeError
    from ser_core.runs import Run, RunError

_PLACES = {
    "load": "ser_core.api",
    "read": "ser_core.audio",
    "corpus": "ser_core.api",
    "train": "ser_core.api",
    "evaluate": "ser_core.api",
    "audit": "ser_core.evaluation.split_audit",
    "Model": "ser_core.api",
    "Clip": "ser_core.audio",
    "Corpus": "ser_core.corpora.base",
    "Prediction": "ser_core.predictor",
    "Run": "ser_core.runs",
    "AudioError": "ser_core.audio",
    "CorpusError": "ser_core.corpora.base",
    "FeatureError": "ser_core.features.sources",
    "RecipeError": "ser_core.recipes",
    "RunError": "ser_core.runs",
}
_CALLABLE = ("features", "runs")

__all__ = [
    "AudioError",
    "Clip",
    "Corpus",
    "CorpusError",
    "FeatureError",
    "Model",
    "Prediction",
    "RecipeError",
    "Run",
    "RunError",
    "audit",
    "corpus",
    "evaluate",
    "features",
    "load",
    "read",
    "runs",
    "train",
]

# Hidden from the type checker: a module with `__getattr__` has every name to it, misspelled ones too.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import what a name of the public face stands for, and keep it."""
        if name in _CALLABLE:
            return import_module(f"ser_core.{name}")
        if name not in _PLACES:
            raise AttributeError(f"module 'ser_core' has no attribute '{name}'")
        found = getattr(import_module(_PLACES[name]), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
