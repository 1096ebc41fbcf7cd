"""What the ops of learning mean: NumPy's formulas."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from .meaning import Line, Param, axes, one_axis, real
from .program import Array

Pair = tuple[int, ...]


def number(p: Param) -> float:
    """A FLOAT parameter."""
    if p is None:
        raise ValueError("needed")
    return float(struct.unpack("<d", struct.pack("<q", p[0]))[0])


def along(a: Array, axis: Param) -> int | None:
    """The axis, refused as by np.sum; of a 0-d array all of it."""
    if a.ndim == 0:
        np.sum(a, axis=one_axis(axis))
        return None
    if axis is not None:
        a.swapaxes(axis[0], 0)
    return one_axis(axis)


def softmax(a: Array, axis: Param) -> Array:
    """exp(a - max) over its sum."""
    a = real(a)
    over = along(a, axis)
    if a.size == 0:
        return a
    e = np.exp(a - np.max(a, axis=over, keepdims=True))
    return np.asarray(e / np.sum(e, axis=over, keepdims=True))


def log_softmax(a: Array, axis: Param) -> Array:
    """Its logarithm, without the division."""
    a = real(a)
    over = along(a, axis)
    if a.size == 0:
        return a
    a = a - np.max(a, axis=over, keepdims=True)
    return np.asarray(a - np.log(np.sum(np.exp(a), axis=over, keepdims=True)))


def common(*inputs: Array) -> np.dtype[Any]:
    """The float dtype of all."""
    dtype = np.result_type(*(a.dtype for a in inputs))
    return dtype if dtype.kind == "f" else np.dtype(np.float64)


def mean(a: Array, axis: Any) -> Array:
    """As np.mean, of a 0-d array too."""
    return np.asarray(np.mean(a, axis=None if a.ndim == 0 else axis, keepdims=True))


def layer_norm(x: Array, *rest: Any) -> Array:
    """Normed over axes, then weight and bias."""
    *affine, axis, eps = rest
    np.sum(x, axis=axes(axis))
    dtype = common(x, *affine)
    d = x.astype(dtype) - mean(x.astype(dtype), axes(axis))
    y = d / np.sqrt(mean(d * d, axes(axis)) + dtype.type(number(eps)))
    steps: tuple[Any, Any] = (np.multiply, np.add)
    for step, a in zip(steps, affine):
        if np.broadcast_shapes(a.shape, x.shape) != x.shape:
            raise ValueError("larger than x")
        y = step(y, a.astype(dtype))
    return np.asarray(y)


def batch_norm(x: Array, *rest: Any) -> Array:
    """Normed for each index of the axis, by its own statistics or those given."""
    *more, axis, eps = rest
    if len(more) % 2 or axis is None:
        raise ValueError("inputs")
    at = axis[0] % x.ndim if -x.ndim <= axis[0] < x.ndim else x.shape[axis[0]]
    dtype = common(x, *more)
    if any(a.shape != (x.shape[at],) for a in more):
        raise ValueError("shape")
    more = [a.astype(dtype).reshape(-1, *(1,) * (x.ndim - at - 1)) for a in more]
    others = tuple(i for i in range(x.ndim) if i != at)
    x = x.astype(dtype)
    d = x - (more[2] if len(more) == 4 else np.mean(x, axis=others, keepdims=True))
    variance = more[3] if len(more) == 4 else np.mean(d * d, axis=others, keepdims=True)
    y = d / np.sqrt(variance + dtype.type(number(eps)))
    return np.asarray(y * more[0] + more[1] if more else y)


def two(p: Param, least: int) -> Pair:
    """One number for both axes, or one for each."""
    if p is None or len(p) not in (1, 2) or min(p) < least:
        raise ValueError("pair")
    return (p[0], p[-1])


def places(n: int, size: int, stride: int, padding: int, dilation: int) -> Array:
    """Rows of the padded image, by position and place in the window."""
    count = (n + 2 * padding - dilation * (size - 1) - 1) // stride + 1
    if n + 2 * padding <= dilation * (size - 1):
        raise ValueError("does not fit")
    return np.arange(count)[:, None] * stride + np.arange(size) * dilation


def both(dims: tuple[int, ...], size: Pair, params: tuple[Param, ...]) -> tuple[Array, Array, Pair]:
    """places() of both axes, as indices that broadcast; and the padding."""
    stride, padding, dilation = (two(p, i) for p, i in zip(params, (1, 0, 1)))
    y, x = (places(*five) for five in zip(dims, size, stride, padding, dilation))
    return y[:, None, :, None], x[None, :, None, :], padding


def filling(dtype: np.dtype[Any], fill: float) -> Any:
    """The fill as an element; integers that cannot have it are the least."""
    if dtype == bool:
        return fill > 0
    if dtype.kind == "i":
        info = np.iinfo(dtype)
        return int(fill) if info.min <= fill <= info.max else info.min
    return dtype.type(fill)


def windows(a: Array, size: Param, *rest: Param) -> Array:
    """(..., rows, columns, height, width) of the padded image."""
    *params, fill = rest
    if a.ndim < 2:
        raise ValueError("no image")
    y, x, (py, px) = both(a.shape[-2:], two(size, 1), tuple(params))
    shape = (*a.shape[:-2], a.shape[-2] + 2 * py, a.shape[-1] + 2 * px)
    whole = np.full(shape, filling(a.dtype, number(fill)), a.dtype)
    whole[..., py:py + a.shape[-2], px:px + a.shape[-1]] = a
    return np.asarray(whole[..., y, x])


def windows_sum(a: Array, shape: Param, *params: Param) -> Array:
    """Added place by place, from 0."""
    height, width = two(shape, 0)
    if a.ndim < 4 or min(a.shape[-2:]) < 1:
        raise ValueError("no windows")
    y, x, (py, px) = both((height, width), a.shape[-2:], params)
    if (y.shape[0], x.shape[1]) != a.shape[-4:-2]:
        raise ValueError("positions")
    whole = np.zeros((*a.shape[:-4], height + 2 * py, width + 2 * px), a.dtype)
    for i in range(a.shape[-2]):
        for j in range(a.shape[-1]):
            whole[..., y[:, :, i, 0], x[:, :, 0, j]] += a[..., i, j]
    return whole[..., py:py + height, px:px + width]


ZERO = (0,)  # the bits of 0.0


def columns(x: Array, size: Pair, params: tuple[Param, ...], groups: int) -> Array:
    """Windows as (N, groups, C / groups, height, width, rows, columns)."""
    n, c, *dims = x.shape
    w = windows(x.reshape(n, groups, c // groups, *dims), size, *params, ZERO)
    return w.transpose(0, 1, 2, 5, 6, 3, 4)


def grouped(p: Param, channels: int, filters: int) -> int:
    """The number of groups."""
    if p is None or p[0] < 1 or channels % p[0] or filters % p[0]:
        raise ValueError("groups")
    return p[0]


def conv2d(x: Array, w: Array, *rest: Any) -> Array:
    """As a product of filters and windows."""
    *bias, stride, padding, dilation, groups = rest
    x, w, *bias = (a.astype(np.result_type(*(b.dtype for b in (x, w, *bias)))) for a in (x, w, *bias))
    if x.ndim != 4 or w.ndim != 4 or any(b.shape != w.shape[:1] for b in bias):
        raise ValueError("axes")
    g = grouped(groups, x.shape[1], w.shape[0])
    if w.shape[1] * g != x.shape[1] or min(w.shape[2:]) < 1:
        raise ValueError("channels")
    cols = columns(x, w.shape[2:], (stride, padding, dilation), g)
    k = w.shape[1] * w.shape[2] * w.shape[3]
    y = np.matmul(w.reshape(g, w.shape[0] // g, k), cols.reshape(x.shape[0], g, k, cols.shape[5] * cols.shape[6]))
    y = y.reshape(x.shape[0], w.shape[0], *cols.shape[5:])
    return np.asarray(y + bias[0][:, None, None] if bias else y)


def conv2d_input_grad(dy: Array, w: Array, shape: Param, stride: Param, padding: Param, dilation: Param,
                      groups: Param) -> Array:
    """Each window's gradient, added to where it came from."""
    if dy.ndim != 4 or w.ndim != 4 or min(w.shape[2:]) < 1:
        raise ValueError("axes")
    g = grouped(groups, 0, w.shape[0])
    f, c, *size = w.shape
    if dy.shape[1] != f:
        raise ValueError("filters")
    flat = dy.reshape(dy.shape[0], g, f // g, dy.shape[2] * dy.shape[3])
    d = np.matmul(w.reshape(g, f // g, c * size[0] * size[1]).swapaxes(1, 2), flat)
    d = d.reshape(dy.shape[0], c * g, *size, *dy.shape[2:]).transpose(0, 1, 4, 5, 2, 3)
    return windows_sum(d, shape, stride, padding, dilation)


def conv2d_weight_grad(x: Array, dy: Array, size: Param, stride: Param, padding: Param, dilation: Param,
                       groups: Param) -> Array:
    """Summed over images, rows and columns."""
    if x.ndim != 4 or dy.ndim != 4 or dy.shape[0] != x.shape[0]:
        raise ValueError("axes")
    g = grouped(groups, x.shape[1], dy.shape[1])
    cols = columns(x, two(size, 1), (stride, padding, dilation), g)
    if cols.shape[5:] != dy.shape[2:]:
        raise ValueError("positions")
    n, f = dy.shape[:2]
    left = dy.reshape(n, g, f // g, -1 if dy.size else dy.shape[2] * dy.shape[3]).transpose(1, 2, 0, 3)
    right = cols.transpose(1, 0, 5, 6, 2, 3, 4)
    k = right.shape[4] * right.shape[5] * right.shape[6]
    terms = n * dy.shape[2] * dy.shape[3]
    d = np.matmul(left.reshape(g, f // g, terms), right.reshape(g, terms, k))
    return np.asarray(d.reshape(f, *cols.shape[2:5]))


def pool(a: Array, size: Param, stride: Param, padding: Param, fill: float) -> Array:
    """Windows, their places in one last axis."""
    if a.ndim != 4:
        raise ValueError("axes")
    most = two(size, 1)
    if any(p > s // 2 for p, s in zip(two(padding, 0), most)):
        raise ValueError("padding")
    w = windows(a, size, stride or size, padding, (1,), struct.unpack("<q", struct.pack("<d", fill)))
    return w.reshape(*w.shape[:-2], most[0] * most[1])


def avg_pool2d(a: Array, size: Param, stride: Param, padding: Param) -> Array:
    """The mean, summed place by place."""
    w = pool(real(a), size, stride, padding, 0)
    total = w[..., 0]
    for i in range(1, w.shape[-1]):
        total = total + w[..., i]
    return np.asarray(total / total.dtype.type(w.shape[-1]))


def max_pool2d_grad(a: Array, dy: Array, size: Param, stride: Param, padding: Param) -> Array:
    """To the first greatest place of each window."""
    w = pool(a, size, stride, padding, -np.inf)
    if w.shape[:-1] != dy.shape:
        raise ValueError("gradient")
    first = np.argmax(w, axis=-1)[..., None] == np.arange(w.shape[-1])
    g = np.where(first, dy[..., None], dy.dtype.type(0)).reshape(*dy.shape, *two(size, 1))
    return windows_sum(g, a.shape[2:], stride or size, padding, (1,))


def avg_pool2d_grad(dy: Array, shape: Param, size: Param, stride: Param, padding: Param) -> Array:
    """Its share to each place."""
    if dy.ndim != 4:
        raise ValueError("axes")
    h, w = two(size, 1)
    if any(p > s // 2 for p, s in zip(two(padding, 0), (h, w))):
        raise ValueError("padding")
    share = real(dy) / real(dy).dtype.type(h * w)
    g = np.broadcast_to(share[..., None, None], (*dy.shape, h, w))
    return windows_sum(g, shape, stride or size, padding, (1,))


def logsumexp(a: Array, axis: Param, keep: Param) -> Array:
    """With the greatest taken out, if it is finite."""
    a, over = real(a), axes(axis)
    m = np.clip(np.max(a, axis=over, keepdims=True), np.finfo(a.dtype).min, np.finfo(a.dtype).max)
    s = np.log(np.sum(np.exp(a - m), axis=over, keepdims=True)) + m
    return np.asarray(s if keep == (1,) else s.reshape(np.sum(a, axis=over).shape))


def reduced(loss: Array, how: Param) -> Array:
    """The mean, the sum, or each."""
    assert how is not None
    return np.asarray((np.mean, np.sum, np.asarray)[how[0]](loss))


def square_loss(a: Array, b: Array, how: Param) -> Array:
    """Of differences."""
    return reduced(np.square(real(a) - real(b)), how)


def square_loss_grad(a: Array, b: Array, how: Param) -> Array:
    """To a."""
    if np.broadcast_shapes(a.shape, b.shape) != a.shape:
        raise ValueError("larger")
    d = real(a) - real(b)
    return np.asarray(d * d.dtype.type(2 / a.size if how == (0,) and a.size else 2))


def entropy(x: Array, labels: Array, axis: Param, ignore: Param) -> tuple[Array, int, Array, Array]:
    """x as a float, the axis, each class's share, and where labels count."""
    shares = labels.dtype.kind == "f"
    dtype = common(x, labels) if shares else common(x)
    if axis is None or labels.dtype == bool or labels.ndim + (not shares) != x.ndim:
        raise ValueError("labels")
    x = x.astype(dtype)
    at = axis[0] % x.ndim if -x.ndim <= axis[0] < x.ndim else x.shape[axis[0]]
    if labels.shape != (x.shape if shares else x.shape[:at] + x.shape[at + 1:]):
        raise ValueError("shape")
    if shares:
        return x, at, labels.astype(dtype), np.ones((*x.shape[:at], 1, *x.shape[at + 1:]), bool)
    wide = np.expand_dims(labels, at)
    counts = np.ones(wide.shape, bool) if ignore is None else wide != ignore[0]
    classes = np.arange(x.shape[at]).reshape(-1, *(1,) * (x.ndim - at - 1))
    if np.any(counts & ((wide < -x.shape[at]) | (wide >= x.shape[at]))):
        raise ValueError("no such class")
    return x, at, (classes == wide % max(x.shape[at], 1)).astype(dtype), counts


def cross_entropy(x: Array, labels: Array, axis: Param, ignore: Param, given: Param, how: Param) -> Array:
    """Minus the logarithm of what the label has."""
    x, at, share, counts = entropy(x, labels, axis, ignore)
    logs = log_softmax(x, (at,)) if given == (0,) else np.log(x)
    if labels.dtype.kind == "f":
        loss = -np.sum(share * logs, axis=at, keepdims=True)
    else:
        loss = -np.sum(np.where(share != 0, logs, 0), axis=at, keepdims=True, dtype=x.dtype)
    loss = np.where(counts, loss, x.dtype.type(0))
    if how == (0,) and ignore is not None and labels.dtype.kind != "f":
        return np.asarray(np.sum(loss) / x.dtype.type(counts.sum()))
    return reduced(np.squeeze(loss, at), how)


def cross_entropy_grad(x: Array, labels: Array, axis: Param, ignore: Param, given: Param, how: Param) -> Array:
    """To x."""
    whole = labels.dtype.kind != "f"
    x, at, share, counts = entropy(x, np.abs(labels) if whole else labels, axis, ignore)
    g = -share / x
    if given == (0,):
        g = softmax(x, (at,)) * (1 if whole else np.sum(share, axis=at, keepdims=True)) - share
    g = np.where(counts, g, x.dtype.type(0))
    if how != (0,):
        return g
    n = counts.sum() if ignore is not None and whole else x.size // max(x.shape[at], 1)
    return np.asarray(g / x.dtype.type(n))


def attention(*args: Any) -> Array:
    """softmax(q k^T scale + mask) v."""
    *inputs, causal, scale = args
    dtype = common(*inputs)
    q, k, v = (a.astype(dtype) for a in inputs[:3])
    if min(q.ndim, k.ndim, v.ndim) < 2:
        raise ValueError("axes")
    by = number(scale) if scale is not None else 1 / np.sqrt(k.shape[-1])
    scores = np.matmul(q, k.swapaxes(-1, -2)) * dtype.type(by)
    if causal == (1,):
        scores = np.where(np.tri(*scores.shape[-2:]).astype(bool), scores, dtype.type(-np.inf))
    if len(inputs) == 4:
        mask = inputs[3]
        if np.broadcast_shapes(mask.shape, scores.shape) != scores.shape:
            raise ValueError("mask")
        scores = np.where(mask, scores, dtype.type(-np.inf)) if mask.dtype == bool else scores + mask.astype(dtype)
    return np.asarray(np.matmul(softmax(scores, (-1,)), v))


LINES: dict[str, Line] = {
    "max_pool2d_grad": max_pool2d_grad,
    "avg_pool2d_grad": avg_pool2d_grad,
    "logsumexp": logsumexp,
    "square_loss": square_loss,
    "square_loss_grad": square_loss_grad,
    "cross_entropy": cross_entropy,
    "cross_entropy_grad": cross_entropy_grad,
    "attention": attention,
    "softmax": softmax,
    "log_softmax": log_softmax,
    "layer_norm": layer_norm,
    "batch_norm": batch_norm,
    "windows": windows,
    "windows_sum": windows_sum,
    "conv2d": conv2d,
    "conv2d_input_grad": conv2d_input_grad,
    "conv2d_weight_grad": conv2d_weight_grad,
    "max_pool2d": lambda a, size, stride, padding: np.max(pool(a, size, stride, padding, -np.inf), axis=-1),
    "avg_pool2d": avg_pool2d,
}

# Formulas over functions and sums: within so many epsilons of NumPy's.
CLOSE: dict[str, float] = {"softmax": 64, "log_softmax": 64, "layer_norm": 64, "batch_norm": 64, "logsumexp": 64,
                          "square_loss": 64, "cross_entropy": 256, "cross_entropy_grad": 256, "attention": 4096}
# The same, of the number 1 as well.
ABSOLUTE = {"log_softmax", "logsumexp", "cross_entropy", "cross_entropy_grad"}
# Whose inputs keep their dtypes.
APART = {"max_pool2d_grad", "cross_entropy", "cross_entropy_grad"}
PRODUCTS = {"conv2d", "conv2d_input_grad", "conv2d_weight_grad"}
BY_VALUE = {"max_pool2d", "avg_pool2d", "max_pool2d_grad", "avg_pool2d_grad"}


def close(name: str, got: Array, want: Array) -> Array:
    """Where got is near want; subnormals may differ in their last bits."""
    info = np.finfo(got.dtype)
    with np.errstate(all="ignore"):
        error = np.abs(got.astype(np.longdouble) - want)
        size = np.abs(want.astype(np.longdouble)) + (1 if name in ABSOLUTE else 0)
        bound = CLOSE[name] * (info.eps * size + info.smallest_subnormal)
        return np.asarray((error <= bound) | (got == want) | (np.isnan(got) & np.isnan(want)))


def product_near(name: str, got: Array, inputs: list[Array], params: tuple[Param, ...]) -> Array:
    """Within an error that no order of sums exceeds; where that overflows, anything."""
    wide = [a.astype(np.longdouble) for a in inputs]
    info = np.finfo(got.dtype)
    terms = 1 + max(a.size for a in inputs)
    with np.errstate(all="ignore"):
        want = LINES[name](*wide, *params)
        size = LINES[name](*(np.where(np.isfinite(a), np.abs(a), 0) for a in wide), *params)
        bound = 4 * (256 + terms / 256) * (info.eps * size + terms * info.smallest_subnormal)
        close_to = np.abs(got - want) <= bound
        return np.asarray(close_to | (np.isnan(got) & np.isnan(want)) | (got == want) | (size > info.max / 4))
