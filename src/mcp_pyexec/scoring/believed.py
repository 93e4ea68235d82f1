"""What is believed of a `fit` worker: the shape of its predictions, and nothing it says of itself.

Invariant: no text of that worker reaches a scoring worker, only class numbers and floats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mcp_pyexec.scoring.jobs import JobReply

__all__ = ["Believed", "believe", "believe_name", "believe_permuted"]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Believed:
    """Predictions of exactly the test rows.

    Attributes:
        codes: Class number of every row, int32; -1 for a label that does not exist.
        texts: What was answered, for showing.
        probabilities: p0…, float64, one a label; values not checked here. None if there are none to use.
    """

    codes: pa.Array
    texts: pa.Array
    probabilities: pa.Table | None
    warnings: tuple[Mapping[str, str], ...]


def believe(reply: JobReply, count: int, labels: Sequence[str]) -> Believed | Mapping[str, Any]:
    """Return the predictions, or the `error` of a run whose answer is not one label for each of `count` rows."""
    table = reply.tables.get("predictions")
    if table is None or table.schema.names != ["predicted"] or table.schema.types != [pa.string()]:
        return _error("The answer of the model holds no column of predicted labels.")
    if table.num_rows != count:
        return _error(f"The model gave {table.num_rows} predictions for {count} test rows.")
    texts = table["predicted"].combine_chunks()
    codes = pc.index_in(texts, value_set=pa.array(labels, pa.string())).fill_null(-1)
    warnings = _unknown_labels(texts, codes, labels)
    probabilities = reply.tables.get("probabilities")
    if probabilities is not None and not _is_shaped(probabilities, count, len(labels)):
        probabilities = None
        warnings.append(_ignored())
    elif probabilities is None and reply.values.get("probabilities_misshapen") is True:
        warnings.append(_ignored())
    return Believed(codes, texts, probabilities, tuple(warnings))


def _error(message: str) -> Mapping[str, Any]:
    return {
        "category": "value",
        "type": "ValueError",
        "message": message,
        "line": None,
        "traceback": "",
        "hint": "Return one label for each test row, in their order.",
    }


def _unknown_labels(texts: pa.Array, codes: pa.Array, labels: Sequence[str]) -> list[Mapping[str, str]]:
    unknown = texts.filter(pc.less(codes, 0))
    if not len(unknown):
        return []
    shown = ", ".join(repr(str(t)[:40]) for t in unknown.unique().to_pylist()[:3])
    known = ", ".join(repr(label[:40]) for label in labels[:8])
    message = (
        f"{len(unknown)} predictions are of no class and count as wrong, such as {shown}. Classes: {known}."
    )
    return [{"code": "unknown-labels", "message": message}]


def _is_shaped(table: pa.Table, count: int, classes: int) -> bool:
    expected = pa.schema([(f"p{position}", pa.float64()) for position in range(classes)])
    if not table.schema.equals(expected) or table.num_rows != count:
        return False
    return all(column.null_count == 0 for column in table.columns)


def _ignored() -> Mapping[str, str]:
    message = "The model's probabilities do not match the classes and the test rows, and were not used."
    return {"code": "probabilities-ignored", "message": message}


def believe_permuted(reply: JobReply, rows: int, features: int, labels: int) -> pa.Table | None:
    """Return the predictions with permuted features if every number in them is in its range."""
    table = reply.tables.get("permuted")
    names = ("feature", "repeat", "row", "predicted")
    if table is None or not table.schema.equals(pa.schema([(n, pa.int32()) for n in names])):
        return None
    if not table.num_rows:
        return None
    for name, end in zip(names, (features, 100, rows, labels), strict=True):
        bounds = pc.min_max(table[name]).as_py()
        if table[name].null_count or not 0 <= bounds["min"] <= bounds["max"] < end:
            return None
    return table


def believe_name(value: object) -> str:
    """Return a class name as the worker gave it if it is a plain identifier, else `custom`."""
    return value if isinstance(value, str) and _NAME.fullmatch(value) else "custom"
