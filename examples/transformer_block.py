"""One block of a transformer: inference, heads shared out.

Layer norm, causal attention of several heads, and a layer of GELUs, each with
its residual. Compared with the same block in NumPy.
"""
import math

import numpy as np
from common import arguments, drawing, same, timed

import ravop as R

options = arguments(__doc__, plot=True)
length, width, heads = (16, 32, 4) if options.small else (128, 256, 8)
each = width // heads
rng = np.random.default_rng(13)


def weight(*shape):
    """Random, of a useful size."""
    return (rng.normal(size=shape) / math.sqrt(shape[0])).astype(np.float32)


x = rng.normal(size=(length, width)).astype(np.float32)
query, key, value, out = (weight(width, width) for _ in range(4))
wide, narrow = weight(width, 4 * width), weight(4 * width, width)
ones, zeros = np.ones(width, np.float32), np.zeros(width, np.float32)


def block(x):
    """The block on participants: each head an op of its own."""
    normal = R.layer_norm(x, R.t(ones), R.t(zeros))
    mixed = []
    for h in range(heads):
        part = slice(h * each, (h + 1) * each)
        q, k, v = (normal @ R.t(np.ascontiguousarray(w[:, part]))
                   for w in (query, key, value))
        mixed.append(R.attention(q, k, v, causal=True))
    x = x + R.concat(*mixed, axis=-1) @ R.t(out)
    normal = R.layer_norm(x, R.t(ones), R.t(zeros))
    return x + R.gelu(normal @ R.t(wide)) @ R.t(narrow)


def normalised(x):
    """Rows of mean 0 and variance 1."""
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred ** 2).mean(axis=-1, keepdims=True) + 1e-5)


def theirs(x):
    """The block in NumPy, in float64; and the first head's attention."""
    x = x.astype(float)
    normal = normalised(x)
    mixed, shown = [], None
    for h in range(heads):
        part = slice(h * each, (h + 1) * each)
        q, k, v = (normal @ w[:, part] for w in (query, key, value))
        score = q @ k.T / math.sqrt(each)
        score = np.where(np.tri(length, dtype=bool), score, -np.inf)
        share = np.exp(score - score.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        mixed.append(share @ v)
        shown = share if shown is None else shown
    x = x + np.concatenate(mixed, axis=1) @ out
    inner = normalised(x) @ wide
    erf = np.vectorize(math.erf)
    return x + (inner / 2 * (1 + erf(inner / math.sqrt(2)))) @ narrow, shown


with R.Graph(name="transformer_block", approach=options.approach):
    with timed(f"{length} tokens of {width}, {heads} heads"):
        ours = block(R.t(x))()

want, shown = theirs(x)
same("block", ours, want, "NumPy (float64)", rtol=1e-3, atol=1e-4)
print(f"mean {ours.mean():.4f}, standard deviation {ours.std():.4f}")

with drawing(options.plot, "Attention of the first head") as axes:
    if axes is not None:
        axes.figure.colorbar(axes.imshow(shown, cmap="magma"), label="share")
        axes.set_xlabel("token looked at")
        axes.set_ylabel("token")
