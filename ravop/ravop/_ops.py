"""Functions and methods of every op, made from the table in the extension."""
from __future__ import annotations

import difflib
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, _state
from ._errors import GraphError
from ._examples import EXAMPLES
from ._refuse import why
from ._rules import RULES

if TYPE_CHECKING:
    from ._op import Op

MANY = 65535
KINDS = {
    "axis": "int or None",
    "axes": "int, tuple of int or None",
    "bool": "bool",
    "int": "int",
    "ints": "int or tuple of int",
    "float": "float",
    "dtype": "dtype",
    "choice": "str",
    "text": "str",
}


@dataclass(frozen=True)
class Param:
    """A parameter of an op."""

    name: str
    kind: str
    default: Any        # Ellipsis: it must be given
    choices: str | None     # of a choice: 'one|two'


@dataclass(frozen=True)
class Row:
    """An op of the table."""

    code: int
    name: str
    wire: str
    least: int
    most: int
    params: tuple[Param, ...]
    doc: str
    names: str | None   # of the inputs, where not x or a and b

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of its inputs."""
        if self.most == MANY:
            return ("*inputs",)
        if self.names is not None:
            return tuple(n.split("=")[0] for n in self.names.split())
        return ("x",) if self.most == 1 else ("a", "b", "c")[: self.most]


#: Ops that take dtype=, as NumPy's: the input is converted first.
DTYPED = ("sum", "prod", "mean", "cumsum", "cumprod")
_DTYPE = Param("dtype", "dtype", None, None)

ROWS = {
    row[1]: Row(row[0], row[1], row[2], row[3], row[4],
                tuple(Param(*p) for p in row[5])
                + ((_DTYPE,) if row[1] in DTYPED else ()), row[6], row[7])
    for row in _core.ops()
}
# Random ops: where their seed stands, and their stream behind it.
SEEDED = {
    row.name: i for row in ROWS.values()
    for i, p in enumerate(row.params) if p.name == "seed"
}
ALIASES: dict[str, str] = _core.aliases()
WIRE = {row.wire: row.name for row in ROWS.values()}


class Methods:
    """Every op as a method; filled below."""

    __slots__ = ()


def is_method(name: str) -> bool:
    """Whether ops have a method of that name."""
    return hasattr(Methods, name)


def is_op(value: object) -> bool:
    """True for ops."""
    return isinstance(value, _core.Op)


def _inputs(row: Row, args: tuple[Any, ...], named: dict[str, Any]
            ) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Splits arguments into inputs, some perhaps named, and parameters."""
    if row.most != MANY:
        if named and row.names is not None:
            for name in row.inputs[len(args):]:
                if name not in named:
                    break
                value = named.pop(name)
                if value is None and optional(row, name):
                    continue
                args += (value,)
        return args[: row.most], args[row.most:]
    # NumPy's way: einsum('ij->i', a).
    if args and isinstance(args[0], str) and row.params[0].kind == "text":
        return args[1:], args[:1]
    # NumPy's way, concat([a, b], axis), beside concat(a, b).
    if args and isinstance(args[0], (list, tuple)) and (
            len(args) == 1 or _axis_follows(args)):
        return tuple(args[0]), args[1:]
    return args, ()


def _axis_follows(args: tuple[Any, ...]) -> bool:
    """Whether a list holds inputs and what comes behind it is their axis."""
    return (len(args) == 2 and (args[1] is None or type(args[1]) is int)
            and any(is_op(x) or np.ndim(x) for x in args[0]))


def _params(row: Row, given: tuple[Any, ...], named: dict[str, Any]
            ) -> tuple[Any, ...]:
    if len(given) > 1 and len(row.params) == 1:
        given = (given,)        # reshape(x, 2, 3), transpose(x, 1, 0)
    if len(given) > len(row.params):
        raise GraphError(
            f"{row.name} has too many arguments; it takes {_signature(row)}."
        )
    values = list(given)
    for param in row.params[len(given):]:
        values.append(named.pop(param.name, ...))
    if named:
        unknown = next(iter(named))
        raise GraphError(
            f"{row.name} has no parameter {unknown!r}; it takes "
            f"{_signature(row)}."
        )
    return tuple(v().tolist() if is_op(v) else v for v in values)


def _signature(row: Row) -> str:
    parts = list(row.inputs)
    for p in row.params:
        parts.append(p.name if p.default is ... else f"{p.name}={p.default}")
    return f"{row.name}({', '.join(parts)})"


