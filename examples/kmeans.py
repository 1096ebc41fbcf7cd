"""k-means on the irises, all at once and in mini-batches.

The distances of every flower to every centre, the nearest, and the means of
those that are nearest: 31 iterations of a chain. Compared with scikit-learn
started from the same centres.
"""
import numpy as np
from common import arguments, drawing, same, timed
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris

import ravop as R

options = arguments(__doc__, plot=True)
iterations = 6 if options.small else 31
flowers = load_iris().data
starts = flowers[[0, 60, 120]]


def nearest(x, centres):
    """Index of the nearest centre of each row."""
    between = R.expand_dims(x, axis=1) - R.expand_dims(centres, axis=0)
    distances = R.square_root(R.sum(R.pow(between, 2), axis=2))
    return R.argmin(distances, axis=1)


def improve(x, centres):
    """Each centre moved to the mean of the rows nearest to it."""
    labels = nearest(x, centres)
    moved = []
    for k in range(3):
        members = R.find_indices(labels, R.t([k])).reshape(shape=[-1])
        moved.append(R.expand_dims(R.mean(R.gather(x, members), axis=0)))
    return R.concat(*moved)


def improve_by(x, centres, counts):
    """Centres moved a little towards each of a few rows, as Sculley (2010)."""
    labels = nearest(x, centres)
    hits = R.equal(R.expand_dims(labels, axis=1), R.t([0, 1, 2]))
    new = R.sum(hits, axis=0)
    sums = R.matmul(R.transpose(hits).astype("float64"), x)
    counts = counts + new
    share = R.expand_dims(new / R.maximum(counts, 1), axis=1)
    means = sums / R.expand_dims(R.maximum(new, 1), axis=1)
    return centres + share * (means - centres), counts


with R.Graph(name="kmeans", approach=options.approach):
    x, centres = R.t(flowers), R.t(starts)
    with timed(f"{iterations} iterations"):
        for _ in range(iterations):
            centres = improve(x, centres)
        ours, labels = R.compute(centres, nearest(x, centres))

theirs = KMeans(3, init=starts, n_init=1, max_iter=iterations, tol=0,
                algorithm="lloyd").fit(flowers)
same("centres", ours, theirs.cluster_centers_, "scikit-learn")
same("clusters", labels, theirs.labels_, "scikit-learn")

rng = np.random.default_rng(2)
with R.Graph(name="minibatch_kmeans", approach=options.approach):
    centres, counts = R.t(starts), R.t(np.zeros(3, np.int64))
    with timed(f"{iterations} mini-batches, each waited for"):
        for _ in range(iterations):
            some = R.t(flowers[rng.permutation(150)[:30]])
            centres, counts = improve_by(some, centres, counts)
            small = centres()
    far = np.linalg.norm(small - ours, axis=1).max()
    print(f"mini-batch centres at most {far:.3f} from the others")

with drawing(options.plot, "k-means on the irises") as axes:
    if axes is not None:
        axes.scatter(flowers[:, 2], flowers[:, 0], c=labels, s=14,
                     cmap="viridis")
        axes.plot(ours[:, 2], ours[:, 0], "kx", ms=11, label="centres")
        axes.plot(small[:, 2], small[:, 0], "r+", ms=11, label="mini-batch")
        axes.set_xlabel("petal length, cm")
        axes.set_ylabel("sepal length, cm")
        axes.legend()
