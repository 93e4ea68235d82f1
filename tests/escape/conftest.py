"""Canaries on the host, for every attempt to escape."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mcp_pyexec.doctor import Canaries


@pytest.fixture(scope="session")
def canaries() -> Iterator[Canaries]:
    """Shared, because what stops every attack leaves them as they were; a test that fails may fail others."""
    with Canaries() as canaries:
        yield canaries


@pytest.fixture
def own_canaries() -> Iterator[Canaries]:
    """For what may harm them."""
    with Canaries() as canaries:
        yield canaries
