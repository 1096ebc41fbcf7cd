"""The same names as `ravop`; programs of 2022 import them from here."""
from __future__ import annotations

from . import *  # noqa: F403
from . import __all__ as __all__
