"""Pace: what computing takes beside what the scheduler sees of it."""
from __future__ import annotations

import numpy as np

#: Of a round trip, of a byte uploaded, of a byte fetched; seconds.
FIRST_GUESS = (1.0, 5e-9, 4e-9)
PRIOR_V = 0.25      # of a weight, relative to the first guess
DRIFT_V = 0.001     # the same, more with each time
NOISE_V = 0.01      # of one time, relative
STALL = 0.5         # of a time: more off than this is no reason to move
LEAST_S = 20e-6     # of a round trip
ROUND_GAIN = 0.2


class Pace:
    """The weights of a connection's parts, followed by a Kalman filter."""

    def __init__(self) -> None:
        self._guess = np.array(FIRST_GUESS)
        self._weight = self._guess.copy()
        self._cov = np.diag(PRIOR_V * self._guess ** 2)
        self._round_s = 0.0     # mean of late; 0: none was seen

    def round_trip(self, seconds: float) -> None:
        """A question was answered."""
        if not self._round_s:
            self._round_s = max(LEAST_S, seconds)
            return
        # A stall is not what the next one will take.
        seconds = min(max(LEAST_S, seconds), 4 * self._round_s)
        self._round_s += ROUND_GAIN * (seconds - self._round_s)

    def parts(self, uploaded: int, fetched: int) -> tuple[float, float, float]:
        """What a computation will take, in parts."""
        return (self._round_s, float(uploaded), float(fetched))

    def seconds(self, parts: tuple[float, float, float]) -> float:
        """What the parts take."""
        return float(self._weight @ np.array(parts))

    def learn(self, parts: tuple[float, float, float], seconds: float,
              server: float) -> None:
        """They took so long, with what the server said of its own."""
        error = (seconds - server - self.seconds(parts)) / seconds
        x = np.array(parts) / seconds
        self._cov += np.diag(DRIFT_V * self._guess ** 2)
        moved = self._cov @ x
        moved /= NOISE_V + x @ moved
        self._weight += moved * np.clip(error, -2 * STALL, STALL)
        self._weight = np.clip(self._weight, self._guess / 10,
                               self._guess * 10)
        self._cov -= np.outer(moved, self._cov @ x)