def _contiguous(row: Row, named: dict[str, Any]) -> None:
    """Of 2022: how a page laid elements out; here it is nobody's concern."""
    value = named["contiguous"]
    if row.name in ("reshape", "transpose"):
        if value not in (True, False, "True", "False"):
            raise GraphError(f"{row.name}: contiguous is {value!r}; it must "
                             "be True or False.")
        del named["contiguous"]


def call(row: Row, args: tuple[Any, ...], named: dict[str, Any]) -> Op:
    """Records a row of the table."""
    if row.name == "clip":
        return _clip(args, named)
    if row.name in DTYPED:
        return _dtyped(row, args, named)
    return _record(row, args, named)


def _clip(args: tuple[Any, ...], named: dict[str, Any]) -> Op:
    """Without one of the limits it is minimum or maximum."""
    if len(args) > 3:
        raise GraphError("clip has too many arguments; it takes "
                         f"{_signature(ROWS['clip'])}.")
    limits = [*args[1:], None, None][:2]
    for i, names in enumerate((("lower_limit", "a_min", "min"),
                               ("upper_limit", "a_max", "max"))):
        given = [name for name in names if named.get(name) is not None]
        if len(given) + (limits[i] is not None) > 1:
            raise GraphError(f"clip has its {names[0]} more than once; give "
                             "it once.")
        for name in names:
            value = named.pop(name, None)
            limits[i] = limits[i] if value is None else value
    lower, upper = limits
    if lower is None and upper is None:
        raise GraphError("clip needs lower_limit=, upper_limit= or both.")
    if upper is None:
        return _record(ROWS["maximum"], (*args[:1], lower), named)
    if lower is None:
        return _record(ROWS["minimum"], (*args[:1], upper), named)
    return _record(ROWS["clip"], (*args[:1], lower, upper), named)


def _dtyped(row: Row, args: tuple[Any, ...], named: dict[str, Any]) -> Op:
    """Computed in another dtype: converted, and converted back if it grew."""
    at = len(row.params)
    if len(args) > at + 1 or (len(args) > at and "dtype" in named):
        raise GraphError(
            f"{row.name} has too many arguments; it takes {_signature(row)}."
        )
    dtype = args[at] if len(args) > at else named.pop("dtype", None)
    args = args[:at]
    if dtype is None:
        return _record(row, args, named)
    name = named.pop("name", None)
    x = _record(ROWS["astype"], args[:1], {"dtype": dtype})
    if x.dtype == bool and row.name in ("sum", "prod"):
        row = ROWS["any" if row.name == "sum" else "all"]
    op = _record(row, (x, *args[1:]), named)
    if op.dtype != x.dtype:
        op = _record(ROWS["astype"], (op,), {"dtype": dtype})
    if name is not None:
        op.graph._label(op, str(name))
    return op


def _seeded(at: int, params: tuple[Any, ...], graph: Any) -> tuple[Any, ...]:
    """Without a seed it is the graph's, with a stream of the op's own."""
    if params[at] not in (None, ...):
        return params
    stream = graph._total + 1 if params[at + 1] is ... else params[at + 1]
    return (*params[:at], graph._seed, stream, *params[at + 2:])


def _record(row: Row, args: tuple[Any, ...], named: dict[str, Any]) -> Op:
    name = named.pop("name", None)
    if "contiguous" in named:
        _contiguous(row, named)
    inputs, given = _inputs(row, args, named)
    params = _params(row, given, named)
    if row.name in DTYPED:
        params = params[:-1]
    graph = next((i.graph for i in inputs if is_op(i)), None)
    if graph is None:
        graph = _state.current()
    graph._check()
    if row.name in SEEDED:
        params = _seeded(SEEDED[row.name], params, graph)
    op: Op = graph._apply(row.code, inputs, params)
    if name is not None:
        graph._label(op, str(name))
    return op


def closest(name: str) -> str | None:
    """The op's name that is most like a wrong one."""
    names = [*ROWS, *ALIASES, *FORMS, *WIRE]
    close = difflib.get_close_matches(name, names, 1, 0.7)
    return WIRE.get(close[0], close[0]) if close else None


def nearest(name: str) -> str:
    """A hint at the op that a wrong name may have meant."""
    close = closest(name)
    return (f"; did you mean {close!r}?" if close
            else "; help(ravop) lists what there is.")


def row_of(name: str) -> Row:
    """The row of a Python name, an alias or a name of 2022."""
    found = ROWS.get(ALIASES.get(name, WIRE.get(name, name)))
    if found is None:
        if (reason := why(name)) is not None:
            raise GraphError(f"{name}: {reason}")
        raise GraphError(f"there is no op {name!r}{nearest(name)}")
    return found


