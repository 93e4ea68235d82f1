"""Functions of the host that code in the jail may call, as requests over the worker's own socket.

The same guards, ceilings and history apply on the host as for the tools; nothing is decided here.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyexec_guest import frames
from pyexec_guest.wire import Channel

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HostCalls", "HostError"]

_PROGRESS_EVERY_S = 0.05


class HostError(RuntimeError):
    """The host refused or failed a call; the message says why and what to do."""


class HostCalls:
    """The callable side of the channel, and what `display` has collected."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._told_at = float("-inf")
        self.displayed: list[Any] = []

    def functions(self, allowed: Sequence[str]) -> dict[str, Callable[..., Any]]:
        """Return the allowed ones by name, ready for a namespace."""
        known: dict[str, Callable[..., Any]] = {
            "query_sql": self.query_sql,
            "dataset": self.dataset,
            "save_dataset": self.save_dataset,
            "display": self.display,
            "progress": self.progress,
        }
        return {name: known[name] for name in allowed}

    def query_sql(
        self, sql: str, database: str | None = None, parameters: Mapping[str, Any] | None = None
    ) -> pd.DataFrame:
        """Run one read-only statement and return all its rows as a DataFrame; a cut result comes with a warning."""
        arguments = {"sql": str(sql), "database": database, "parameters": dict(parameters or {})}
        said, fds = self._call("query_sql", arguments)
        if not said["complete"]:
            warnings.warn(
                "query_sql: the result was cut at a ceiling of the server; aggregate in SQL", stacklevel=2
            )
        return frames.read_frame(fds[0])

    def dataset(self, handle: str) -> pd.DataFrame:
        """Return a dataset of this server by its handle."""
        return frames.read_frame(self._call("dataset", {"handle": str(handle)})[1][0])

    def save_dataset(self, df: pd.DataFrame, name: str = "dataset") -> str:
        """Keep a DataFrame on the server and return its handle.

        Raises:
            TypeError: If it is neither a DataFrame nor a Series.
        """
        if not (frames.is_frame(df) or frames.is_series(df)):
            kind = type(df).__name__
            raise TypeError(
                f"save_dataset(df, name) wants a DataFrame first, not {kind}. Make one: pd.DataFrame(...)"
            )
        body = frames.write_table(frames.to_table(df))
        return str(self._call("save_dataset", {"name": str(name)}, [body])[0])

    def display(self, *values: Any) -> None:
        """Show values beside the result, as a notebook does."""
        self.displayed.extend(values)

    def progress(self, fraction: float, message: str = "") -> None:
        """Report how far the work is, between 0 and 1; more often than 20 times a second is not passed on."""
        now = time.monotonic()
        if now - self._told_at < _PROGRESS_EVERY_S and fraction < 1:
            return
        self._told_at = now
        self._channel.send({"op": "progress", "fraction": float(fraction), "message": str(message)})

    def _call(
        self, name: str, arguments: Mapping[str, Any], data: Sequence[bytes] = ()
    ) -> tuple[Any, list[int]]:
        self._channel.send({"op": "call", "name": name, "arguments": arguments}, data)
        reply, fds = self._channel.receive()
        if reply["error"] is not None:
            raise HostError(reply["error"])
        return reply["value"], fds
