"""A perceptron of two layers trained sample by sample on the XOR of two bits.

Waits for every sample's weights by looking at their status, as programs of
2022 did. Compared with the same training in NumPy.
"""
import numpy as np
from common import arguments, drawing, same, timed

import ravop as R

options = arguments(__doc__, plot=True)
epochs = 5 if options.small else 600

inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
targets = np.array([[0], [1], [1], [0]], float)
rng = np.random.default_rng(3)
start = rng.normal(0, 1, (3, 4)), rng.normal(0, 1, (5, 1))


def sigmoid(lib, x):
    """1 / (1 + e^-x)."""
    return 1 / (1 + lib.exp(-x))


def train(lib, sample, target, w1, w2):
    """Both layers' weights after one sample, and its squared error."""
    one = np.ones((1, 1))
    bias = np.concatenate([one, sample], axis=1)
    hidden = sigmoid(lib, bias @ w1)
    joined = lib.concatenate([one, hidden], axis=1)
    output = sigmoid(lib, joined @ w2)
    wrong = target - output
    slope2 = wrong * output * (1 - output)
    slope1 = (slope2 @ w2.T)[:, 1:] * hidden * (1 - hidden)
    return (w1 + 0.9 * bias.T @ slope1, w2 + 0.9 * joined.T @ slope2,
            (wrong ** 2).sum())


with R.Graph(name="perceptron", approach=options.approach):
    w1, w2 = R.t(start[0]), R.t(start[1])
    losses = []
    with timed(f"{epochs} epochs of 4 samples"):
        for _ in range(epochs):
            for i in range(4):
                w1, w2, loss = train(R, inputs[i:i + 1], targets[i:i + 1],
                                     w1, w2)
            while w2.status != "computed":
                pass
            losses.append(loss)
        ours = R.compute(w1, w2, *losses)

theirs = start
for _ in range(epochs):
    for i in range(4):
        *theirs, loss = train(np, inputs[i:i + 1], targets[i:i + 1], *theirs)
same("first layer", ours[0], theirs[0], "NumPy", rtol=1e-6)
same("second layer", ours[1], theirs[1], "NumPy", rtol=1e-6)
print(f"squared error of the last sample {ours[-1]:.4f}")

with drawing(options.plot, "Perceptron: XOR") as axes:
    if axes is not None:
        axes.plot(np.arange(1, epochs + 1), ours[2:])
        axes.set_xlabel("epoch")
        axes.set_ylabel("squared error of the last sample")
