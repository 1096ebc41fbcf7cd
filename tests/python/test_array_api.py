"""The array API standard, 2022.12: signatures, dtypes, values."""
from __future__ import annotations

import inspect

import numpy as np
import pytest

import ravop as R
from ravop import array_api as xp

#: As the standard writes them.
SIGNATURES = """
arange(start, /, stop=None, step=1, *, dtype=None, device=None)
asarray(obj, /, *, dtype=None, device=None, copy=None)
empty(shape, *, dtype=None, device=None)
empty_like(x, /, *, dtype=None, device=None)
eye(n_rows, n_cols=None, /, *, k=0, dtype=None, device=None)
from_dlpack(x, /)
full(shape, fill_value, *, dtype=None, device=None)
full_like(x, /, fill_value, *, dtype=None, device=None)
linspace(start, stop, /, num, *, dtype=None, device=None, endpoint=True)
meshgrid(*arrays, indexing='xy')
ones(shape, *, dtype=None, device=None)
ones_like(x, /, *, dtype=None, device=None)
tril(x, /, *, k=0)
triu(x, /, *, k=0)
zeros(shape, *, dtype=None, device=None)
zeros_like(x, /, *, dtype=None, device=None)
astype(x, dtype, /, *, copy=True)
broadcast_arrays(*arrays)
broadcast_to(x, /, shape)
can_cast(from_, to, /)
finfo(type, /)
iinfo(type, /)
isdtype(dtype, kind)
result_type(*arrays_and_dtypes)
matmul(x1, x2, /)
matrix_transpose(x, /)
tensordot(x1, x2, /, *, axes=2)
vecdot(x1, x2, /, *, axis=-1)
concat(arrays, /, *, axis=0)
expand_dims(x, /, *, axis=0)
flip(x, /, *, axis=None)
permute_dims(x, /, axes)
reshape(x, /, shape, *, copy=None)
roll(x, /, shift, *, axis=None)
squeeze(x, /, axis)
stack(arrays, /, *, axis=0)
take(x, indices, /, *, axis=None)
argmax(x, /, *, axis=None, keepdims=False)
argmin(x, /, *, axis=None, keepdims=False)
nonzero(x, /)
where(condition, x1, x2, /)
unique_all(x, /)
unique_counts(x, /)
unique_inverse(x, /)
unique_values(x, /)
argsort(x, /, *, axis=-1, descending=False, stable=True)
sort(x, /, *, axis=-1, descending=False, stable=True)
max(x, /, *, axis=None, keepdims=False)
mean(x, /, *, axis=None, keepdims=False)
min(x, /, *, axis=None, keepdims=False)
prod(x, /, *, axis=None, dtype=None, keepdims=False)
std(x, /, *, axis=None, correction=0.0, keepdims=False)
sum(x, /, *, axis=None, dtype=None, keepdims=False)
var(x, /, *, axis=None, correction=0.0, keepdims=False)
all(x, /, *, axis=None, keepdims=False)
any(x, /, *, axis=None, keepdims=False)
""".split("\n")[1:-1]
UNARY = ("abs acos acosh asin asinh atan atanh bitwise_invert ceil cos cosh "
         "exp expm1 floor isfinite isinf isnan log log1p log2 log10 "
         "logical_not negative positive round sign sin sinh square sqrt tan "
         "tanh trunc").split()
BINARY = ("add atan2 bitwise_and bitwise_left_shift bitwise_or "
          "bitwise_right_shift bitwise_xor divide equal floor_divide greater "
          "greater_equal less less_equal logaddexp logical_and logical_or "
          "logical_xor multiply not_equal pow remainder subtract").split()
SIGNATURES += [f"{name}(x, /)" for name in UNARY]
SIGNATURES += [f"{name}(x1, x2, /)" for name in BINARY]
NUMPY = {
    "acos": "arccos", "acosh": "arccosh", "asin": "arcsin",
    "asinh": "arcsinh", "atan": "arctan", "atanh": "arctanh",
    "atan2": "arctan2", "bitwise_invert": "invert", "pow": "power",
    "bitwise_left_shift": "left_shift", "bitwise_right_shift": "right_shift",
}


