"""Logistic regression by gradient descent: malignant or benign?

scikit-learn's breast cancer data, standardised. Compared with the same steps
in NumPy, and its accuracy with scikit-learn's LogisticRegression.
"""
import numpy as np
from common import arguments, drawing, same, timed
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression

import ravop as R

options = arguments(__doc__, plot=True)
steps, rate = (10, 1.0) if options.small else (200, 1.0)

data = load_breast_cancer()
features = (data.data - data.data.mean(axis=0)) / data.data.std(axis=0)
features = np.concatenate([np.ones((len(features), 1)), features], axis=1)
labels = data.target.astype(float)
n = len(labels)


def step(lib, x, y, weights):
    """The weights after a step, and the mean cross-entropy before it."""
    p = 1 / (1 + lib.exp(-(x @ weights)))
    loss = -(y * lib.log(p) + (1 - y) * lib.log(1 - p)).mean()
    return weights - rate / n * (x.T @ (p - y)), loss


with R.Graph(name="logistic_regression", approach=options.approach):
    x, y = R.t(features), R.t(labels)
    weights = R.t(np.zeros(features.shape[1]))
    recorded = []
    for _ in range(steps):
        weights, loss = step(R, x, y, weights)
        recorded.append(loss)
    right = R.mean(R.equal((x @ weights) > 0, y > 0.5))
    with timed(f"{steps} steps in one graph"):
        ours, accuracy, *losses = R.compute(weights, right, *recorded)

theirs = np.zeros(features.shape[1])
for _ in range(steps):
    theirs, loss = step(np, features, labels, theirs)
same("weights", ours, theirs, "NumPy")
same("last loss", losses[-1], loss, "NumPy")
best = LogisticRegression(max_iter=1000).fit(features, labels)
print(f"accuracy {accuracy:.4f}, scikit-learn's "
      f"{best.score(features, labels):.4f}; loss {losses[-1]:.4f}")

with drawing(options.plot, "Logistic regression") as axes:
    if axes is not None:
        axes.plot(np.arange(1, steps + 1), losses)
        axes.set_xlabel("step")
        axes.set_ylabel("mean cross-entropy")
        axes.set_ylim(bottom=0)
