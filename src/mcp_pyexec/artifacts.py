"""Figures and files that runs have left, kept for reading: bounded, the oldest dropped first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.outcomes import File

__all__ = ["Artifact", "Artifacts"]


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file of one run, and where it can be read."""

    file: File
    uri: str


class Artifacts:
    """All kept files, by execution id and name."""

    def __init__(self, budget_bytes: int) -> None:
        self._budget = budget_bytes
        self._kept: OrderedDict[tuple[str, str], File] = OrderedDict()
        self._bytes = 0

    def add(self, execution_id: str, files: Sequence[File]) -> list[Artifact]:
        """Keep the files of a run and return them with their URIs."""
        for file in files:
            self._kept[execution_id, file.name] = file
            self._bytes += len(file.data)
        while self._bytes > self._budget and self._kept:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= len(dropped.data)
        return [Artifact(file, f"pyexec://artifacts/{execution_id}/{file.name}") for file in files]

    def get(self, execution_id: str, name: str) -> File:
        """Return a kept file.

        Raises:
            RequestError: `unknown-artifact`.
        """
        try:
            return self._kept[execution_id, name]
        except KeyError:
            names = [kept for run, kept in self._kept if run == execution_id]
            hint = nearest(name, names) or " It may have been dropped; run the code again."
            raise RequestError(
                "unknown-artifact", f"There is no file {name!r} of {execution_id!r}.{hint}"
            ) from None
