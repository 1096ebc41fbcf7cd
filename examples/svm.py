"""A support vector machine's Gram matrix, an entry at a time.

The Gaussian kernel of every pair of the 150 iris flowers: 22,500 synchronous
calls, each a whole way to a participant and back. Compared with scikit-learn's
kernel, and the machine trained on it with scikit-learn's own.
"""
import time

import numpy as np
from common import arguments, drawing, same
from sklearn.datasets import load_iris
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.svm import SVC

import ravop as R

options = arguments(__doc__, plot=True)
data = load_iris()
step = 15 if options.small else 1
flowers, kinds = data.data[::step], data.target[::step]
n, gamma = len(flowers), 0.5
gram = np.empty((n, n))
seconds = np.empty(n * n)

with R.Graph(name="svm", approach=options.approach):
    x = [R.t(flower) for flower in flowers]
    for at in range(n * n):
        start = time.perf_counter()
        i, j = divmod(at, n)
        gram[i, j] = R.exp(-gamma * R.pow(R.norm(x[i] - x[j]), 2))()
        seconds[at] = time.perf_counter() - start

p50, p99 = np.percentile(seconds, (50, 99)) * 1e3
print(f"{n * n} calls in {seconds.sum():.2f} s: p50 {p50:.2f} ms, "
      f"p99 {p99:.2f} ms")
same("Gram matrix", gram, rbf_kernel(flowers, gamma=gamma), "scikit-learn")
machine = SVC(kernel="precomputed").fit(gram, kinds)
theirs = SVC(gamma=gamma).fit(flowers, kinds)
same("predictions", machine.predict(gram), theirs.predict(flowers),
     "scikit-learn")
print(f"accuracy {machine.score(gram, kinds):.4f}, "
      f"{len(machine.support_)} support vectors")

with drawing(options.plot, "Gram matrix of the irises") as axes:
    if axes is not None:
        axes.figure.colorbar(axes.imshow(gram, cmap="viridis"),
                             label="similarity")
        axes.set_xlabel("flower")
        axes.set_ylabel("flower")
