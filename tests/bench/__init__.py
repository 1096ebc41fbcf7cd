"""Raven beside Dask, NumPy and libwebsockets, in one run: scripts/bench.

A module a family of workloads; each has LINES, the rows it adds to the table,
and run(), which measures them.
"""
