"""Names of other releases that are not here, and why, in a sentence."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._errors import GraphError

MODELS = {
    "linear_regression", "logistic_regression", "knn_classifier",
    "knn_regressor", "naive_bayes", "kmeans", "svm_svc", "svm_svr",
    "decision_tree_classifier", "decision_tree_regressor",
    "random_forest_classifier", "random_forest_regressor",
}
TRAINING = ("forward_pass", "backward_pass", "start_backward", "stop_backward",
            "square_loss", "cross_entropy_loss", "sparse_categorical")


def why(name: str) -> str | None:
    """Why a name of other releases is not here; None: it is no such name."""
    if name.startswith("federated"):
        return ("federated computing is not part of Raven; R.Graph's "
                "approaches are 'distributed' and 'local'.")
    if name in ("model", "Model", "pytorch_model"):
        return "TorchScript files are not part of Raven; record ops instead."
    if name in MODELS:
        return ("models are programs made of ops, not library calls; "
                "examples/ has such programs to start from.")
    if name.startswith(TRAINING):
        return ("layers and their gradients are programs made of ops, not "
                "library calls; examples/ trains networks that way.")
    if name.startswith("ftp"):
        return ("data over FTP is not part of Raven; fetch the file and read "
                "it with R.File().")
    return None


def elsewhere(name: str) -> Callable[..., Any] | None:
    """A stand-in for such a name that says why it is not here."""
    text = why(name)
    if text is None:
        return None

    def refuse(*args: object, **keywords: object) -> Any:
        raise GraphError(f"R.{name}: {text}")

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = f"Not part of this library: {text}"
    return refuse
