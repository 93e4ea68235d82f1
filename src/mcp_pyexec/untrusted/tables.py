"""Arrow bytes that a worker wrote: nothing of them is believed before it was checked.

Only plain types pass: no extension types (a name in the bytes would choose code here), no dictionaries, no unions,
no run-end encoding, no metadata, and nothing that unpacks to more than it is.
"""

from __future__ import annotations

import pyarrow as pa
from pyarrow import types

from mcp_pyexec.errors import RequestError
from mcp_pyexec.untrusted.messages import messages_that_unpack

__all__ = ["read_untrusted"]

_COLUMNS = 10_000
_DEPTH = 16


def read_untrusted(data: bytes, *, byte_limit: int) -> pa.Table:
    """Return the table in an Arrow IPC stream after full validation, in memory of its own.

    Args:
        byte_limit: Of the bytes as sent and of the table they unpack to.

    Raises:
        RequestError: `dataset-invalid`.
    """
    if len(data) > byte_limit:
        raise _invalid(f"it has {len(data)} bytes, at most {byte_limit} are taken")
    try:
        for reason in messages_that_unpack(data):
            raise _invalid(reason)
        with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
            _check_schema(reader.schema)
            batches = _read(reader, byte_limit)
            table = pa.Table.from_batches(batches, schema=reader.schema.remove_metadata())
    except (pa.ArrowException, OSError, ValueError, RecursionError) as error:
        raise _invalid(str(error).splitlines()[0] if str(error) else type(error).__name__) from None
    return table


def _read(reader: pa.RecordBatchReader, byte_limit: int) -> list[pa.RecordBatch]:
    batches, size = [], 0
    for batch in reader:
        batch.validate(full=True)
        # A bit a cell at least: columns of nothing have no bytes, and rows without number.
        size += max(batch.nbytes, batch.num_rows * len(batch.schema) // 8)
        if size > byte_limit:
            raise _invalid(f"it unpacks to more than {byte_limit} bytes")
        batches.append(pa.RecordBatch.from_arrays(batch.columns, schema=batch.schema.remove_metadata()))
    return batches


def _check_schema(schema: pa.Schema) -> None:
    if len(schema) > _COLUMNS:
        raise _invalid(f"it has {len(schema)} columns, at most {_COLUMNS} are taken")
    if len(set(schema.names)) != len(schema):
        raise _invalid("two columns have the same name")
    for field in schema:
        if field.metadata:
            raise _invalid(f"column {field.name[:80]!r} carries metadata (extension types are not taken)")
        _check_type(field.type, field.name, _DEPTH)


def _check_type(kind: pa.DataType, name: str, depth: int) -> None:
    if depth == 0:
        raise _invalid(f"column {name[:80]!r} is nested too deeply")
    nested = (
        types.is_list(kind)
        or types.is_large_list(kind)
        or types.is_fixed_size_list(kind)
        or types.is_struct(kind)
    )
    if types.is_struct(kind) and kind.num_fields == 0 and depth < _DEPTH:
        raise _invalid(f"column {name[:80]!r} holds lists of nothing, which can be of any length")
    if nested or types.is_map(kind):
        for index in range(kind.num_fields):
            field = kind.field(index)
            if field.metadata:
                raise _invalid(f"column {name[:80]!r} carries metadata")
            _check_type(field.type, name, depth - 1)
        return
    if depth < _DEPTH and (types.is_null(kind) or kind == pa.binary(0)):
        raise _invalid(f"column {name[:80]!r} holds lists of nothing, which can be of any length")
    if isinstance(kind, pa.BaseExtensionType) or not (types.is_primitive(kind) or _is_flat(kind)):
        raise _invalid(f"column {name[:80]!r} has the type {str(kind)[:80]}, only plain types are taken")


def _is_flat(kind: pa.DataType) -> bool:
    checks = (
        types.is_null,
        types.is_string,
        types.is_large_string,
        types.is_binary,
        types.is_large_binary,
        types.is_fixed_size_binary,
        types.is_decimal,
    )
    return any(check(kind) for check in checks)


def _invalid(reason: str) -> RequestError:
    return RequestError(
        "dataset-invalid",
        f"The table is not taken: {reason}. Save a DataFrame with unique column names and columns of numbers, text, "
        "dates, booleans or bytes.",
    )
