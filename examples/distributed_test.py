"""The distributed test of 2022: sums, a maximum and a sort of 30 numbers."""
import sys

import ravop as R

approach = sys.argv[1] if len(sys.argv) > 1 else "distributed"
graph = R.Graph(name="distributed_test", approach=approach)

a = R.t([1, 2, 3] * 10)
b = R.t([5, 22, 7] * 10)
c = a + b
print("c: ", c())
e = R.sum(c)
print("e: ", e())
d = c + e + a
print("d: ", d())
print("argmax(d): ", R.argmax(d)())
print("max(d): ", R.max(d)())
print("sort(d): ", R.sort(d)())

graph.end()