@pytest.mark.parametrize("text", SIGNATURES)
def test_signatures(text: str) -> None:
    name, parameters = text.split("(", 1)
    scope: dict[str, object] = {}
    exec(f"def standard({parameters}: ...", scope)
    want = inspect.signature(scope["standard"]).parameters  # type: ignore[arg-type]
    got = inspect.signature(getattr(xp, name)).parameters
    assert [(p.name, p.kind, p.default) for p in got.values()] == [
        (p.name, p.kind, p.default) for p in want.values()]
    assert inspect.getdoc(getattr(xp, name))


def test_nothing_is_missing_or_more() -> None:
    constants = {"e", "inf", "nan", "newaxis", "pi"}
    dtypes = {"bool", "int32", "int64", "float32", "float64"}
    objects = {"finfo_object", "iinfo_object"}
    names = {text.split("(")[0] for text in SIGNATURES}
    assert set(xp.__all__) == names | constants | dtypes | objects
    assert all(hasattr(xp, name) for name in xp.__all__)
    assert xp.__array_api_version__ == "2022.12"
    assert (xp.pi, xp.e, xp.newaxis) == (np.pi, np.e, None)


FLOATS = np.array([[0.25, 0.5], [0.75, 0.125]])
WHOLE = np.array([[1, 2], [5, 3]])


def same(op: R.Op, want: np.ndarray) -> None:
    """Shape, dtype and values."""
    value = op()
    assert op.shape == want.shape and value.shape == want.shape
    assert value.dtype == want.dtype
    np.testing.assert_allclose(value, want, rtol=1e-14, atol=1e-300)


@pytest.mark.parametrize("name", UNARY)
def test_unary(name: str) -> None:
    x = WHOLE if name == "bitwise_invert" else FLOATS
    x = x + 1 if name == "acosh" else x
    same(getattr(xp, name)(xp.asarray(x)),
         getattr(np, NUMPY.get(name, name))(x))


@pytest.mark.parametrize("name", BINARY)
def test_binary(name: str) -> None:
    x = WHOLE if "bitwise" in name else FLOATS
    y = x[::-1]
    same(getattr(xp, name)(xp.asarray(x), xp.asarray(y)),
         getattr(np, NUMPY.get(name, name))(x, y))


def test_creation() -> None:
    same(xp.arange(5), np.arange(5))
    same(xp.arange(1, 2, 0.25), np.arange(1, 2, 0.25))
    same(xp.arange(3, dtype=xp.float32), np.arange(3, dtype=np.float32))
    same(xp.linspace(0, 1, 5), np.linspace(0, 1, 5))
    same(xp.linspace(0, 1, 4, endpoint=False), np.linspace(0, 1, 4, False))
    same(xp.zeros((2, 3)), np.zeros((2, 3)))
    same(xp.ones(3, dtype=xp.int32), np.ones(3, np.int32))
    same(xp.full((2, 2), 7), np.full((2, 2), 7))
    same(xp.full(2, True), np.full(2, True))
    same(xp.eye(3, 4, k=1), np.eye(3, 4, 1))
    x = xp.asarray(WHOLE)
    same(xp.zeros_like(x), np.zeros_like(WHOLE))
    same(xp.ones_like(x, dtype=xp.bool), np.ones_like(WHOLE, bool))
    same(xp.full_like(x, 3), np.full_like(WHOLE, 3))
    assert xp.empty(2).shape == (2,) and xp.empty_like(x).shape == (2, 2)
    same(xp.tril(x), np.tril(WHOLE))
    same(xp.triu(x, k=1), np.triu(WHOLE, 1))
    for indexing in ("xy", "ij"):
        for got, want in zip(
                xp.meshgrid(xp.arange(2), xp.arange(3), indexing=indexing),
                np.meshgrid(np.arange(2), np.arange(3), indexing=indexing)):
            same(got, want)
    same(xp.from_dlpack(WHOLE), WHOLE)
    same(xp.asarray([xp.asarray(1), xp.asarray(2)]), np.array([1, 2]))
    assert xp.asarray(x) is x
    with pytest.raises(ValueError, match="'cpu'"):
        xp.zeros(2, device="cuda")
    with pytest.raises(TypeError, match="uint8"):
        xp.zeros(2, dtype=np.uint8)
    with pytest.raises(ValueError, match="by a copy"):
        xp.asarray([1], copy=False)


