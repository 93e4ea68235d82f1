"""Which rows train and which test, as job `split` said and as the host checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.scoring.jobs import JobReply
from mcp_pyexec.scoring.rows import Rows

__all__ = ["Parts", "held_out_parts", "parts_from"]


@dataclass(frozen=True, slots=True)
class Parts:
    """Positions in `Rows.table`, int64, in the order the split gave them.

    Attributes:
        fold: Fold number of every training row, int32; -1 without folds.
        folds: How many folds are held out in turn; 0 for none.
        ordered: Fold i, from 1 on, is held out and all lower ones train; else every other one trains.
        features: [{name, kind, missing}] to train on.
    """

    train: pa.Array
    test: pa.Array
    fold: pa.Array
    folds: int
    ordered: bool
    features: Sequence[Mapping[str, Any]]

    @property
    def names(self) -> list[str]:
        """The features by name."""
        return [feature["name"] for feature in self.features]

    def class_sizes(self, rows: Rows) -> list[dict[str, Any]]:
        """Return [{label, train, test}] in label order."""
        train, test = (_counts(rows.codes.take(part)) for part in (self.train, self.test))
        return [
            {"label": label, "train": train.get(code, 0), "test": test.get(code, 0)}
            for code, label in enumerate(rows.labels)
        ]


def parts_from(reply: JobReply, rows: Rows) -> Parts:
    """Return the parts of a `split` reply.

    Raises:
        SandboxFault: `bad-split` unless every row is on exactly one side.
    """
    train, test = reply.tables["train"], reply.tables["test"]
    both = pa.chunked_array([*train["row"].chunks, *test["row"].chunks])
    every = pc.sort_indices(both)
    if not both.take(every).combine_chunks().equals(pa.array(range(rows.table.num_rows), pa.int64())):
        raise SandboxFault("bad-split", "the split does not put every row on exactly one side")
    return Parts(
        train=train["row"].combine_chunks(),
        test=test["row"].combine_chunks(),
        fold=train["fold"].combine_chunks(),
        folds=reply.values["folds"],
        ordered=reply.values["ordered"],
        features=reply.values["features"],
    )


def held_out_parts(parts: Parts) -> Iterator[tuple[pa.Array, pa.Array]]:
    """Yield, for every fold, the rows that train and the rows that are held out."""
    numbers = range(1, parts.folds + 1) if parts.ordered else range(parts.folds)
    for number in numbers:
        seen = pc.less(parts.fold, number) if parts.ordered else pc.not_equal(parts.fold, number)
        yield parts.train.filter(seen), parts.train.filter(pc.equal(parts.fold, number))


def _counts(codes: pa.Array) -> dict[int, int]:
    return {entry["values"]: entry["counts"] for entry in pc.value_counts(codes).to_pylist()}
