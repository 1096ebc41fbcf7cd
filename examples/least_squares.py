"""Ordinary least squares in closed form: (x'x)^-1 x'y.

Compared with scikit-learn's LinearRegression on its diabetes data.
"""
import numpy as np
from common import arguments, same
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression

import ravop as R

options = arguments(__doc__)
data = load_diabetes()
rows = 100 if options.small else len(data.data)
features, target = data.data[:rows], data.target[:rows]

with R.Graph(name="least_squares", approach=options.approach):
    x = R.concat(R.ones((rows, 1)), R.t(features), axis=1)
    y = R.t(target)
    weights = R.inv(R.transpose(x).dot(x)).dot(R.transpose(x).dot(y))
    residual = y - x.dot(weights)
    spread = y - R.mean(y)
    score = 1 - R.sum(R.square(residual)) / R.sum(R.square(spread))
    weights, score = R.compute(weights, score)

theirs = LinearRegression().fit(features, target)
same("intercept", weights[0], theirs.intercept_, "scikit-learn")
same("weights", weights[1:], theirs.coef_, "scikit-learn", rtol=1e-6)
same("R squared", score, theirs.score(features, target), "scikit-learn")
print(f"R squared {score:.4f} on {rows} patients")
