"""The tables that handles name: each owner's own, counted, and given up when unused for long or memory is short."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.limits import MIB
from mcp_pyexec.tables import SealedTable, seal
from mcp_pyexec.untrusted import read_untrusted

__all__ = ["LOCAL", "Dataset", "DatasetStore"]

LOCAL = "local"
"""The owner of everything where a server has one client."""

_REMEMBERED = 10_000
_ORIGIN_CHARS = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Dataset:
    """A table behind a handle.

    Attributes:
        memory: The sealed table; it stays valid for whoever holds it, also after eviction.
        owner: Who alone may use the handle.
        origin: Where it came from, such as the SQL; told when the handle is no more.
        complete: False if a ceiling cut the table.
    """

    handle: str
    memory: SealedTable
    owner: str
    origin: str
    complete: bool

    @property
    def table(self) -> pa.Table:
        """The rows, over the sealed memory, without a copy."""
        return self.memory.table

    @property
    def row_count(self) -> int:
        return int(self.table.num_rows)

    @property
    def size_bytes(self) -> int:
        """Of the sealed memory."""
        return self.memory.size_bytes

    def content_hash(self) -> str:
        """Return the SHA-256 of the sealed bytes; the first time it reads all of them."""
        return self.memory.sha256


class DatasetStore:
    """Datasets up to a budget of bytes; used from one event loop or thread at a time.

    Args:
        budget_bytes: Of all sealed memory together.
        dataset_bytes: Of one table written by a worker.
        idle_s: Time without use after which a dataset is given up, at the next use of the store.
    """

    def __init__(
        self,
        budget_bytes: int = 1024 * MIB,
        dataset_bytes: int = 64 * MIB,
        idle_s: float = 21_600,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._budget = budget_bytes
        self._dataset_bytes = dataset_bytes
        self._idle_s = idle_s
        self._clock = clock
        self._kept: OrderedDict[str, tuple[Dataset, float]] = OrderedDict()
        self._gone: OrderedDict[str, _Gone] = OrderedDict()

    def add(
        self, table: pa.Table | SealedTable, *, origin: str, complete: bool = True, owner: str = LOCAL
    ) -> Dataset:
        """Return the table as a new dataset, giving up the least recently used ones to make room.

        Args:
            table: Copied into sealed memory, unless it already lies there.

        Raises:
            RequestError: `dataset-too-large` for a table above the whole budget.
        """
        memory = table if isinstance(table, SealedTable) else self._sealed(table)
        if memory.size_bytes > self._budget:
            raise self._too_large(memory.size_bytes)
        dataset = Dataset(f"ds_{secrets.token_hex(6)}", memory, owner, origin, complete)
        self._make_room(memory.size_bytes)
        self._kept[dataset.handle] = dataset, self._clock()
        return dataset

    def add_untrusted(self, data: bytes, *, origin: str, owner: str = LOCAL) -> Dataset:
        """Return a dataset of an Arrow IPC stream that a worker wrote.

        Raises:
            RequestError: `dataset-invalid` or `dataset-too-large`.
        """
        return self.add(read_untrusted(data, byte_limit=self._dataset_bytes), origin=origin, owner=owner)

    def get(self, handle: str, *, owner: str = LOCAL) -> Dataset:
        """Return the dataset and count it as used.

        Raises:
            RequestError: `dataset-evicted`, `dataset-expired` or, also for a handle of another owner,
                `unknown-dataset`.
        """
        self._expire()
        dataset, _ = self._kept.get(handle, (None, 0))
        if dataset is not None and dataset.owner == owner:
            self._kept[handle] = dataset, self._clock()
            self._kept.move_to_end(handle)
            return dataset
        gone = self._gone.get(handle)
        if gone is not None and gone.owner == owner:
            raise RequestError(
                gone.code,
                f"The dataset {handle!r} {gone.reason}. It came from: {gone.origin}\n"
                "Do that again to get a new handle.",
            )
        known = (d.handle for d in self.list(owner=owner))
        raise RequestError("unknown-dataset", f"There is no dataset {handle!r}.{nearest(handle, known)}")

    def list(self, *, owner: str = LOCAL) -> tuple[Dataset, ...]:
        """Return the owner's datasets, the least recently used first."""
        self._expire()
        return tuple(dataset for dataset, _ in self._kept.values() if dataset.owner == owner)

    def close(self) -> None:
        """Give up every dataset."""
        self._kept.clear()

    def _sealed(self, table: pa.Table) -> SealedTable:
        if table.nbytes > self._budget:
            raise self._too_large(table.nbytes)
        return seal(table)

    def _expire(self) -> None:
        until = self._clock() - self._idle_s
        while self._kept and next(iter(self._kept.values()))[1] < until:
            self._give_up("dataset-expired", f"was given up after {self._idle_s:g} s without use")

    def _make_room(self, size: int) -> None:
        self._expire()
        while self._kept and sum(d.size_bytes for d, _ in self._kept.values()) + size > self._budget:
            self._give_up("dataset-evicted", "was given up to make room for newer ones")

    def _give_up(self, code: str, reason: str) -> None:
        """Let go of the least recently used dataset and remember how to get it again."""
        handle, (dataset, _) = self._kept.popitem(last=False)
        self._gone[handle] = _Gone(dataset.owner, code, reason, dataset.origin[:_ORIGIN_CHARS])
        if len(self._gone) > _REMEMBERED:
            self._gone.popitem(last=False)

    def _too_large(self, size: int) -> RequestError:
        return RequestError(
            "dataset-too-large",
            f"The table has {size} bytes, all datasets together may have {self._budget}. Select fewer rows or columns.",
        )


@dataclass(frozen=True, slots=True)
class _Gone:
    owner: str
    code: str
    reason: str
    origin: str
