"""The scored test rows as a table that can be kept as a dataset."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from mcp_pyexec.scoring.believed import Believed
from mcp_pyexec.scoring.parts import Parts
from mcp_pyexec.scoring.rows import Rows

__all__ = ["predictions_table"]

_MOST_PROBABILITIES = 10


def predictions_table(rows: Rows, parts: Parts, believed: Believed, with_probabilities: bool) -> pa.Table:
    """Return row (in the table that was given), actual, predicted, correct, and probabilities if they were used."""
    actual = rows.codes.take(parts.test)
    columns = {
        "row": rows.origin.take(parts.test).cast(pa.int64()),
        "actual": pa.array(rows.labels, pa.string()).take(actual),
        "predicted": believed.texts,
        "correct": pc.equal(actual, believed.codes),
    }
    if with_probabilities and believed.probabilities is not None:
        columns["probability"] = _of_predicted(believed.codes, believed.probabilities)
        if len(rows.labels) <= _MOST_PROBABILITIES:
            for position, label in enumerate(rows.labels):
                columns[f"probability_{label}"] = believed.probabilities[f"p{position}"]
    return pa.table(columns)


def _of_predicted(codes: pa.Array, probabilities: pa.Table) -> pa.ChunkedArray | pa.Array:
    choices = [column.combine_chunks() for column in probabilities.columns]
    known = pc.if_else(pc.greater_equal(codes, 0), codes, pa.scalar(None, pa.int32()))
    return pc.choose(known, *choices)
