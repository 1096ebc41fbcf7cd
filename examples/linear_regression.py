"""Linear regression by gradient descent, one synchronous step at a time.

City populations and profits: 97 points made to resemble the course data that
programs of this kind have always used. Compared with the same steps in NumPy
and with NumPy's least squares.
"""
import numpy as np
from common import arguments, drawing, same, timed

import ravop as R

options = arguments(__doc__, plot=True)
steps, rate = (30, 0.01) if options.small else (3000, 0.01)

rng = np.random.default_rng(97)
population = 5 + rng.gamma(1.5, 3, 97)
profit = 1.19 * population - 3.9 + rng.normal(0, 3, 97)
features = np.stack([np.ones(97), population], axis=1)


def descend(x, y, theta):
    """One step: theta - rate / n * x'(x theta - y)."""
    return theta - rate / 97 * (x.T @ (x @ theta - y))


with R.Graph(name="linear_regression", approach=options.approach):
    x, y = R.t(features), R.t(profit)
    theta = R.t(np.zeros(2))
    path = []
    with timed(f"{steps} steps"):
        for _ in range(steps):
            theta = descend(x, y, theta)
            path.append(theta())
    loss = ((x @ theta - y) ** 2).mean()()

theirs = np.zeros(2)
for _ in range(steps):
    theirs = descend(features, profit, theirs)
print(f"profit = {path[-1][1]:.4f} * population + {path[-1][0]:.4f}, "
      f"mean squared error {loss:.4f}")
same("theta", path[-1], theirs, "NumPy")
if not options.small:
    exact = np.linalg.lstsq(features, profit, rcond=None)[0]
    same("theta", path[-1], exact, "least squares", rtol=0.02)

with drawing(options.plot, "Linear regression") as axes:
    if axes is not None:
        axes.scatter(population, profit, s=12, label="cities")
        ends = np.array([population.min(), population.max()])
        for at, style in ((0, ":"), (len(path) // 10, "--"), (-1, "-")):
            axes.plot(ends, path[at][0] + path[at][1] * ends, style,
                      label=f"after step {at % len(path) + 1}")
        axes.set_xlabel("population, 10,000s")
        axes.set_ylabel("profit, $10,000s")
        axes.legend()
