"""A decision tree on the irises, grown while its questions are computed.

Every threshold of every feature is tried at once for the least Gini impurity;
what the rows are depends on what was found before. Compared with scikit-learn.
"""
import numpy as np
from common import arguments, same, timed
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

import ravop as R

options = arguments(__doc__)
data = load_iris()
depth = 2 if options.small else 3


def impurity(x, kinds, feature):
    """Thresholds of a feature, and the weighted Gini impurity of each."""
    values = R.unique(R.gather(R.transpose(x), R.Scalar(feature)))()
    if len(values) < 2:
        return np.array([np.inf]), np.array([np.inf])
    middles = (values[1:] + values[:-1]) / 2
    column = R.expand_dims(R.gather(R.transpose(x), R.Scalar(feature)), axis=0)
    left = R.less_equal(column, R.t(middles[:, None])).astype("float64")
    which = R.one_hot_encoding(kinds, depth=3).astype("float64")
    total = 0
    for side in (left, 1 - left):
        counts = R.matmul(side, which)
        size = R.sum(counts, axis=1)
        pure = R.sum(R.square(counts), axis=1) / size
        total = total + (size - pure)
    return middles, total() / len(data.data)


def grow(rows, kinds, level):
    """A tree of (feature, threshold, left, right) and kinds as leaves."""
    counts = np.bincount(kinds, minlength=3)
    if level == 0 or np.count_nonzero(counts) == 1:
        return int(counts.argmax())
    x, y = R.t(rows), R.t(kinds)
    tried = [impurity(x, y, f) for f in range(4)]
    feature = int(np.argmin([scores.min() for _, scores in tried]))
    thresholds, scores = tried[feature]
    threshold = float(thresholds[int(scores.argmin())])
    column = R.gather(R.transpose(x), R.Scalar(feature))
    goes = R.less_equal(column, threshold)
    left = R.gather(x, R.nonzero(goes)[0])()
    right = R.gather(x, R.nonzero(R.logical_not(goes))[0])()
    down = goes()
    return (feature, threshold, grow(left, kinds[down], level - 1),
            grow(right, kinds[~down], level - 1))


def predict(tree, row):
    """The kind of a flower."""
    while not isinstance(tree, int):
        feature, threshold, left, right = tree
        tree = left if row[feature] <= threshold else right
    return tree


def show(tree, indent=""):
    """The tree, a question a line."""
    if isinstance(tree, int):
        print(f"{indent}{data.target_names[tree]}")
        return
    feature, threshold, left, right = tree
    print(f"{indent}{data.feature_names[feature]} <= {threshold:.2f}?")
    show(left, indent + "  ")
    show(right, indent + "  ")


with R.Graph(name="decision_tree", approach=options.approach):
    with timed(f"a tree of depth {depth}"):
        tree = grow(data.data, data.target, depth)
show(tree)
guessed = np.array([predict(tree, row) for row in data.data])
theirs = DecisionTreeClassifier(max_depth=depth, random_state=0)
theirs.fit(data.data, data.target)
same("accuracy", np.mean(guessed == data.target),
     theirs.score(data.data, data.target), "scikit-learn")
