"""The tables that handles name: sealed, counted, and the least recently used given up when memory is short."""

from __future__ import annotations

import os
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

import pyarrow as pa

from mcp_pyexec.datasets.sealed import map_table, seal
from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.limits import MIB
from mcp_pyexec.untrusted import read_untrusted

__all__ = ["Dataset", "DatasetStore"]

_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table behind a handle.

    Attributes:
        fd: Of the sealed Arrow IPC file; the store closes it on eviction, so whoever needs it longer
            duplicates it first.
        size_bytes: Of the sealed memory.
        origin: Where it came from, such as the SQL; told when the handle is no more.
        complete: False if a ceiling cut the table.
    """

    handle: str
    fd: int
    schema: pa.Schema
    row_count: int
    size_bytes: int
    origin: str
    complete: bool
    _table: pa.Table = field(repr=False, compare=False)

    def table(self) -> pa.Table:
        """Return the table over the sealed memory, without a copy; valid also after eviction."""
        return self._table


class DatasetStore:
    """Datasets up to a budget of bytes; used from one event loop or thread at a time.

    Args:
        budget_bytes: Of all sealed memory together.
        dataset_bytes: Of one table written by a worker.
    """

    def __init__(self, budget_bytes: int = 1024 * MIB, dataset_bytes: int = 64 * MIB) -> None:
        self._budget = budget_bytes
        self._dataset_bytes = dataset_bytes
        self._kept: OrderedDict[str, Dataset] = OrderedDict()
        self._evicted: OrderedDict[str, str] = OrderedDict()

    def add(self, table: pa.Table, *, origin: str, complete: bool = True) -> Dataset:
        """Return the table as a new dataset, giving up the least recently used ones to make room.

        Raises:
            RequestError: `dataset-too-large` for a table above the whole budget.
        """
        if table.nbytes > self._budget:
            raise self._too_large(table.nbytes)
        handle = f"ds_{secrets.token_hex(6)}"
        descriptor = seal(table, handle)
        size = os.fstat(descriptor).st_size
        if size > self._budget:
            os.close(descriptor)
            raise self._too_large(size)
        mapped = map_table(descriptor)
        dataset = Dataset(handle, descriptor, mapped.schema, mapped.num_rows, size, origin, complete, mapped)
        self._make_room(size)
        self._kept[handle] = dataset
        return dataset

    def add_untrusted(self, data: bytes, *, origin: str) -> Dataset:
        """Return a dataset of an Arrow IPC stream that a worker wrote.

        Raises:
            RequestError: `dataset-invalid` or `dataset-too-large`.
        """
        return self.add(read_untrusted(data, byte_limit=self._dataset_bytes), origin=origin)

    def get(self, handle: str) -> Dataset:
        """Return the dataset and count it as used.

        Raises:
            RequestError: `dataset-evicted` or `unknown-dataset`.
        """
        if handle in self._kept:
            self._kept.move_to_end(handle)
            return self._kept[handle]
        if handle in self._evicted:
            raise RequestError(
                "dataset-evicted",
                f"The dataset {handle!r} was given up to make room for newer ones. It came from: "
                f"{self._evicted[handle]}. Do that again to get a new handle.",
            )
        raise RequestError("unknown-dataset", f"There is no dataset {handle!r}.{nearest(handle, self._kept)}")

    def list(self) -> tuple[Dataset, ...]:
        """Return all datasets, the least recently used first."""
        return tuple(self._kept.values())

    def close(self) -> None:
        """Give up every dataset."""
        for dataset in self._kept.values():
            os.close(dataset.fd)
        self._kept.clear()

    def _make_room(self, size: int) -> None:
        while self._kept and sum(d.size_bytes for d in self._kept.values()) + size > self._budget:
            handle, dataset = self._kept.popitem(last=False)
            os.close(dataset.fd)
            self._evicted[handle] = dataset.origin
            if len(self._evicted) > _REMEMBERED:
                self._evicted.popitem(last=False)

    def _too_large(self, size: int) -> RequestError:
        return RequestError(
            "dataset-too-large",
            f"The table has {size} bytes, all datasets together may have {self._budget}. Select fewer rows or columns.",
        )
