"""foreach: one op on every element along the first axis, as one op."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from . import _ops
from ._errors import GraphError
from ._moves import recorded

if TYPE_CHECKING:
    from ._op import Op


def _rest(x: Op) -> tuple[int, ...]:
    """The axes of an element."""
    return tuple(range(1, x.ndim))


def _reduced(name: str) -> Callable[..., Op]:
    return lambda x: _ops.create_op(name, x, axis=_rest(x))


def _alike(name: str) -> Callable[..., Op]:
    return lambda x: _ops.create_op(name, x)


def _paired(name: str) -> Callable[..., Op]:
    return lambda x, params: _ops.create_op(name, x, params)


def _norm(x: Op) -> Op:
    squares = _ops.create_op("square", x)
    total = _ops.create_op("sum", squares, axis=_rest(x))
    return _ops.create_op("square_root", total)


def _sort(x: Op) -> Op:
    if x.ndim < 2:
        raise GraphError("foreach: sort needs elements with an axis; this "
                         f"tensor's shape is {tuple(x.shape)}.")
    return _ops.create_op("sort", x, axis=-1)


def _slice(x: Op, begin: int | Sequence[int],
           size: int | Sequence[int] = -1) -> Op:
    first = (begin,) if isinstance(begin, int) else tuple(begin)
    sizes = (size,) if isinstance(size, int) else tuple(size)
    return _ops.create_op("slice", x, begin=(0, *first), size=(-1, *sizes))


def _reverse(x: Op) -> Op:
    return _ops.create_op("reverse", x, axis=_rest(x))


# Every operation there is: nothing else is looked up by the text.
OPERATIONS: dict[str, Callable[..., Op]] = {
    **{name: _reduced(name) for name in ("sum", "mean", "max", "min", "prod")},
    **{name: _alike(op) for name, op in (
        ("square", "square"), ("sqrt", "square_root"), ("exp", "exp"),
        ("log", "natlog"), ("abs", "abs"), ("neg", "neg"))},
    **{name: _paired(name) for name in ("add", "sub", "mul", "div", "pow")},
    "norm": _norm, "sort": _sort, "slice": _slice, "reverse": _reverse,
}


def foreach(x: Any, operation: str, *args: Any, name: str | None = None,
            **params: Any) -> Op:
    """An operation on each element along the first axis.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph, with at least one axis.
    operation : str
        Of each element: sum, mean, max, min, prod, norm (Euclidean) over all
        of it; sort along its last axis; square, sqrt, exp, log, abs, neg,
        reverse; slice, with begin= and size=; add, sub, mul, div, pow, with
        params=.
    *args, **params
        Parameters of the operation.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op
        The results, stacked.

    Raises
    ------
    GraphError
        When there is no such operation, its parameters do not fit, or x has
        no axis.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.foreach([[3, 1], [2, 5]], operation='sort')()
    array([[1, 3],
           [2, 5]])
    >>> R.foreach([[2, 4], [6, 8]], operation='div', params=2)()
    array([[1., 2.],
           [3., 4.]])
    """
    made = OPERATIONS.get(operation)
    if made is None:
        raise GraphError(f"foreach: there is no operation {operation!r}; "
                         f"there are {', '.join(sorted(OPERATIONS))}.")
    x = recorded(x)
    if x.ndim == 0:
        raise GraphError("foreach: a scalar has no elements to go through.")
    try:
        op = made(x, *args, **params)
    except TypeError as err:
        text = str(err).partition("()")[2]
        raise GraphError(f"foreach: {operation}{text}.") from None
    if name is not None:
        op.graph._label(op, name)
    return op


def ravint(x: Any, *, name: str | None = None) -> Op:
    """The values as int64, cut off towards 0.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When x is no tensor.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.ravint([1.7, -1.7])()
    array([ 1, -1])
    """
    return _ops.create_op("astype", x, dtype="int64", name=name)


_ops.form(foreach)
_ops.form(ravint)
