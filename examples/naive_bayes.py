"""Naive Bayes on the irises, a number at a time: thousands of scalar ops.

The density of each feature of each flower under each kind's normal
distribution. Compared with scikit-learn's GaussianNB.
"""
import numpy as np
from common import arguments, same, timed
from sklearn.datasets import load_iris
from sklearn.naive_bayes import GaussianNB

import ravop as R

options = arguments(__doc__)
data = load_iris()
order = np.random.default_rng(6).permutation(150)
queries = order[:5 if options.small else 45]
known = order[45:]


def density(x, mean, std):
    """The normal distribution's at x."""
    away = R.exp(R.neg(R.div(R.square(R.sub(x, mean)),
                             R.mul(2, R.square(std)))))
    return R.div(away, R.mul(std, R.square_root(R.mul(2, R.pi()))))


with R.Graph(name="naive_bayes", approach=options.approach) as graph:
    means, stds = [], []
    for kind in range(3):
        rows = R.t(data.data[known][data.target[known] == kind])
        means.append([R.mean(rows[:, f]) for f in range(4)])
        stds.append([R.std(rows[:, f]) for f in range(4)])
    chances = []
    for flower in data.data[queries]:
        for kind in range(3):
            chance = R.t(float(np.mean(data.target[known] == kind)))
            for f in range(4):
                chance = R.mul(chance, density(
                    float(flower[f]), means[kind][f], stds[kind][f]))
            chances.append(chance)
    with timed(f"{len(queries)} flowers by {len(chances)} chances"):
        ours = np.reshape(R.compute(*chances), (-1, 3))

theirs = GaussianNB(var_smoothing=0).fit(data.data[known], data.target[known])
same("kinds", ours.argmax(axis=1), theirs.predict(data.data[queries]),
     "scikit-learn")
same("chances", ours / ours.sum(axis=1, keepdims=True),
     theirs.predict_proba(data.data[queries]), "scikit-learn", rtol=1e-6)
