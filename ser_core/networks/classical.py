"""Classical classifiers of scikit-learn on a clip's vector: floors that any network must beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC


def svm(
    *, c: float = 3.0, gamma: str = "scale", kernel: str = "rbf", class_weight: str | None = None
) -> SVC | LinearSVC:
    """Return a support vector machine, one score an emotion; a linear one, which `gamma` says nothing to, keeps no support vectors."""
    if kernel == "linear":
        return LinearSVC(C=c, class_weight=class_weight, dual=False)
    return SVC(C=c, gamma=gamma, class_weight=class_weight, decision_function_shape="ovr")


def logreg(*, c: float = 0.1, class_weight: str | None = None) -> LogisticRegression:
    """Return a multinomial logistic regression."""
    return LogisticRegression(C=c, class_weight=class_weight, max_iter=2000)


#: Name in a recipe → function from its parameters to the classifier.
CLASSIFIERS: dict[str, Callable[..., Any]] = {"svm": svm, "logreg": logreg}


def pipeline(network: str, params: Mapping[str, Any]) -> Pipeline:
    """Return the classifier behind a scaling to unit deviation; both are fitted on the train part. KeyError if unknown."""
    return Pipeline([("scaling", StandardScaler()), ("classifier", CLASSIFIERS[network](**params))])