def test_dtypes() -> None:
    x = xp.asarray(WHOLE)
    assert x.dtype == xp.int64
    same(xp.astype(x, xp.float32), WHOLE.astype(np.float32))
    assert xp.astype(x, xp.int64, copy=False) is x
    assert xp.can_cast(xp.int32, xp.int64) and not xp.can_cast(x, xp.int32)
    assert xp.result_type(x, xp.float32, xp.bool) == xp.float64
    assert xp.isdtype(xp.int32, "integral") and xp.isdtype(xp.bool, "bool")
    assert xp.isdtype(xp.float32, ("bool", xp.float32))
    assert not xp.isdtype(xp.float64, "signed integer")
    assert xp.isdtype(xp.float64, "numeric")
    assert not xp.isdtype(xp.float64, "complex floating")
    with pytest.raises(TypeError, match="no kind"):
        xp.isdtype(xp.float64, "float")
    info = xp.finfo(xp.float32)
    assert (info.bits, info.eps, info.dtype) == (
        32, np.finfo(np.float32).eps, xp.float32)
    assert (xp.iinfo(x).max, xp.iinfo(xp.int32).min) == (2**63 - 1, -2**31)


def test_moving() -> None:
    array = np.arange(24.0).reshape(2, 3, 4)
    x = xp.asarray(array)
    same(xp.broadcast_to(x, (5, 2, 3, 4)), np.broadcast_to(array, (5, 2, 3, 4)))
    a, b = xp.broadcast_arrays(xp.asarray([1, 2]), xp.asarray([[1], [2]]))
    assert a.shape == b.shape == (2, 2)
    same(xp.concat([x, x], axis=1), np.concatenate([array, array], 1))
    same(xp.concat([x, x], axis=None), np.concatenate([array, array], None))
    same(xp.stack([x, x], axis=-1), np.stack([array, array], -1))
    same(xp.expand_dims(x, axis=1), np.expand_dims(array, 1))
    same(xp.squeeze(xp.expand_dims(x, axis=1), 1), array)
    same(xp.flip(x), np.flip(array))
    same(xp.flip(x, axis=(0, 2)), np.flip(array, (0, 2)))
    same(xp.permute_dims(x, (2, 0, 1)), np.transpose(array, (2, 0, 1)))
    same(xp.reshape(x, (4, -1)), array.reshape(4, -1))
    same(xp.roll(x, 5), np.roll(array, 5))
    same(xp.roll(x, (1, -1), axis=(0, 2)), np.roll(array, (1, -1), (0, 2)))
    same(xp.take(x, xp.asarray([2, 0]), axis=1), np.take(array, [2, 0], 1))
    same(xp.take(xp.asarray([5, 6]), xp.asarray([1])), np.array([6]))
    with pytest.raises(ValueError, match="needs axis="):
        xp.take(x, xp.asarray([0]))


def test_products() -> None:
    array = np.arange(24.0).reshape(2, 3, 4)
    x = xp.asarray(array)
    same(xp.matmul(x, xp.matrix_transpose(x)), array @ array.swapaxes(1, 2))
    same(xp.asarray(WHOLE).mT, WHOLE.T)
    same(xp.tensordot(x, x, axes=3), np.tensordot(array, array, 3))
    same(xp.tensordot(x, x, axes=([0, 2], [0, 2])),
         np.tensordot(array, array, ([0, 2], [0, 2])))
    same(xp.tensordot(x, x, axes=0), np.tensordot(array, array, 0))
    same(xp.vecdot(x, x), (array * array).sum(-1))
    with pytest.raises(ValueError, match="two axes"):
        xp.matrix_transpose(xp.asarray([1]))


