"""Written by scripts/tables from the op rules; do not edit."""
from __future__ import annotations

#: Of each op: its shape, its dtype, errors when recorded, when computed.
RULES: dict[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {
    'lin': (
        'the shape of the value itself',
        "the first input's",
        (),
        (),
    ),
    'add': (
        'all inputs broadcast, as in NumPy',
        'promoted; bool stays bool (or, and)',
        (
            'shape',
        ),
        (),
    ),
    'sub': (
        'all inputs broadcast, as in NumPy',
        'promoted; bool refused',
        (
            'dtype', 'shape',
        ),
        (),
    ),
    'mul': (
        'all inputs broadcast, as in NumPy',
        'promoted; bool stays bool (or, and)',
        (
            'shape',
        ),
        (),
    ),
    'div': (
        'all inputs broadcast, as in NumPy',
        'promoted; ints and bools become float64',
        (
            'shape',
        ),
        (),
    ),
    'pos': (
        "the input's",
        "the first input's; bool refused",
        (
            'dtype',
        ),
        (),
    ),
    'neg': (
        "the input's",
        "the first input's; bool refused",
        (
            'dtype',
        ),
        (),
    ),
    'exp': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'natlog': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'pow': (
        'all inputs broadcast, as in NumPy',
        'promoted; bool refused (NumPy would give int8)',
        (
            'dtype', 'shape',
        ),
        (
            'negative_power',
        ),
    ),
    'square': (
        "the input's",
        'promoted; bool stays bool (or, and)',
        (),
        (),
    ),
    'cube': (
        "the input's",
        'promoted; bool stays bool (or, and)',
        (),
        (),
    ),
    'square_root': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'cube_root': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'abs': (
        "the input's",
        "the first input's",
        (),
        (),
    ),
    'matmul': (
        'of a matrix product, batches broadcast',
        'promoted; bool stays bool (or, and)',
        (
            'rank', 'shape',
        ),
        (),
    ),
    'multiply': (
        'all inputs broadcast, as in NumPy',
        'promoted; bool stays bool (or, and)',
        (
            'shape',
        ),
        (),
    ),
    'dot': (
        'a[:-1] + b[:-2] + b[-1:]; 0-d: broadcast',
        'promoted; bool stays bool (or, and)',
        (
            'rank', 'shape',
        ),
        (),
    ),
    'transpose': (
        "the input's, axes in another order",
        "the first input's",
        (
            'axis', 'bad_param',
        ),
        (),
    ),
    'sum': (
        'the axes reduced go, or become 1',
        'bool and int32 become int64',
        (
            'axis', 'bad_param',
        ),
        (),
    ),
    'mean': (
        'the axes reduced go, or become 1',
        'promoted; ints and bools become float64',
        (
            'axis', 'bad_param',
        ),
        (),
    ),
    'min': (
        'the same; nothing to reduce is refused',
        "the first input's",
        (
            'axis', 'bad_param', 'empty',
        ),
        (),
    ),
    'max': (
        'the same; nothing to reduce is refused',
        "the first input's",
        (
            'axis', 'bad_param', 'empty',
        ),
        (),
    ),
    'argmax': (
        'the same; nothing to reduce is refused',
        'int64, whatever the input is',
        (
            'axis', 'bad_param', 'empty',
        ),
        (),
    ),
    'argmin': (
        'the same; nothing to reduce is refused',
        'int64, whatever the input is',
        (
            'axis', 'bad_param', 'empty',
        ),
        (),
    ),
    'sort': (
        "the input's; axis None: flattened",
        "the first input's",
        (
            'axis',
        ),
        (),
    ),
    'reshape': (
        'as asked for, with as many elements',
        "the first input's",
        (
            'bad_param', 'rank', 'shape',
        ),
        (),
    ),
    'concat': (
        "the first's, lengths added along the axis",
        'promoted',
        (
            'axis', 'overflow', 'shape',
        ),
        (),
    ),
    'expand_dims': (
        "the input's, axes of length 1 inserted",
        "the first input's",
        (
            'axis', 'bad_param', 'rank',
        ),
        (),
    ),
    'greater': (
        'all inputs broadcast, as in NumPy',
        'bool, whatever the inputs are',
        (
            'shape',
        ),
        (),
    ),
    'greater_equal': (
        'all inputs broadcast, as in NumPy',
        'bool, whatever the inputs are',
        (
            'shape',
        ),
        (),
    ),
    'less': (
        'all inputs broadcast, as in NumPy',
        'bool, whatever the inputs are',
        (
            'shape',
        ),
        (),
    ),
    'less_equal': (
        'all inputs broadcast, as in NumPy',
        'bool, whatever the inputs are',
        (
            'shape',
        ),
        (),
    ),
    'equal': (
        'all inputs broadcast, as in NumPy',
        'bool, whatever the inputs are',
        (
            'shape',
        ),
        (),
    ),
    'not_equal': (
        'all inputs broadcast, as in NumPy',
        'bool, whatever the inputs are',
        (
            'shape',
        ),
        (),
    ),
    'log2': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'log10': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'expm1': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'log1p': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'sin': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'cos': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'tan': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'sinh': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'cosh': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'tanh': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'arcsin': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'arccos': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'arctan': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'arcsinh': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'arccosh': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'arctanh': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'arctan2': (
        'all inputs broadcast, as in NumPy',
        'promoted; ints and bools become float64',
        (
            'shape',
        ),
        (),
    ),
    'hypot': (
        'all inputs broadcast, as in NumPy',
        'promoted; ints and bools become float64',
        (
            'shape',
        ),
        (),
    ),
    'erf': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'sigmoid': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'softplus': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'gelu': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'logaddexp': (
        'all inputs broadcast, as in NumPy',
        'promoted; ints and bools become float64',
        (
            'shape',
        ),
        (),
    ),
    'inv': (
        "the input's, whose last two axes are equal",
        'promoted; ints and bools become float64',
        (
            'shape',
        ),
        (
            'singular',
        ),
    ),
    'solve': (
        'of x in a x = b, batches broadcast',
        'promoted; ints and bools become float64',
        (
            'rank', 'shape',
        ),
        (
            'singular',
        ),
    ),
    'cholesky': (
        "the input's, whose last two axes are equal",
        'promoted; ints and bools become float64',
        (
            'shape',
        ),
        (
            'not_positive',
        ),
    ),
    'det': (
        'the same without those two',
        'promoted; ints and bools become float64',
        (
            'shape',
        ),
        (),
    ),
    'einsum': (
        'of the labels that einsum keeps',
        'promoted',
        (),
        (),
    ),
    'prod': (
        'the axes reduced go, or become 1',
        'bool and int32 become int64',
        (
            'axis', 'bad_param',
        ),
        (),
    ),
    'any': (
        'the axes reduced go, or become 1',
        'bool, whatever the inputs are',
        (
            'axis', 'bad_param',
        ),
        (),
    ),
    'all': (
        'the axes reduced go, or become 1',
        'bool, whatever the inputs are',
        (
            'axis', 'bad_param',
        ),
        (),
    ),
    'cumsum': (
        "the input's; axis None: flattened; 0-d: (1,)",
        'bool and int32 become int64',
        (
            'axis',
        ),
        (),
    ),
    'cumprod': (
        "the input's; axis None: flattened; 0-d: (1,)",
        'bool and int32 become int64',
        (
            'axis',
        ),
        (),
    ),
    'argsort': (
        "the input's; axis None: flattened; 0-d: (1,)",
        'int64, whatever the input is',
        (
            'axis',
        ),
        (),
    ),
    'searchsorted': (
        "the second's; the first has one axis",
        'int64, whatever the input is',
        (
            'shape',
        ),
        (),
    ),
    'variance': (
        'the axes reduced go, or become 1',
        'promoted; ints and bools become float64',
        (
            'axis', 'bad_param',
        ),
        (),
    ),
    'std': (
        'the axes reduced go, or become 1',
        'promoted; ints and bools become float64',
        (
            'axis', 'bad_param',
        ),
        (),
    ),
    'median': (
        'the axes reduced go, or become 1',
        'promoted; ints and bools become float64',
        (
            'axis', 'bad_param',
        ),
        (),
    ),
    'quantile': (
        "the second's, then the first's reduced",
        'float64, whatever the inputs are; bool refused',
        (
            'axis', 'bad_param', 'dtype', 'empty', 'rank',
        ),
        (
            'quantile',
        ),
    ),
    'percentile': (
        'the same; without a second: reduced',
        'float64, whatever the inputs are; bool refused',
        (
            'arity', 'axis', 'bad_param', 'dtype', 'empty', 'rank',
        ),
        (
            'quantile',
        ),
    ),
    'mode': (
        'the same; nothing to reduce is refused',
        "the first input's",
        (
            'axis', 'bad_param', 'empty',
        ),
        (),
    ),
    'average': (
        "the first's reduced; weights as long",
        'promoted; ints and bools become float64',
        (
            'axis', 'bad_param', 'shape',
        ),
        (),
    ),
    'norm': (
        'reduced; a matrix norm over two axes',
        'promoted; ints and bools become float64',
        (
            'axis', 'bad_param', 'empty',
        ),
        (),
    ),
    'count_nonzero': (
        'the axes reduced go, or become 1',
        'int64, whatever the input is',
        (
            'axis', 'bad_param',
        ),
        (),
    ),
    'ptp': (
        'the same; nothing to reduce is refused',
        "the first input's; bool refused",
        (
            'axis', 'bad_param', 'dtype', 'empty',
        ),
        (),
    ),
    'topk': (
        "the input's, k long along the axis",
        "the first input's",
        (
            'axis', 'bad_param',
        ),
        (),
    ),
    'topk_indices': (
        "the input's, k long along the axis",
        'int64, whatever the input is',
        (
            'axis', 'bad_param',
        ),
        (),
    ),
    'histogram': (
        'as many as bins; one more edges',
        'int64, whatever the input is',
        (
            'bad_param',
        ),
        (
            'range',
        ),
    ),
    'histogram_edges': (
        'as many as bins; one more edges',
        'promoted; ints and bools become float64',
        (
            'bad_param',
        ),
        (
            'range',
        ),
    ),
    'bincount': (
        'one axis that data decides; weights as many',
        'int64; float64 with weights; floats refused',
        (
            'bad_param', 'dtype', 'shape',
        ),
        (
            'bins', 'negative',
        ),
    ),
    'unique': (
        "the input's; data decides that of the axis",
        "the first input's",
        (
            'axis',
        ),
        (),
    ),
    'unique_index': (
        'one axis, as long',
        'int64, whatever the input is',
        (
            'axis',
        ),
        (),
    ),
    'unique_inverse': (
        "one axis: the input's, or of all elements",
        'int64, whatever the input is',
        (
            'axis',
        ),
        (),
    ),
    'unique_counts': (
        'one axis, as long',
        'int64, whatever the input is',
        (
            'axis',
        ),
        (),
    ),
    'argwhere': (
        'as many as data decides, of one index an axis',
        'int64, whatever the input is',
        (
            'rank',
        ),
        (),
    ),
    'flatnonzero': (
        'one axis that data decides',
        'int64, whatever the input is',
        (),
        (),
    ),
    'found_indices': (
        'one axis that data decides',
        'int64, whatever the input is',
        (),
        (),
    ),
    'found_counts': (
        "one axis: of the second's elements",
        'int64, whatever the input is',
        (),
        (),
    ),
    'boolean_index': (
        'data decides, then the axes not in the mask',
        "the first input's",
        (
            'dtype', 'rank', 'shape',
        ),
        (),
    ),
    'softmax': (
        "the input's; works along an axis, or all",
        'promoted; ints and bools become float64',
        (
            'axis',
        ),
        (),
    ),
    'log_softmax': (
        "the input's; works along an axis, or all",
        'promoted; ints and bools become float64',
        (
            'axis',
        ),
        (),
    ),
    'logsumexp': (
        'the same; nothing to reduce is refused',
        'promoted; ints and bools become float64',
        (
            'axis', 'bad_param', 'empty',
        ),
        (),
    ),
    'layer_norm': (
        "the first input's, to which others fit",
        'promoted; ints and bools become float64',
        (
            'axis', 'bad_param', 'shape',
        ),
        (),
    ),
    'batch_norm': (
        "the first's; others: one for each index",
        'promoted; ints and bools become float64',
        (
            'arity', 'axis', 'bad_param', 'shape',
        ),
        (),
    ),
    'square_loss': (
        "both inputs' broadcast, or no axes",
        'promoted; ints and bools become float64',
        (
            'shape',
        ),
        (),
    ),
    'square_loss_grad': (
        "the first input's, to which the second fits",
        'promoted; ints and bools become float64',
        (
            'shape',
        ),
        (),
    ),
    'cross_entropy': (
        "the first's without the axis, or no axes",
        'promoted; ints and bools become float64',
        (
            'axis', 'bad_param', 'dtype', 'shape',
        ),
        (
            'index',
        ),
    ),
    'cross_entropy_grad': (
        "the first input's",
        'promoted; ints and bools become float64',
        (
            'axis', 'bad_param', 'dtype', 'shape',
        ),
        (),
    ),
    'attention': (
        'batches broadcast, rows of q, columns of v',
        'promoted; ints and bools become float64',
        (
            'rank', 'shape',
        ),
        (),
    ),
    'windows': (
        'the last two axes: positions, size',
        "the first input's",
        (
            'bad_param', 'overflow', 'rank', 'shape',
        ),
        (),
    ),
    'windows_sum': (
        'positions, size: the lengths asked for',
        "the first input's",
        (
            'bad_param', 'overflow', 'shape',
        ),
        (),
    ),
    'conv2d': (
        'N, filters, positions of the windows',
        'promoted; bool stays bool (or, and)',
        (
            'bad_param', 'overflow', 'shape',
        ),
        (),
    ),
    'conv2d_input_grad': (
        'of the x whose gradient it is',
        'promoted; bool stays bool (or, and)',
        (
            'bad_param', 'overflow', 'shape',
        ),
        (),
    ),
    'conv2d_weight_grad': (
        'of the w whose gradient it is',
        'promoted; bool stays bool (or, and)',
        (
            'bad_param', 'overflow', 'shape',
        ),
        (),
    ),
    'max_pool2d': (
        'N, C, positions of the windows',
        "the first input's",
        (
            'bad_param', 'overflow', 'shape',
        ),
        (),
    ),
    'avg_pool2d': (
        'N, C, positions of the windows',
        'promoted; ints and bools become float64',
        (
            'bad_param', 'overflow', 'shape',
        ),
        (),
    ),
    'max_pool2d_grad': (
        "the first input's",
        "the first input's",
        (
            'bad_param', 'overflow', 'shape',
        ),
        (),
    ),
    'avg_pool2d_grad': (
        'N, C, the lengths asked for',
        'promoted; ints and bools become float64',
        (
            'bad_param', 'overflow', 'shape',
        ),
        (),
    ),
    'slice': (
        "a window of the input's",
        "the first input's",
        (),
        (),
    ),
    'reverse': (
        "the input's",
        "the first input's",
        (),
        (),
    ),
    'squeeze': (
        "the input's, axes of length 1 dropped",
        "the first input's",
        (
            'length',
        ),
        (),
    ),
    'flatten': (
        'one axis',
        "the first input's",
        (),
        (),
    ),
    'swapaxes': (
        "the input's, two axes swapped",
        "the first input's",
        (),
        (),
    ),
    'moveaxis': (
        "the input's, axes in another order",
        "the first input's",
        (),
        (),
    ),
    'broadcast_to': (
        'as asked for',
        "the first input's",
        (
            'bad_param', 'rank', 'shape',
        ),
        (),
    ),
    'diag': (
        'one axis of a matrix; a square of a sequence',
        "the first input's",
        (
            'overflow', 'rank', 'shape',
        ),
        (),
    ),
    'diagonal': (
        'without the two axes, one at the end',
        "the first input's",
        (
            'rank',
        ),
        (),
    ),
    'trace': (
        'without the two axes',
        'bool and int32 become int64',
        (),
        (),
    ),
    'tril': (
        "the input's; of a sequence a square",
        "the first input's",
        (
            'rank', 'shape',
        ),
        (),
    ),
    'triu': (
        "the input's; of a sequence a square",
        "the first input's",
        (
            'rank', 'shape',
        ),
        (),
    ),
    'outer': (
        'elements of the first, of the second',
        'promoted; bool stays bool (or, and)',
        (
            'rank',
        ),
        (),
    ),
    'stack': (
        "the inputs', with one more axis",
        'promoted',
        (
            'axis', 'rank', 'shape',
        ),
        (),
    ),
    'tile': (
        'each length times its reps',
        "the first input's",
        (
            'bad_param', 'overflow', 'rank',
        ),
        (),
    ),
    'repeat': (
        'an axis longer; axis None: flattened',
        "the first input's",
        (
            'bad_param', 'overflow',
        ),
        (),
    ),
    'pad': (
        "the input's, each axis longer",
        "the first input's",
        (
            'empty', 'overflow',
        ),
        (),
    ),
    'roll': (
        "the input's",
        "the first input's",
        (),
        (),
    ),
    'gather': (
        "the indices' in the place of the axis",
        "the first input's",
        (
            'dtype', 'rank',
        ),
        (
            'index',
        ),
    ),
    'take_along_axis': (
        "the input's, along the axis the indices'",
        "the first input's",
        (
            'axis', 'dtype', 'shape',
        ),
        (
            'index',
        ),
    ),
    'scatter': (
        "the first input's",
        "the first input's",
        (
            'dtype', 'rank', 'shape',
        ),
        (
            'index',
        ),
    ),
    'scatter_add': (
        "the first input's",
        "the first input's",
        (
            'dtype', 'rank', 'shape',
        ),
        (
            'index',
        ),
    ),
    'one_hot_encoding': (
        "the input's, with one more axis",
        "the first input's",
        (
            'bad_param', 'rank',
        ),
        (),
    ),
    'shape': (
        "one axis, an element for each of the input's",
        'int64, whatever the input is',
        (
            'axis',
        ),
        (),
    ),
    'size': (
        'no axes',
        'int64, whatever the input is',
        (),
        (),
    ),
    'arange': (
        'one axis, as many steps as fit',
        'int64, whatever the input is',
        (
            'bad_param',
        ),
        (),
    ),
    'linspace': (
        'one axis of num',
        'promoted; ints and bools become float64',
        (
            'bad_param',
        ),
        (),
    ),
    'zeros': (
        'as asked for',
        'promoted; ints and bools become float64',
        (
            'bad_param', 'rank',
        ),
        (),
    ),
    'ones': (
        'as asked for',
        'promoted; ints and bools become float64',
        (
            'bad_param', 'rank',
        ),
        (),
    ),
    'eye': (
        '(n, m)',
        'promoted; ints and bools become float64',
        (
            'bad_param',
        ),
        (),
    ),
    'random_numbers': (
        'as asked for',
        'promoted; ints and bools become float64',
        (
            'bad_param', 'rank',
        ),
        (),
    ),
    'random_uniform': (
        'the same, or what the inputs broadcast to',
        'promoted; ints and bools become float64',
        (
            'arity', 'bad_param', 'rank', 'shape',
        ),
        (),
    ),
    'random_normal': (
        'the same, or what the inputs broadcast to',
        'promoted; ints and bools become float64',
        (
            'arity', 'bad_param', 'rank', 'shape',
        ),
        (),
    ),
    'random_integers': (
        'as asked for',
        'int64, whatever the input is',
        (
            'bad_param', 'rank',
        ),
        (),
    ),
    'permutation': (
        "the input's, of one axis or more",
        "the first input's",
        (
            'shape',
        ),
        (),
    ),
    'random': (
        "the input's with another first length, or none",
        "the first input's",
        (
            'bad_param', 'empty', 'shape',
        ),
        (),
    ),
    'dropout': (
        "the input's",
        'promoted; ints and bools become float64',
        (
            'bad_param',
        ),
        (),
    ),
    'floor': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'ceil': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'trunc': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'rint': (
        "the input's",
        'promoted; ints and bools become float64',
        (),
        (),
    ),
    'round': (
        "the input's",
        "the first input's; bool becomes float64",
        (),
        (),
    ),
    'sign': (
        "the input's",
        "the first input's; bool refused",
        (
            'dtype',
        ),
        (),
    ),
    'reciprocal': (
        "the input's",
        'promoted; bool refused (NumPy would give int8)',
        (
            'dtype',
        ),
        (),
    ),
    'relu': (
        "the input's",
        "the first input's",
        (),
        (),
    ),
    'minimum': (
        'all inputs broadcast, as in NumPy',
        'promoted',
        (
            'shape',
        ),
        (),
    ),
    'maximum': (
        'all inputs broadcast, as in NumPy',
        'promoted',
        (
            'shape',
        ),
        (),
    ),
    'clip': (
        'all inputs broadcast, as in NumPy',
        'promoted',
        (
            'shape',
        ),
        (),
    ),
    'mod': (
        'all inputs broadcast, as in NumPy',
        'promoted; bool refused (NumPy would give int8)',
        (
            'dtype', 'shape',
        ),
        (),
    ),
    'floor_divide': (
        'all inputs broadcast, as in NumPy',
        'promoted; bool refused (NumPy would give int8)',
        (
            'dtype', 'shape',
        ),
        (),
    ),
    'logical_and': (
        'all inputs broadcast, as in NumPy',
        'bool; the inputs count by their truth',
        (
            'shape',
        ),
        (),
    ),
    'logical_or': (
        'all inputs broadcast, as in NumPy',
        'bool; the inputs count by their truth',
        (
            'shape',
        ),
        (),
    ),
    'logical_xor': (
        'all inputs broadcast, as in NumPy',
        'bool; the inputs count by their truth',
        (
            'shape',
        ),
        (),
    ),
    'logical_not': (
        "the input's",
        'bool; the inputs count by their truth',
        (),
        (),
    ),
    'bitwise_and': (
        'all inputs broadcast, as in NumPy',
        'promoted; floats refused',
        (
            'dtype', 'shape',
        ),
        (),
    ),
    'bitwise_or': (
        'all inputs broadcast, as in NumPy',
        'promoted; floats refused',
        (
            'dtype', 'shape',
        ),
        (),
    ),
    'bitwise_xor': (
        'all inputs broadcast, as in NumPy',
        'promoted; floats refused',
        (
            'dtype', 'shape',
        ),
        (),
    ),
    'invert': (
        "the input's",
        'promoted; floats refused',
        (
            'dtype',
        ),
        (),
    ),
    'left_shift': (
        'all inputs broadcast, as in NumPy',
        'promoted; floats refused, and bools only',
        (
            'dtype', 'shape',
        ),
        (),
    ),
    'right_shift': (
        'all inputs broadcast, as in NumPy',
        'promoted; floats refused, and bools only',
        (
            'dtype', 'shape',
        ),
        (),
    ),
    'isnan': (
        "the input's",
        'bool, whatever the inputs are',
        (),
        (),
    ),
    'isfinite': (
        "the input's",
        'bool, whatever the inputs are',
        (),
        (),
    ),
    'isinf': (
        "the input's",
        'bool, whatever the inputs are',
        (),
        (),
    ),
    'where': (
        'all inputs broadcast, as in NumPy',
        'the first two promoted; the third counts by truth',
        (
            'shape',
        ),
        (),
    ),
    'astype': (
        "the input's",
        "the first input's",
        (),
        (),
    ),
    'zeros_like': (
        "the input's",
        "the first input's",
        (),
        (),
    ),
    'ones_like': (
        "the input's",
        "the first input's",
        (),
        (),
    ),
    'full_like': (
        "the first's; the second broadcast to it",
        "the first input's",
        (
            'shape',
        ),
        (),
    ),
}
