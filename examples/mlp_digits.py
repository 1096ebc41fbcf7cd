"""A multilayer perceptron learns to read digits, its batches shared out.

Each step computes the gradients of two halves of a minibatch apart, so two
participants can work at once, and adds them: the data-parallel step, with
gradients written by hand. Compared with the same training in NumPy.
"""
import numpy as np
from common import arguments, drawing, same, timed
from sklearn.datasets import load_digits

import ravop as R

options = arguments(__doc__, plot=True)
steps, batch, hidden, rate = (8 if options.small else 150), 128, 48, 0.5

digits = load_digits()
images = (digits.data / 16).astype(np.float32)
classes = np.eye(10, dtype=np.float32)[digits.target]
train, test = slice(0, 1500), slice(1500, None)
rng = np.random.default_rng(11)
weights = [
    (rng.normal(size=(64, hidden)) / 8).astype(np.float32),
    np.zeros(hidden, np.float32),
    (rng.normal(size=(hidden, 10)) / 7).astype(np.float32),
    np.zeros(10, np.float32),
]
orders = [rng.permutation(1500)[:batch] for _ in range(steps)]


def forward(lib, x, w1, b1, w2, b2):
    """Hidden layer and logarithms of the classes' probabilities."""
    h = lib.tanh(x @ w1 + b1)
    z = h @ w2 + b2
    z = z - lib.max(z, axis=1, keepdims=True)
    return h, z - lib.log(lib.sum(lib.exp(z), axis=1, keepdims=True))


def gradients(lib, x, y, w1, b1, w2, b2):
    """Of the summed cross-entropy by each weight, and that sum."""
    h, logs = forward(lib, x, w1, b1, w2, b2)
    dz = lib.exp(logs) - y
    dh = (dz @ w2.T) * (1 - h * h)
    return [x.T @ dh, lib.sum(dh, axis=0), h.T @ dz, lib.sum(dz, axis=0),
            -lib.sum(y * logs)]


def step(lib, weights, halves):
    """The weights after one minibatch and its mean loss."""
    left, right = (gradients(lib, x, y, *weights) for x, y in halves)
    *whole, loss = [a + b for a, b in zip(left, right, strict=True)]
    scale = np.float32(rate / batch)
    return [w - scale * g for w, g in zip(weights, whole, strict=True)], loss / batch


def split(order):
    """A minibatch as two halves of images and classes."""
    return [(images[part], classes[part]) for part in np.split(order, 2)]


with R.Graph(name="mlp_digits", approach=options.approach):
    ours, recorded = [R.t(w) for w in weights], []
    for order in orders:
        halves = [(R.t(x), R.t(y)) for x, y in split(order)]
        ours, loss = step(R, ours, halves)
        recorded.append(loss)
    _, logs = forward(R, R.t(images[test]), *ours)
    guessed = R.argmax(logs, axis=1)
    with timed(f"{steps} steps on {batch} images"):
        guesses, w1, *losses = R.compute(guessed, ours[0], *recorded)

theirs = weights
for order in orders:
    theirs, loss = step(np, theirs, split(order))
same("first layer", w1, theirs[0], "NumPy", rtol=1e-2, atol=1e-4)
same("last loss", losses[-1], loss, "NumPy", rtol=1e-3)
accuracy = np.mean(guesses == digits.target[test])
print(f"loss {losses[-1]:.4f}; accuracy on the {len(guesses)} images not "
      f"learned from: {accuracy:.4f}")

with drawing(options.plot, "Digits: loss of each minibatch") as axes:
    if axes is not None:
        axes.plot(np.arange(1, steps + 1), losses)
        axes.set_xlabel("step")
        axes.set_ylabel("mean cross-entropy")
        axes.set_ylim(bottom=0)
