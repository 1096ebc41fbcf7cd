"""A 2048 x 2048 matrix product in blocks that participants share.

Every block of the result is a sum of products of blocks; the blocks of the
operands are uploaded once, whoever needs them. Compared with NumPy.
"""
import numpy as np
from common import arguments, same, timed

import ravop as R

options = arguments(__doc__)
size, parts = (512, 2) if options.small else (2048, 4)
block = size // parts

rng = np.random.default_rng(5)
a = rng.random((size, size), np.float32)
b = rng.random((size, size), np.float32)


def blocks(matrix):
    """Its blocks by row and column, each an op."""
    return [[R.t(np.ascontiguousarray(
        matrix[i * block:(i + 1) * block, j * block:(j + 1) * block]))
        for j in range(parts)] for i in range(parts)]


with R.Graph(name="blocked_matmul", approach=options.approach):
    left, right = blocks(a), blocks(b)
    wanted = []
    for i in range(parts):
        for j in range(parts):
            total = left[i][0] @ right[0][j]
            for k in range(1, parts):
                total = total + left[i][k] @ right[k][j]
            wanted.append(total)
    with timed(f"{size} x {size}, {parts ** 3} products of blocks"):
        tiles = R.compute(*wanted)

product = np.block([[tiles[i * parts + j] for j in range(parts)]
                    for i in range(parts)])
same("product", product, a @ b, "NumPy", rtol=1e-5)
