"""A small convolutional network reads digits: inference only.

Two convolutions, two poolings, a dense layer. The first filters are edges,
the last layer is fitted in NumPy. Compared with the same network in NumPy.
"""
import numpy as np
from common import arguments, drawing, same, timed
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

import ravop as R

options = arguments(__doc__, plot=True)
digits = load_digits()
rows = 60 if options.small else len(digits.images)
images = (digits.images[:, None] / 16).astype(np.float32)
rng = np.random.default_rng(12)
edges = np.array([
    [[1, 1, 1], [0, 0, 0], [-1, -1, -1]], [[1, 0, -1]] * 3,
    [[2, 1, 0], [1, 0, -1], [0, -1, -2]], [[0, 1, 2], [-1, 0, 1], [-2, -1, 0]],
], np.float32)[:, None] / 4
mixed = (rng.normal(size=(16, 4, 3, 3)) / 6).astype(np.float32)


def convolve(x, filters):
    """A convolution with a border of zeros, by its definition."""
    x = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (2, 3))
    return np.einsum("nchwyx,ocyx->nohw", windows, filters)


def pool(x):
    """The greatest of each 2 by 2."""
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))


def features(x):
    """What the last layer sees, in NumPy."""
    x = pool(np.maximum(convolve(x, edges), 0))
    return pool(np.maximum(convolve(x, mixed), 0)).reshape(len(x), -1)


seen = features(images)
last = LogisticRegression(max_iter=2000).fit(seen[:1200], digits.target[:1200])
weights = last.coef_.T.astype(np.float32)
bias = last.intercept_.astype(np.float32)

with R.Graph(name="cnn", approach=options.approach):
    answers = []
    for part in np.array_split(images[:rows], 4):
        x = R.t(part)
        for filters in (edges, mixed):
            x = R.relu(R.conv2d(x, R.t(filters), padding=1))
            x = R.max_pool2d(x, 2)
        x = R.reshape(x, (len(part), -1))
        answers.append(R.softmax(x @ R.t(weights) + R.t(bias), axis=1))
    with timed(f"{rows} images in 4 parts"):
        ours = np.concatenate(R.compute(*answers))

theirs = seen[:rows] @ weights + bias
theirs = np.exp(theirs - theirs.max(axis=1, keepdims=True))
theirs /= theirs.sum(axis=1, keepdims=True)
same("probabilities", ours, theirs, "NumPy", rtol=1e-3, atol=1e-5)
right = ours.argmax(axis=1) == digits.target[:rows]
print(f"accuracy {right.mean():.4f}")

with drawing(options.plot, "What the network sees") as axes:
    if axes is not None:
        strip = np.concatenate([np.pad(images[i, 0], 1) for i in range(10)], 1)
        axes.imshow(strip, cmap="gray_r")
        axes.set_xticks(np.arange(10) * 10 + 5,
                        [str(n) for n in ours[:10].argmax(axis=1)])
        axes.set_yticks([])
        axes.set_xlabel("read as")
