"""NumPy's functions on ops: they record, or refuse; they never download."""
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import _nep18, _numpy_args, _ops

UFUNCS = {
    "add": "add", "subtract": "sub", "multiply": "mul", "divide": "div",
    "true_divide": "div", "negative": "neg", "positive": "pos", "exp": "exp",
    "log": "natlog", "log2": "log2",
    "log10": "log10", "expm1": "expm1", "log1p": "log1p", "sin": "sin",
    "cos": "cos", "tan": "tan", "tanh": "tanh", "sinh": "sinh", "cosh": "cosh",
    "arcsin": "arcsin", "arccos": "arccos", "arctan": "arctan",
    "arcsinh": "arcsinh", "arccosh": "arccosh", "arctanh": "arctanh",
    "arctan2": "arctan2", "hypot": "hypot", "logaddexp": "logaddexp",
    "power": "pow", "float_power": "pow", "square": "square",
    "sqrt": "square_root", "cbrt": "cube_root", "absolute": "abs",
    "fabs": "abs", "matmul": "matmul", "greater": "greater",
    "greater_equal": "greater_equal", "less": "less",
    "less_equal": "less_equal", "equal": "equal", "not_equal": "not_equal",
    "floor": "floor", "ceil": "ceil", "trunc": "trunc", "rint": "rint",
    "sign": "sign", "reciprocal": "reciprocal", "minimum": "minimum",
    "maximum": "maximum", "clip": "clip", "remainder": "mod",
    "floor_divide": "floor_divide", "logical_and": "logical_and",
    "logical_or": "logical_or", "logical_xor": "logical_xor",
    "logical_not": "logical_not", "bitwise_and": "bitwise_and",
    "bitwise_or": "bitwise_or", "bitwise_xor": "bitwise_xor",
    "invert": "invert", "left_shift": "left_shift",
    "right_shift": "right_shift", "isnan": "isnan", "isfinite": "isfinite",
    "isinf": "isinf",
}
REDUCTIONS = {
    "add": "sum", "maximum": "max", "minimum": "min", "multiply": "prod",
    "logical_and": "all", "logical_or": "any",
}
SCANS = {"add": "cumsum", "multiply": "cumprod"}
FUNCTIONS = {
    "reshape": "reshape", "concatenate": "concat", "transpose": "transpose",
    "expand_dims": "expand_dims", "dot": "dot", "bincount": "bincount",
    "clip": "clip", "around": "round", "round_": "round", "round": "round",
    "einsum": "einsum",
    "zeros_like": "zeros_like", "ones_like": "ones_like",
}


def _made(name: str) -> Callable[..., Any]:
    return _ops.FUNCTIONS[name]


def _known(keywords: dict[str, Any], what: str) -> dict[str, Any]:
    """Keywords that were given; NumPy passes the others' defaults along."""
    given = {k: v for k, v in keywords.items()
             if (v is not None or k == "axis")
             and type(v).__name__ != "_NoValueType"}
    if given.get("out") is not None:
        raise TypeError(f"numpy.{what} on ops has no out=: ops have no memory "
                        "of their own")
    return given


def _where(condition: Any, *ab: Any) -> Any:
    if len(ab) != 2:
        raise TypeError("numpy.where on ops takes condition, x and y; "
                        "R.nonzero(x) gives indices")
    return _made("where")(*ab, condition)


def _full_like(a: Any, fill_value: Any, dtype: Any = None) -> Any:
    return _made("full_like")(a, fill_value, dtype=dtype)


#: Where NumPy's arguments are others.
ADAPTED: dict[str, Callable[..., Any]] = {
    "where": _where, "full_like": _full_like,
}


def ufunc(func: Any, method: str, inputs: tuple[Any, ...],
          keywords: dict[str, Any]) -> Any:
    """NEP 13."""
    name = func.__name__
    given = _known(keywords, name)
    if method == "__call__" and name in UFUNCS:
        if given:
            raise TypeError(f"numpy.{name} on ops has no parameter "
                            f"{next(iter(given))!r}")
        return _made(UFUNCS[name])(*inputs)
    if method == "__call__" and name == "divmod" and not given:
        return divmod(inputs[0], inputs[1])
    if method == "reduce" and name in REDUCTIONS:
        # ufunc.reduce defaults to axis 0, the functions to all axes.
        axis = keywords.get("axis", 0)
        keep = bool(keywords.get("keepdims", False))
        return _made(REDUCTIONS[name])(*inputs, axis=axis, keepdims=keep)
    if method == "accumulate" and name in SCANS:
        return _made(SCANS[name])(*inputs, axis=keywords.get("axis", 0))
    return NotImplemented


def function(func: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """NEP 18."""
    name = func.__name__
    try:
        return _function(name, args, keywords)
    except TypeError as err:
        unknown = re.search(r"unexpected keyword argument '(\w+)'", str(err))
        if unknown is None:
            raise
        raise TypeError(f"numpy.{name} on ops has no parameter "
                        f"{unknown[1]!r}") from None


def _function(name: str, args: tuple[Any, ...], keywords: dict[str, Any]
              ) -> Any:
    given = _known(keywords, name)
    for dropped in _nep18.DROPPED:
        given.pop(dropped, None)
    if name in ADAPTED:
        return ADAPTED[name](*args, **given)
    if name in _numpy_args.ORDER:
        return _numpy_args.call(name, args, keywords)
    if name in _nep18.ADAPTED:
        return _nep18.ADAPTED[name](*args, **given)
    if name in FUNCTIONS or name in _nep18.SAME:
        return _made(FUNCTIONS.get(name, name))(*args, **given)
    raise TypeError(unavailable(name))


def unavailable(name: str) -> str:
    """What to do instead of a function of NumPy."""
    close = _ops.closest(name)
    near = f"nearest R.{close}; " if close else ""
    return (f"numpy.{name} is not available on raven tensors; {near}"
            "np.asarray(x) computes and downloads")
