"""The nearest neighbours decide: which iris, and how long its petals are.

A classifier by the most frequent kind among the five nearest flowers, and a
regressor by the mean of theirs. Compared with scikit-learn.
"""
import numpy as np
from common import arguments, same, timed
from sklearn.datasets import load_iris
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

import ravop as R

options = arguments(__doc__)
k = 5
data = load_iris()
order = np.random.default_rng(4).permutation(150)
queries = order[:9 if options.small else 45]
known = order[45:]
sides = data.data[:, [0, 1, 3]]
sides = sides / sides.std(axis=0)       # or many neighbours are equally near


def neighbours(x, points):
    """Of each point the indices of the k nearest rows of x."""
    between = R.expand_dims(points, axis=1) - R.expand_dims(x, axis=0)
    distances = R.square_root(R.sum(R.pow(between, 2), axis=2))
    return R.argsort(distances, axis=1)[:, :k]


with R.Graph(name="knn", approach=options.approach):
    near = neighbours(R.t(data.data[known]), R.t(data.data[queries]))
    near = R.split(near, len(queries))
    kinds, result = R.t(data.target[known]), R.Tensor([])
    for row in near:
        votes = R.gather(kinds, R.squeeze(row, axis=0))
        result = result.concat(R.mode(votes))
    right = R.mean(R.equal(result, R.t(data.target[queries])))

    near = neighbours(R.t(sides[known]), R.t(sides[queries]))
    lengths = R.mean(R.gather(R.t(data.data[known, 2]), near), axis=1)
    with timed(f"{len(queries)} queries"):
        guessed, accuracy, lengths = R.compute(result, right, lengths)

theirs = KNeighborsClassifier(k).fit(data.data[known], data.target[known])
same("kinds", guessed, theirs.predict(data.data[queries]), "scikit-learn")
theirs = KNeighborsRegressor(k).fit(sides[known], data.data[known, 2])
same("petal lengths", lengths, theirs.predict(sides[queries]), "scikit-learn")
print(f"accuracy {accuracy:.4f}")
