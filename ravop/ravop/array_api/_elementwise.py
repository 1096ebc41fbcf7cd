"""Elementwise functions of the standard; each is one op."""
from __future__ import annotations

from .._op import Op
from .._ops import create_op


def abs(x: Op, /) -> Op:
    """The op `abs`."""
    return create_op("abs", x)


def acos(x: Op, /) -> Op:
    """The op `arccos`."""
    return create_op("arccos", x)


def acosh(x: Op, /) -> Op:
    """The op `arccosh`."""
    return create_op("arccosh", x)


def add(x1: Op, x2: Op, /) -> Op:
    """The op `add`."""
    return create_op("add", x1, x2)


def asin(x: Op, /) -> Op:
    """The op `arcsin`."""
    return create_op("arcsin", x)


def asinh(x: Op, /) -> Op:
    """The op `arcsinh`."""
    return create_op("arcsinh", x)


def atan(x: Op, /) -> Op:
    """The op `arctan`."""
    return create_op("arctan", x)


def atan2(x1: Op, x2: Op, /) -> Op:
    """The op `arctan2`."""
    return create_op("arctan2", x1, x2)


def atanh(x: Op, /) -> Op:
    """The op `arctanh`."""
    return create_op("arctanh", x)


def bitwise_and(x1: Op, x2: Op, /) -> Op:
    """The op `bitwise_and`."""
    return create_op("bitwise_and", x1, x2)


def bitwise_invert(x: Op, /) -> Op:
    """The op `invert`."""
    return create_op("invert", x)


def bitwise_left_shift(x1: Op, x2: Op, /) -> Op:
    """The op `left_shift`."""
    return create_op("left_shift", x1, x2)


def bitwise_or(x1: Op, x2: Op, /) -> Op:
    """The op `bitwise_or`."""
    return create_op("bitwise_or", x1, x2)


def bitwise_right_shift(x1: Op, x2: Op, /) -> Op:
    """The op `right_shift`."""
    return create_op("right_shift", x1, x2)


def bitwise_xor(x1: Op, x2: Op, /) -> Op:
    """The op `bitwise_xor`."""
    return create_op("bitwise_xor", x1, x2)


def ceil(x: Op, /) -> Op:
    """The op `ceil`."""
    return create_op("ceil", x)


def cos(x: Op, /) -> Op:
    """The op `cos`."""
    return create_op("cos", x)


def cosh(x: Op, /) -> Op:
    """The op `cosh`."""
    return create_op("cosh", x)


def divide(x1: Op, x2: Op, /) -> Op:
    """The op `div`."""
    return create_op("div", x1, x2)


def equal(x1: Op, x2: Op, /) -> Op:
    """The op `equal`."""
    return create_op("equal", x1, x2)


def exp(x: Op, /) -> Op:
    """The op `exp`."""
    return create_op("exp", x)


def expm1(x: Op, /) -> Op:
    """The op `expm1`."""
    return create_op("expm1", x)


def floor(x: Op, /) -> Op:
    """The op `floor`."""
    return create_op("floor", x)


def floor_divide(x1: Op, x2: Op, /) -> Op:
    """The op `floor_divide`."""
    return create_op("floor_divide", x1, x2)


def greater(x1: Op, x2: Op, /) -> Op:
    """The op `greater`."""
    return create_op("greater", x1, x2)


def greater_equal(x1: Op, x2: Op, /) -> Op:
    """The op `greater_equal`."""
    return create_op("greater_equal", x1, x2)


def isfinite(x: Op, /) -> Op:
    """The op `isfinite`."""
    return create_op("isfinite", x)


def isinf(x: Op, /) -> Op:
    """The op `isinf`."""
    return create_op("isinf", x)


def isnan(x: Op, /) -> Op:
    """The op `isnan`."""
    return create_op("isnan", x)


def less(x1: Op, x2: Op, /) -> Op:
    """The op `less`."""
    return create_op("less", x1, x2)


def less_equal(x1: Op, x2: Op, /) -> Op:
    """The op `less_equal`."""
    return create_op("less_equal", x1, x2)


def log(x: Op, /) -> Op:
    """The op `natlog`."""
    return create_op("natlog", x)


def log10(x: Op, /) -> Op:
    """The op `log10`."""
    return create_op("log10", x)


def log1p(x: Op, /) -> Op:
    """The op `log1p`."""
    return create_op("log1p", x)


def log2(x: Op, /) -> Op:
    """The op `log2`."""
    return create_op("log2", x)


def logaddexp(x1: Op, x2: Op, /) -> Op:
    """The op `logaddexp`."""
    return create_op("logaddexp", x1, x2)


def logical_and(x1: Op, x2: Op, /) -> Op:
    """The op `logical_and`."""
    return create_op("logical_and", x1, x2)


def logical_not(x: Op, /) -> Op:
    """The op `logical_not`."""
    return create_op("logical_not", x)


def logical_or(x1: Op, x2: Op, /) -> Op:
    """The op `logical_or`."""
    return create_op("logical_or", x1, x2)


def logical_xor(x1: Op, x2: Op, /) -> Op:
    """The op `logical_xor`."""
    return create_op("logical_xor", x1, x2)


def multiply(x1: Op, x2: Op, /) -> Op:
    """The op `multiply`."""
    return create_op("multiply", x1, x2)


def negative(x: Op, /) -> Op:
    """The op `neg`."""
    return create_op("neg", x)


def not_equal(x1: Op, x2: Op, /) -> Op:
    """The op `not_equal`."""
    return create_op("not_equal", x1, x2)


def positive(x: Op, /) -> Op:
    """The op `pos`."""
    return create_op("pos", x)


def pow(x1: Op, x2: Op, /) -> Op:
    """The op `pow`."""
    return create_op("pow", x1, x2)


def remainder(x1: Op, x2: Op, /) -> Op:
    """The op `mod`."""
    return create_op("mod", x1, x2)


def round(x: Op, /) -> Op:
    """The op `round`."""
    return create_op("round", x)


def sign(x: Op, /) -> Op:
    """The op `sign`."""
    return create_op("sign", x)


def sin(x: Op, /) -> Op:
    """The op `sin`."""
    return create_op("sin", x)


def sinh(x: Op, /) -> Op:
    """The op `sinh`."""
    return create_op("sinh", x)


def sqrt(x: Op, /) -> Op:
    """The op `square_root`."""
    return create_op("square_root", x)


def square(x: Op, /) -> Op:
    """The op `square`."""
    return create_op("square", x)


def subtract(x1: Op, x2: Op, /) -> Op:
    """The op `sub`."""
    return create_op("sub", x1, x2)


def tan(x: Op, /) -> Op:
    """The op `tan`."""
    return create_op("tan", x)


def tanh(x: Op, /) -> Op:
    """The op `tanh`."""
    return create_op("tanh", x)


def trunc(x: Op, /) -> Op:
    """The op `trunc`."""
    return create_op("trunc", x)
