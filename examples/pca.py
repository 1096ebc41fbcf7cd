"""Principal components of handwritten digits by power iteration.

Each component is what repeated multiplication by the covariance leaves; then
it is taken out and the next one found. Compared with scikit-learn's PCA.
"""
import numpy as np
from common import arguments, drawing, same, timed
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

import ravop as R

options = arguments(__doc__, plot=True)
digits = load_digits()
rows = 300 if options.small else len(digits.data)
images, labels = digits.data[:rows], digits.target[:rows]
iterations = 400

with R.Graph(name="pca", approach=options.approach):
    x = R.t(images)
    centred = x - R.mean(x, axis=0)
    covariance = centred.T @ centred / (rows - 1)
    components, variances = [], []
    for seed in range(2):
        v = R.t(np.random.default_rng(seed).normal(size=64))
        for _ in range(iterations):
            v = covariance @ v
            v = v / R.square_root(R.sum(v * v))
        variance = R.sum(v * (covariance @ v))
        covariance = covariance - variance * (
            R.expand_dims(v, axis=1) * R.expand_dims(v, axis=0))
        components.append(v)
        variances.append(variance)
    plane = centred @ R.stack(*components).T
    with timed(f"2 components, {2 * iterations} products"):
        plane, v1, v2, *variances = R.compute(plane, *components, *variances)

theirs = PCA(2, svd_solver="full").fit(images)
for i, ours in enumerate((v1, v2)):
    sign = np.sign(ours @ theirs.components_[i])
    same(f"component {i + 1}", sign * ours, theirs.components_[i],
         "scikit-learn", rtol=1e-5, atol=1e-6)
same("variances", variances, theirs.explained_variance_, "scikit-learn",
     rtol=1e-8)

with drawing(options.plot, "Handwritten digits in two dimensions") as axes:
    if axes is not None:
        dots = axes.scatter(*plane.T, c=labels, s=8, cmap="tab10")
        axes.legend(*dots.legend_elements(), title="digit", ncols=2)
        axes.set_xlabel("first component")
        axes.set_ylabel("second component")
