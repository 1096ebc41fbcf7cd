"""A dozen ops of every kind, each printed beside NumPy's answer.

usage: sums.py [distributed | local]
"""
import sys

import numpy as np

import ravop as R

rng = np.random.default_rng(7)
x = rng.integers(1, 10, (3, 4))
y = rng.random((3, 4))
m = rng.random((4, 2))


def program(lib, x, y, m):
    """Every result by its name; lib is R or NumPy, which spell some apart."""
    raven = lib is R
    concat = lib.concat if raven else np.concatenate
    log = lib.natlog if raven else np.log
    root = lib.square_root if raven else np.sqrt
    return {
        "x + y": x + y,
        "2 * x - 1": 2 * x - 1,
        "x / y": x / y,
        "x ** 2": x ** 2,
        "exp(-y)": lib.exp(-y),
        "log(y)": log(y),
        "root(x)": root(x),
        "x @ m": x @ m,
        "x.T": x.T,
        "sum": lib.sum(x, axis=0),
        "mean": lib.mean(y, axis=1, keepdims=True),
        "max": lib.max(y),
        "argmin": lib.argmin(y, axis=1),
        "sort": lib.sort(x, axis=0),
        "reshape": lib.reshape(x, (2, 6)),
        "concat": concat([x, x], axis=1),
        "expand_dims": lib.expand_dims(x, axis=1),
        "x > 5": x > 5,
        "x == 3": x == 3,
    }


approach = sys.argv[1] if len(sys.argv) > 1 else "distributed"
with R.Graph(name="sums", approach=approach):
    ops = program(R, R.t(x), R.t(y), R.t(m))
    ours = dict(zip(ops, R.compute(*ops.values())))

theirs = program(np, x, y, m)
for name, value in ours.items():
    want = np.asarray(theirs[name])
    same = value.shape == want.shape and np.allclose(value, want, rtol=1e-12)
    print(f"{name:12} {'same as NumPy' if same else 'differs'}\n{value}")
    if not same:
        print(f"NumPy:\n{want}")
        sys.exit(1)