def create_op(operator: str, *ops: Any, **params: Any) -> Op:
    """Records an op by its operator's name.

    Parameters
    ----------
    operator : str
        Name of the op, for example ``"add"``.
    *ops : Op or array_like
        Its inputs.
    **params
        Its parameters; ``name=`` labels the op.

    Raises
    ------
    GraphError
        When there is no such op; the nearest name is suggested.

    Examples
    --------
    >>> import ravop as R
    >>> graph = R.Graph(approach='local')
    >>> R.create_op("add", 1, 2)()
    array(3)
    """
    if operator in FORMS and operator not in ROWS:
        made: Op = FORMS[operator](*ops, **params)
        return made
    return call(row_of(operator), ops, params)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 75, initial_indent="    ",
                         subsequent_indent="    ")


def _document(row: Row, name: str) -> str:
    lines = [row.doc, ""]
    if name != row.name:
        lines += [f"Another name of `{row.name}`.", ""]
    lines += ["Parameters", "----------",
              ", ".join(row.inputs) + " : Op or array_like",
              "    Values, or ops of the current graph."]
    for p in row.params:
        optional = "" if p.default is ... else f", default {p.default}"
        kind = KINDS[p.kind]
        if p.choices is not None:
            kind = "{" + ", ".join(map(repr, p.choices.split("|"))) + "}"
        lines += [f"{p.name} : {kind}{optional}"]
    shape, dtype, early, late = RULES.get(row.name, ("", "", (), ()))
    lines += ["name : str, optional", "    Label for `get_ops_by_name`.", "",
              "Returns", "-------", "Op",
              *_wrapped(f"Shape: {shape}."), *_wrapped(f"Dtype: {dtype}."), "",
              "Raises", "------", "GraphError",
              *_wrapped("When shapes, dtypes or parameters do not fit: "
                        + ", ".join(early or ("bad_param",)) + ".")]
    if late:
        lines += ["OpError", *_wrapped("When the values do not allow it: "
                                       + ", ".join(late) + ".")]
    lines += ["", "Examples", "--------"]
    return "\n".join(lines + EXAMPLES.get(row.name, [])) + "\n"


def optional(row: Row, name: str) -> bool:
    """True for an input that may be left out."""
    return row.names is not None and f"{name}=None" in row.names.split()


def _inspectable(row: Row) -> inspect.Signature:
    kind = inspect.Parameter
    params = []
    for i, name in enumerate(row.inputs):
        place = (kind.VAR_POSITIONAL if name[0] == "*"
                 else kind.POSITIONAL_OR_KEYWORD if row.names is not None
                 and i > 0 else kind.POSITIONAL_ONLY)
        params.append(kind(name.lstrip("*"), place,
                           default=None if optional(row, name)
                           else kind.empty))
    for p in row.params:
        default = kind.empty if p.default is ... else p.default
        how = (kind.KEYWORD_ONLY if row.most == MANY
               else kind.POSITIONAL_OR_KEYWORD)
        params.append(kind(p.name, how, default=default))
    params.append(kind("name", kind.KEYWORD_ONLY, default=None))
    return inspect.Signature(params)


def _function(row: Row, name: str) -> Callable[..., Op]:
    def op(*args: Any, **named: Any) -> Op:
        return call(row, args, named)

    op.__name__ = op.__qualname__ = name
    op.__module__ = "ravop"
    op.__doc__ = _document(row, name)
    op.__signature__ = _inspectable(row)  # type: ignore[attr-defined]
    return op


FUNCTIONS: dict[str, Callable[..., Op]] = {
    name: _function(ROWS[target], name)
    for name, target in {**{n: n for n in ROWS}, **ALIASES}.items()
}
FORMS: dict[str, Callable[..., Any]] = {}


def form(function: Callable[..., Any], method: bool = True) -> None:
    """Puts a function in the place of the one made from the op's row, or
    beside the rows."""
    name = function.__name__
    function.__module__ = "ravop"
    function.__doc__ = inspect.cleandoc(function.__doc__ or "")
    FORMS[name] = FUNCTIONS[name] = function
    if name not in __all__:
        __all__.append(name)
    if method:
        setattr(Methods, name, function)


for _name, _made in FUNCTIONS.items():
    _row = ROWS[ALIASES.get(_name, _name)]
    # shape and size are attributes, which may be called (_shape.py).
    if _row.most > 0 and _row.name not in ("shape", "size"):
        setattr(Methods, _name, _made)
__all__ = list(FUNCTIONS)


def __getattr__(name: str) -> Callable[..., Op]:
    """The functions as this module's; as globals they would hide builtins."""
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
