"""Indices as texts, and the names that releases after 2022-05 gave to them."""
from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _index, _ops
from ._errors import GraphError
from ._moves import plain, recorded, set_item

if TYPE_CHECKING:
    from ._op import Op


def _key(node: ast.expr) -> Any:
    """What a node of a key's text means."""
    if isinstance(node, ast.Constant) and (
            node.value is None or node.value is Ellipsis
            or isinstance(node.value, int)):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_key(node.operand)
    if isinstance(node, ast.Tuple):
        return tuple(_key(item) for item in node.elts)
    if isinstance(node, ast.List):
        return [_key(item) for item in node.elts]
    if isinstance(node, ast.Slice):
        return slice(*(None if end is None else _key(end)
                       for end in (node.lower, node.upper, node.step)))
    raise ValueError("neither ints, slices, ... nor None")


def parse(text: str) -> list[Any]:
    """Keys of a text such as ``'[:, -1]'``, one for each pair of brackets."""
    try:
        if text.strip().startswith("{"):
            text = ast.literal_eval(text.strip())["indices"]
        keys: list[Any] = []
        node = ast.parse("x" + text.strip(), mode="eval").body
        while isinstance(node, ast.Subscript):
            keys.insert(0, _key(node.slice))
            node = node.value
        if not keys or not isinstance(node, ast.Name) or node.id != "x":
            raise ValueError("no brackets")
        return keys
    except (SyntaxError, ValueError, TypeError, KeyError, RecursionError,
            MemoryError) as error:
        raise GraphError(f"{text!r:.80} is no index: {error}; write it as "
                         "'[:, -1]'.") from None


def index(x: Any, indices: Any, *, name: str | None = None) -> Op:
    """What a key written as text names.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph.
    indices : str
        Brackets with ints, slices, ``...`` and None, or the text of a dict
        with such a text as ``'indices'``; read, never evaluated. Anything
        else is a key as in ``x[key]``.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When the text is no key, or the shape does not have it.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.index([[1, 2], [3, 4]], indices='[:, -1]')()
    array([2, 4])
    """
    made = recorded(x)
    for key in parse(indices) if isinstance(indices, str) else [indices]:
        made = _index.get(made, key)
    return made if name is None else _ops.create_op("lin", made, name=name)


def set_value(x: Any, *values: Any, index: Any = None, value: Any = None,
              indices: Any = None, name: str | None = None) -> Op:
    """A copy of x with another value at an index.

    Parameters
    ----------
    x : Op or array_like
        Values, or an op of the current graph.
    *values : Op or array_like
        The value, as later programs give it.
    index : list of int
        An index for each leading axis, with ``value``.
    value : number, array_like or Op
        What is put there.
    indices : str
        The index as text, ``'[0, 1]'``; read, never evaluated.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When the index or the value is missing or does not fit.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.set_value([[1, 2], [3, 4]], index=[1, 0], value=9)()
    array([[1, 2],
           [9, 4]])
    """
    given = [*values, *([] if value is None else [value])]
    key = index if indices is None else indices
    if len(given) == 2 and key is None:
        key, given = given[0], given[1:]
    if len(given) != 1 or key is None:
        raise GraphError("set_value needs one value, and index= or indices=.")
    if isinstance(key, str):
        keys = parse(key)
        if len(keys) > 1:
            raise GraphError(f"set_value: {key!r} must be one pair of "
                             "brackets.")
        key = keys[0]
    elif isinstance(key, list) and np.ndim(key) == 1:
        key = tuple(key)
    return set_item(x, plain(key) if index is not None else key, given[0],
                    name=name)


def join_to_list(a: Any, b: Any, *, name: str | None = None) -> Op:
    """The elements of a, then those of b, along one axis.

    Parameters
    ----------
    a, b : Op or array_like
        Values, or ops of the current graph.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When there would be too many.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.join_to_list([1, 2], 3)()
    array([1, 2, 3])
    """
    return _ops.create_op("concat", a, b, axis=None, name=name)


def combine_to_list(a: Any, b: Any, *, name: str | None = None) -> Op:
    """Both inputs along a new first axis.

    Parameters
    ----------
    a, b : Op or array_like
        Values, or ops of the current graph, of one shape.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When the shapes differ.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.combine_to_list(1, 2)()
    array([1, 2])
    """
    return _ops.create_op("stack", a, b, axis=0, name=name)


def cnn_index(a: Any, index1: Any, index2: Any, index3: Any, *,
              name: str | None = None) -> Op:
    """``a[:, index1, index2, index3]``: columns of images.

    Parameters
    ----------
    a : Op or array_like
        Images: number, channel, row, column.
    index1, index2, index3 : Op or array_like
        Indices that broadcast.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When the indices do not fit.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.cnn_index([[[[1, 2], [3, 4]]]], [0, 0], [0, 1], [1, 0])()
    array([[2, 3]])
    """
    return index(a, (slice(None), index1, index2, index3), name=name)


def cnn_index_2(a: Any, pad_h: int, height: int, pad_w: int, width: int, *,
                name: str | None = None) -> Op:
    """``a[:, :, pad_h:pad_h+height, pad_w:pad_w+width]``: images without pad.

    Parameters
    ----------
    a : Op or array_like
        Images: number, channel, row, column.
    pad_h, height, pad_w, width : int
        First row and number of rows, the same of columns.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When there are not so many axes.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.cnn_index_2([[[[1, 2], [3, 4]]]], 0, 1, 1, 1)()
    array([[[[2]]]])
    """
    pad_h, height, pad_w, width = (
        int(plain(n)) for n in (pad_h, height, pad_w, width))
    return index(a, (slice(None), slice(None), slice(pad_h, pad_h + height),
                     slice(pad_w, pad_w + width)), name=name)


def cnn_add_at(a: Any, b: Any, index1: Any, index2: Any, index3: Any, *,
               name: str | None = None) -> Op:
    """A copy of a with b added at ``[:, index1, index2, index3]``.

    Parameters
    ----------
    a : Op or array_like
        Images: number, channel, row, column.
    b : Op or array_like
        What is added, once for each index.
    index1, index2, index3 : Op or array_like
        Indices that broadcast.
    name : str, optional
        Label for `get_ops_by_name`.

    Returns
    -------
    Op

    Raises
    ------
    GraphError
        When the indices or b do not fit.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.cnn_add_at([[[[1, 2]]]], [[5, 5]], [0, 0], [0, 0], [1, 1])()
    array([[[[ 1, 12]]]])
    """
    made = _index.put(recorded(a), (slice(None), index1, index2, index3), b,
                      True)
    return made if name is None else _ops.create_op("lin", made, name=name)


_ops.form(index)
_ops.form(set_value)
_ops.form(join_to_list)
_ops.form(combine_to_list)
_ops.form(cnn_index)
_ops.form(cnn_index_2)
_ops.form(cnn_add_at)
