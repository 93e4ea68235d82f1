"""Sessions out of a pool, in a transaction of their own before anything of the caller's has run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.pool import PoolProxiedConnection, QueuePool

__all__ = ["begun"]


def begun(
    pool: QueuePool, begin: Callable[[Any], None], dropped: tuple[type[Exception], ...]
) -> PoolProxiedConnection:
    """Return a session in which `begin` has done its work; those that were dropped while idle are replaced.

    After a restart of the server every idle session is such a one, so there is one attempt more than the pool holds.

    Args:
        dropped: What `begin` raises in a session that the server no longer has.

    Raises:
        Exception: What connecting raises, or `begin` in a new session.
    """
    for left in range(pool.size(), -1, -1):
        pooled = pool.connect()
        ready = False
        try:
            begin(pooled.driver_connection)
            ready = True
            return pooled
        except dropped:
            if not left:
                raise
        finally:
            if not ready:
                pooled.invalidate()
                pooled.close()
    raise AssertionError("the last pass returns or raises")
