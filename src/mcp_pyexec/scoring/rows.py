"""The table made fit for training, and everything about it that can be refused before a worker is used."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from mcp_pyexec.errors import RequestError, nearest
from mcp_pyexec.scoring.request import ClassifierRequest
from mcp_pyexec.scoring.target import normal_target, target_labels

__all__ = ["Rows", "prepare_rows"]

_FEWEST_ROWS = 10


@dataclass(frozen=True, slots=True)
class Rows:
    """A checked table: no missing target, no unsupported column.

    Attributes:
        table: Features, target, and group or time, by their own names.
        origin: For every row, its position in the table that was given.
        labels: The classes as text, in the order of their values.
        codes: For every row, the position of its class in `labels`, int32.
        positive: Position of the positive class, or None unless there are two.
    """

    table: pa.Table
    origin: pa.Array
    target: str
    features: tuple[str, ...]
    labels: tuple[str, ...]
    codes: pa.Array
    positive: int | None
    warnings: tuple[Mapping[str, str], ...]


def prepare_rows(table: pa.Table, request: ClassifierRequest) -> Rows:
    """Return the rows to train and test on.

    Raises:
        RequestError: `duplicate-columns`, `unknown-column`, `target-in-features`, `no-features`,
            `unsupported-feature`, `target-not-classes`, `one-class`, `too-few-rows`, `unknown-positive`,
            `too-few-groups`, `time-not-ordered`.
    """
    _check_columns(table, request)
    warnings: list[Mapping[str, str]] = []
    features = _features(table, request, warnings)
    target = normal_target(table[request.target], request.target)
    origin = pc.indices_nonzero(pc.is_valid(target))
    _warn_of_dropped(table.num_rows - len(origin), request.target, warnings)
    columns = {name: _plain(table[name]) for name in features}
    if request.group:
        columns[request.group] = _plain(table[request.group])
    if request.time:
        columns[request.time] = _ordered(table[request.time], request.time)
    kept = pa.table({**columns, request.target: target}).take(origin)
    labels, codes = target_labels(kept[request.target], request.target)
    _check_sizes(kept, request, len(labels))
    positive = _positive(request.positive, labels)
    return Rows(kept, origin, request.target, features, labels, codes, positive, tuple(warnings))


def _check_columns(table: pa.Table, request: ClassifierRequest) -> None:
    names = table.column_names
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        message = f"Column {twice[0]!r} occurs more than once. Give each column its own name with AS."
        raise RequestError("duplicate-columns", message)
    asked = [("target", request.target), ("group", request.group), ("time", request.time)]
    asked += [("feature", name) for name in request.features or ()]
    for role, name in asked:
        if name is not None and name not in names:
            message = f"The {role} column {name!r} is not in the data.{nearest(name, names)}"
            raise RequestError("unknown-column", message)
    if request.target in (request.features or ()):
        message = (
            f"The target {request.target!r} is among the features. Leave it out: it is what is predicted."
        )
        raise RequestError("target-in-features", message)
    if request.target in (request.group, request.time):
        raise RequestError(
            "target-in-features", f"{request.target!r} cannot be target and group or time at once."
        )


def _features(
    table: pa.Table, request: ClassifierRequest, warnings: list[Mapping[str, str]]
) -> tuple[str, ...]:
    set_aside = {request.target, request.group, request.time}
    names = dict.fromkeys(request.features if request.features is not None else table.column_names)
    if request.features is None:
        names = dict.fromkeys(n for n in names if n not in set_aside)
    refused = [n for n in names if not _supported(table.schema.field(n).type)]
    if refused and request.features is not None:
        kind = table.schema.field(refused[0]).type
        message = (
            f"Feature {refused[0]!r} is {kind}, which no model here reads. Cast it in SQL, or leave it out."
        )
        raise RequestError("unsupported-feature", message)
    if refused:
        message = f"Left out, as no model here reads them: {', '.join(refused[:5])}."
        warnings.append({"code": "unsupported-feature", "message": message})
    features = tuple(n for n in names if n not in refused)
    if not features:
        message = "There is no column to learn from. Select at least one besides the target."
        raise RequestError("no-features", message)
    return features


def _supported(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    tests = (
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_timestamp,
        pa.types.is_date,
        pa.types.is_null,
    )
    return any(test(inner) for test in tests)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the column without dictionaries, decimals and untyped nulls."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    if pa.types.is_decimal(kind) or pa.types.is_null(kind) or pa.types.is_float16(kind):
        return column.cast(pa.float64())
    return column.cast(pa.string()) if pa.types.is_large_string(kind) else column


def _ordered(column: pa.ChunkedArray, name: str) -> pa.ChunkedArray:
    plain = _plain(column)
    wrong = "has gaps" if plain.null_count else ""
    if pa.types.is_string(plain.type):
        try:
            plain = pc.cast(plain, pa.timestamp("us"))
        except pa.ArrowInvalid:
            wrong = "holds text that is not ISO 8601"
    if wrong:
        message = (
            f"The time column {name!r} {wrong}. Filter or convert it in SQL, so that every row has a time."
        )
        raise RequestError("time-not-ordered", message)
    return plain


def _warn_of_dropped(dropped: int, target: str, warnings: list[Mapping[str, str]]) -> None:
    if dropped:
        message = f"{dropped} rows without a value of {target!r} were left out of training and test."
        warnings.append({"code": "missing-target", "message": message})


def _check_sizes(table: pa.Table, request: ClassifierRequest, classes: int) -> None:
    count = table.num_rows
    test = math.ceil(count * request.test_fraction)
    if count < _FEWEST_ROWS or test < classes or count - test < classes:
        raise RequestError(
            "too-few-rows",
            f"{count} rows with a target give {max(count - test, 0)} to train and {min(test, count)} to test, for "
            f"{classes} classes. At least {_FEWEST_ROWS} rows and one of each class on both sides are "
            "needed: select more rows, merge classes, or change test_fraction.",
        )
    if request.group and pc.count_distinct(table[request.group], mode="all").as_py() < 2:
        message = (
            f"The group column {request.group!r} has one value, so nothing can be kept apart. Drop `group`."
        )
        raise RequestError("too-few-groups", message)


def _positive(asked: str | None, labels: Sequence[str]) -> int | None:
    if asked is None:
        return 1 if len(labels) == 2 else None
    if len(labels) != 2:
        message = f"positive={asked!r} needs two classes; the target has {len(labels)}. Leave it out."
        raise RequestError("unknown-positive", message)
    folded: dict[str, Any] = {label.casefold(): position for position, label in enumerate(labels)}
    if asked in labels:
        return list(labels).index(asked)
    if asked.casefold() not in folded or len(folded) != 2:
        message = f"positive={asked!r} is not a class of the target.{nearest(asked, labels)}"
        raise RequestError("unknown-positive", message)
    return int(folded[asked.casefold()])
