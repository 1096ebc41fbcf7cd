"""NumPy's functions whose arguments stand in another order than the op's."""
from __future__ import annotations

from typing import Any

from . import _ops

#: NumPy's name: the op, its inputs, and NumPy's arguments behind them.
ORDER: dict[str, tuple[str, str, str]] = {
    "sum": ("sum", "a", "axis dtype out keepdims initial where"),
    "prod": ("prod", "a", "axis dtype out keepdims initial where"),
    "product": ("prod", "a", "axis dtype out keepdims initial where"),
    "mean": ("mean", "a", "axis dtype out keepdims where"),
    "var": ("variance", "a", "axis dtype out ddof keepdims where"),
    "std": ("std", "a", "axis dtype out ddof keepdims where"),
    "amin": ("min", "a", "axis out keepdims initial where"),
    "amax": ("max", "a", "axis out keepdims initial where"),
    "min": ("min", "a", "axis out keepdims initial where"),
    "max": ("max", "a", "axis out keepdims initial where"),
    "any": ("any", "a", "axis out keepdims where"),
    "all": ("all", "a", "axis out keepdims where"),
    "ptp": ("ptp", "a", "axis out keepdims"),
    "argmin": ("argmin", "a", "axis out keepdims"),
    "argmax": ("argmax", "a", "axis out keepdims"),
    "count_nonzero": ("count_nonzero", "a", "axis keepdims"),
    "median": ("median", "a", "axis out overwrite_input keepdims"),
    "quantile": ("quantile", "a q", "axis out overwrite_input method "
                 "keepdims interpolation"),
    "percentile": ("percentile", "a q", "axis out overwrite_input method "
                   "keepdims interpolation"),
    "average": ("average", "a", "axis weights returned keepdims"),
    "cumsum": ("cumsum", "a", "axis dtype out"),
    "cumprod": ("cumprod", "a", "axis dtype out"),
    "sort": ("sort", "a", "axis kind order"),
    "argsort": ("argsort", "a", "axis kind order"),
    "searchsorted": ("searchsorted", "a v", "side sorter"),
    "histogram": ("histogram", "a", "bins range density weights"),
    "norm": ("norm", "x", "ord axis keepdims"),
}

#: Arguments that change nothing here, or nothing with these values.
HARMLESS: dict[str, tuple[Any, ...]] = {
    "overwrite_input": (True, False), "method": ("linear",),
    "interpolation": ("linear",), "returned": (False,), "density": (False,),
    "kind": ("quicksort", "mergesort", "heapsort", "stable"),
    "where": (True,),
}


def _left_out(key: str, value: Any) -> bool:
    """Whether the argument is as good as not given."""
    if type(value).__name__ == "_NoValueType":
        return True
    if value is None:
        return key != "axis"
    return any(value is harmless or isinstance(value, str)
               and value == harmless for harmless in HARMLESS.get(key, ()))


def call(what: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """Records what NumPy's function is called with."""
    op, inputs, rest = ORDER[what]
    names = [*inputs.split(), *rest.split()]
    if len(args) > len(names):
        raise TypeError(f"numpy.{what} takes at most {len(names)} arguments")
    given = {**dict(zip(names, args)), **keywords}
    first = [given.pop(name) for name in inputs.split() if name in given]
    params = {k: v for k, v in given.items() if not _left_out(k, v)}
    if params.pop("out", None) is not None:
        raise TypeError(f"numpy.{what} on ops has no out=: ops have no memory "
                        "of their own")
    if op == "average" and "weights" in params:
        first.append(params.pop("weights"))
    return _ops.FUNCTIONS[op](*first, **params)