def test_reductions() -> None:
    array = np.arange(12.0).reshape(3, 4) / 8 + 1
    x = xp.asarray(array)
    for name in ("sum", "prod", "max", "min", "mean", "std", "var"):
        mine, theirs = getattr(xp, name), getattr(np, name)
        same(mine(x), np.asarray(theirs(array)))
        same(mine(x, axis=1, keepdims=True), theirs(array, 1, keepdims=True))
    same(xp.var(x, correction=1), np.asarray(array.var(ddof=1)))
    same(xp.std(x, axis=0, correction=1.0), array.std(0, ddof=1))
    with pytest.raises(ValueError, match="whole numbers"):
        xp.var(x, correction=0.5)
    single = xp.asarray(np.ones(3, np.float32))
    assert xp.sum(single).dtype == xp.float64
    assert xp.sum(single, dtype=xp.float32).dtype == xp.float32
    assert xp.prod(xp.asarray([True, True])).dtype == xp.int64
    same(xp.all(x > 1), np.asarray(False))
    same(xp.any(x > 1, axis=0), (array > 1).any(0))
    same(xp.argmax(x, axis=1), array.argmax(1))
    same(xp.argmin(x), np.asarray(array.argmin()))
    same(xp.where(x > 2, x, xp.asarray(0.0)), np.where(array > 2, array, 0.0))


def test_sorting_and_sets() -> None:
    array = np.array([3, 1, 2, 3, 1])
    x = xp.asarray(array)
    same(xp.sort(x), np.sort(array))
    same(xp.sort(x, descending=True), np.sort(array)[::-1])
    same(xp.argsort(x), np.argsort(array, kind="stable"))
    same(xp.argsort(x, descending=True), np.argsort(-array, kind="stable"))
    assert xp.unique_values(x)().tolist() == [1, 2, 3]
    assert [v().tolist() for v in xp.unique_counts(x)] == [
        [1, 2, 3], [2, 1, 2]]
    values, indices, inverse, counts = xp.unique_all(x)
    assert indices().tolist() == [1, 2, 0]
    assert inverse().tolist() == [2, 0, 1, 2, 0]
    assert xp.unique_inverse(x).inverse_indices().tolist() == inverse().tolist()
    rows, columns = xp.nonzero(xp.asarray([[0, 1], [2, 0]]))
    assert (rows().tolist(), columns().tolist()) == ([0, 1], [1, 0])
    with pytest.raises(ValueError, match="without axes"):
        xp.nonzero(xp.asarray(1))


def test_the_array_object() -> None:
    x = xp.asarray(FLOATS)
    assert x.__array_namespace__() is xp
    assert x.__array_namespace__(api_version="2022.12") is xp
    with pytest.raises(ValueError, match="2022.12"):
        x.__array_namespace__(api_version="2021.12")
    assert x.device == "raven" and x.to_device("raven") is x
    assert type(x.to_device("cpu")) is np.ndarray
    with pytest.raises(ValueError, match="without streams"):
        x.to_device("cuda")
    assert x.__dlpack_device__() == (1, 0)
    assert np.from_dlpack(x).tolist() == FLOATS.tolist()
    same(x.T, FLOATS.T)
    assert bool(xp.asarray(1)) and int(xp.asarray(2)) == 2
    assert complex(xp.asarray(2.5)) == 2.5
    for name in ("add and eq floordiv ge getitem gt invert le lshift lt "
                 "matmul mod mul ne neg or pos pow rshift sub truediv xor abs "
                 "bool complex float index int radd rand rfloordiv rlshift "
                 "rmatmul rmod rmul ror rpow rrshift rsub rtruediv rxor "
                 "dlpack dlpack_device array_namespace").split():
        assert hasattr(R.Op, f"__{name}__"), name
