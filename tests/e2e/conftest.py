"""Fixtures of the end-to-end tests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from harness import Server  # noqa: E402


@pytest.fixture
def start_server() -> Iterator[Callable[..., Server]]:
    """Starts servers with given settings; ends them after the test."""
    servers: list[Server] = []

    def start(**settings: object) -> Server:
        servers.append(Server(**settings))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
