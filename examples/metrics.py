"""Metrics and losses of a classifier and a regressor.

Accuracy, precision, recall, F1, cross-entropy; mean squared and absolute
error, R squared. Compared with scikit-learn.
"""
import numpy as np
from common import arguments, same
from sklearn import metrics

import ravop as R

options = arguments(__doc__)
n = 200 if options.small else 20000
rng = np.random.default_rng(8)
truth = rng.integers(0, 2, n)
chance = np.clip(truth * 0.3 + rng.random(n) * 0.7, 1e-6, 1 - 1e-6)
target = rng.normal(size=n)
guess = target + rng.normal(0, 0.3, n)

with R.Graph(name="metrics", approach=options.approach):
    y, p = R.t(truth), R.t(chance)
    said = R.greater(p, 0.5)
    hits = R.sum(R.logical_and(said, y))
    wrong = R.sum(R.logical_and(said, R.logical_not(y)))
    missed = R.sum(R.logical_and(R.logical_not(said), y))
    precision, recall = hits / (hits + wrong), hits / (hits + missed)
    p = R.clip(p, lower_limit=1e-7, upper_limit=1 - 1e-7)
    residual = R.t(target) - R.t(guess)
    ours = {
        "accuracy": R.mean(R.equal(said, R.greater(y, 0))),
        "precision": precision,
        "recall": recall,
        "F1": 2 * precision * recall / (precision + recall),
        "log loss": -R.mean(y * R.natlog(p) + (1 - y) * R.natlog(1 - p)),
        "squared error": R.mean(R.square(residual)),
        "absolute error": R.mean(R.abs(residual)),
        "R squared": 1 - R.sum(R.square(residual)) / R.sum(
            R.square(R.t(target) - R.mean(R.t(target)))),
    }
    ours = dict(zip(ours, R.compute(*ours.values()), strict=True))

answer = chance > 0.5
theirs = {
    "accuracy": metrics.accuracy_score(truth, answer),
    "precision": metrics.precision_score(truth, answer),
    "recall": metrics.recall_score(truth, answer),
    "F1": metrics.f1_score(truth, answer),
    "log loss": metrics.log_loss(truth, chance),
    "squared error": metrics.mean_squared_error(target, guess),
    "absolute error": metrics.mean_absolute_error(target, guess),
    "R squared": metrics.r2_score(target, guess),
}
for name, value in ours.items():
    same(f"{name} {value:.4f}", value, theirs[name], "scikit-learn")
