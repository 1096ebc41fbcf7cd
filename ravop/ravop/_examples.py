"""An example of each op, for its documentation; they run as doctests."""
from __future__ import annotations

_SOURCES: dict[str, tuple[str, str]] = {
    "lin": ("R.lin([1, 2])", "array([1, 2])"),
    "add": ("R.add([1, 2], [3, 4])", "array([4, 6])"),
    "sub": ("R.sub([1, 2], 1)", "array([0, 1])"),
    "mul": ("R.mul([1, 2], 3)", "array([3, 6])"),
    "div": ("R.div([1, 2], 2)", "array([0.5, 1. ])"),
    "pos": ("R.pos([1, -2])", "array([ 1, -2])"),
    "neg": ("R.neg([1, -2])", "array([-1,  2])"),
    "exp": ("R.exp([0.0, 1.0])", "array([1.        , 2.71828183])"),
    "natlog": ("R.natlog([1.0])", "array([0.])"),
    "pow": ("R.pow([1, 2, 3], 2)", "array([1, 4, 9])"),
    "square": ("R.square([1, 2, 3])", "array([1, 4, 9])"),
    "cube": ("R.cube([1, 2, 3])", "array([ 1,  8, 27])"),
    "square_root": ("R.square_root([4, 9])", "array([2., 3.])"),
    "cube_root": ("R.cube_root([8.0, -27.0])", "array([ 2., -3.])"),
    "abs": ("R.abs([1, -2])", "array([1, 2])"),
    "matmul": ("R.matmul([[1, 2], [3, 4]], [1, 1])", "array([3, 7])"),
    "multiply": ("R.multiply([1, 2], [3, 4])", "array([3, 8])"),
    "dot": ("R.dot([1, 2], [3, 4])", "array(11)"),
    "transpose": ("R.transpose([[1, 2], [3, 4]])",
                  "array([[1, 3],\n       [2, 4]])"),
    "sum": ("R.sum([[1, 2], [3, 4]], axis=0)", "array([4, 6])"),
    "mean": ("R.mean([1, 2, 3, 4])", "array(2.5)"),
    "min": ("R.min([3, 1, 2])", "array(1)"),
    "max": ("R.max([3, 1, 2])", "array(3)"),
    "argmax": ("R.argmax([3, 1, 2])", "array(0)"),
    "argmin": ("R.argmin([3, 1, 2])", "array(1)"),
    "sort": ("R.sort([3, 1, 2])", "array([1, 2, 3])"),
    "reshape": ("R.reshape([1, 2, 3, 4], (2, -1))",
                "array([[1, 2],\n       [3, 4]])"),
    "concat": ("R.concat([1, 2], [3], axis=0)", "array([1, 2, 3])"),
    "expand_dims": ("R.expand_dims([1, 2], axis=0)", "array([[1, 2]])"),
    "greater": ("R.greater([1, 3], 2)", "array([False,  True])"),
    "greater_equal": ("R.greater_equal([1, 2], 2)", "array([False,  True])"),
    "less": ("R.less([1, 3], 2)", "array([ True, False])"),
    "less_equal": ("R.less_equal([2, 3], 2)", "array([ True, False])"),
    "equal": ("R.equal([1, 2], 2)", "array([False,  True])"),
    "softmax": ("R.softmax([1.0, 1.0])", "array([0.5, 0.5])"),
    "not_equal": ("R.not_equal([1, 2], 2)", "array([ True, False])"),
}

EXAMPLES: dict[str, list[str]] = {
    name: [">>> import ravop as R",
           ">>> graph = R.Graph(approach='local')",
           f">>> {call}()", *shown.split("\n")]
    for name, (call, shown) in _SOURCES.items()
}
