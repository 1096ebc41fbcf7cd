"""The first program: two vectors added by a participant."""
import ravop as R

graph = R.Graph(name='test', approach='distributed')
a = R.t([1, 2, 3])
b = R.t([5, 22, 7])
c = a + b
print('c: ', c())
graph.end()              # reports failed ops
