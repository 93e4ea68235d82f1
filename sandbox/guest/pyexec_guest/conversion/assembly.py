"""The products of several files as one DuckDB file: a former one without what has changed, or a new one.

DuckDB takes about as long to copy a table as to read it from Parquet, so what a former file holds is left where it
is. Which tables are of which product is written into the file, as the values of a type.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from pyexec_guest.conversion.target import (
    NO_ROOM,
    ConversionError,
    Target,
    essence,
    quoted,
    text_literal,
    two_of_one_name,
)

__all__ = ["assemble"]

_LIST = '"made of"'
_WORTH = 0.5
"""Least share of a former file that must be of use; what is dropped from it leaves room that is not given back."""


def assemble(request: Mapping[str, Any]) -> int:
    """Make the target of the products and return how many tables it has.

    Args:
        request: `products`, each with `key`, `path` and `bytes`, and `former`, the path of an assembled file or None.

    Raises:
        ConversionError: Two products have a table of one name, or the target cannot be written.
    """
    products = {product["key"]: product for product in request["products"]}
    try:
        with _opened(request, products) as target:
            held = _held(target)
            for key in held.keys() - products.keys():
                _drop(target, held.pop(key))
            tables = _named(target, products, held)
            for key, product in products.items():
                if key not in held:
                    _copy(target, product, tables[key])
            _note(target, tables)
            target.finish()
            return sum(map(len, tables.values()))
    except (duckdb.Error, OSError) as error:
        raise ConversionError(
            f"The converted files cannot be put together: {essence(str(error))}. {NO_ROOM}"
        ) from None


def _opened(request: Mapping[str, Any], products: Mapping[str, Any]) -> Target:
    """Return a copy of the former file as the target where enough of it is of use, else an empty target."""
    target = Path(request["target"])
    paths = [product["path"] for product in products.values()]
    paths += [f"{path}.wal" for path in paths]
    if request["former"]:
        shutil.copyfile(request["former"], target)
        opened = Target(request, paths)
        useful = sum(products[key]["bytes"] for key in _held(opened) if key in products)
        if useful >= _WORTH * target.stat().st_size:
            return opened
        with opened:
            pass
        target.unlink()
    return Target(request, paths)


def _held(target: Target) -> dict[str, dict[str, str]]:
    """Return the tables of the file with their labels, by the key of the product that they are of."""
    held: dict[str, dict[str, str]] = defaultdict(dict)
    if target.rows("SELECT 1 FROM duckdb_types() WHERE type_name = 'made of'"):
        labels = _labels(target, "current_database()")
        for (entry,) in target.rows(f"SELECT unnest(enum_range(NULL::{_LIST}))"):
            key, _, table = entry.partition(" ")
            held[key][table] = labels[table]
    return dict(held)


def _labels(target: Target, database: str) -> dict[str, str]:
    rows = target.rows(
        "SELECT table_name, comment FROM duckdb_tables() "  # noqa: S608 - our own words
        f"WHERE database_name = {database} ORDER BY table_name"
    )
    return {table: comment.removeprefix("From ") for table, comment in rows}


def _named(
    target: Target, products: Mapping[str, Any], held: Mapping[str, dict[str, str]]
) -> dict[str, dict[str, str]]:
    """Return every product's tables with their labels.

    Raises:
        ConversionError: Two have one name.
    """
    named, taken = {}, dict[str, str]()
    for key, product in products.items():
        named[key] = held[key] if key in held else _labels_of(target, product)
        for table, label in named[key].items():
            if table in taken:
                raise two_of_one_name(table, taken[table], label)
            taken[table] = label
    return named


def _labels_of(target: Target, product: Mapping[str, Any]) -> dict[str, str]:
    target.execute(f"ATTACH {text_literal(product['path'])} AS source (READ_ONLY)")
    labels = _labels(target, "'source'")
    target.execute("DETACH source")
    return labels


def _drop(target: Target, tables: Mapping[str, str]) -> None:
    for table in tables:
        target.execute(f"DROP TABLE {quoted(table)}")
    target.execute("CHECKPOINT")


def _copy(target: Target, product: Mapping[str, Any], tables: Mapping[str, str]) -> None:
    target.execute(f"ATTACH {text_literal(product['path'])} AS source (READ_ONLY)")
    for table, label in tables.items():
        target.create(table, label, f"SELECT * FROM source.{quoted(table)}")  # noqa: S608 - quoted
    target.execute("DETACH source")


def _note(target: Target, tables: Mapping[str, Mapping[str, str]]) -> None:
    target.execute(f"DROP TYPE IF EXISTS {_LIST}")
    entries = [text_literal(f"{key} {table}") for key, names in tables.items() for table in names]
    if entries:
        target.execute(f"CREATE TYPE {_LIST} AS ENUM ({', '.join(entries)})")
