"""Arrow bytes that a process in a jail wrote: nothing of them is believed before it was checked.

Only plain types pass: no extension types (a name in the bytes would choose code here), no run-end encoding, no
metadata, and nothing that unpacks to more than it is. What a database engine wrote is one batch, which may also have
dictionaries of text (enumerations) and unions.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import types

from mcp_pyexec.errors import RequestError
from mcp_pyexec.untrusted.messages import messages_that_unpack

__all__ = ["read_rows", "read_untrusted"]

_MAGIC = b"ARROW1\0\0"
_COLUMNS = 10_000
_DEPTH = 16


def read_untrusted(data: bytes, *, byte_limit: int) -> pa.Table:
    """Return the table in an Arrow IPC stream of a worker after full validation, in memory of its own.

    Args:
        byte_limit: Of the bytes as sent and of the table they unpack to.

    Raises:
        RequestError: `dataset-invalid`.
    """
    try:
        if len(data) > byte_limit:
            raise _Refused(f"it has {len(data)} bytes, at most {byte_limit} are taken")
        return _read(pa.py_buffer(data), byte_limit, engine=False)
    except _Refused as refused:
        raise RequestError(
            "dataset-invalid",
            f"The table is not taken: {refused}. Save a DataFrame with unique column names and columns of numbers, "
            "text, dates, booleans or bytes.",
        ) from None


def read_rows(data: pa.Buffer, *, byte_limit: int) -> pa.Table:
    """Return the rows in an Arrow IPC file of a database engine after full validation, over that memory.

    Args:
        data: Nobody can change it any more.
        byte_limit: Of the rows, with enumerations written out.

    Raises:
        RequestError: `sql-failed`.
    """
    try:
        stream = _stream(data)
        table = _read(stream, byte_limit, engine=True)
        _check_footer(data, stream)
    except _Refused as refused:
        raise RequestError(
            "sql-failed",
            f"The result is not taken: {refused}. Cast such a column to VARCHAR, or take its parts out of it.",
        ) from None
    return table


def _unpacked_bytes(batch: pa.RecordBatch) -> int:
    """Return the bytes of the rows, enumerations as the text that they stand for; a bit a cell at least.

    Columns of nothing have no bytes, and rows without number.
    """
    return max(sum(map(_unpacked, batch.columns)), int(batch.num_rows) * int(batch.num_columns) // 8)


class _Refused(ValueError):
    """Why a table is not taken."""


def _stream(file: pa.Buffer) -> pa.Buffer:
    """Return the stream that stands in a file, between its magic number and the footer."""
    if file.size <= len(_MAGIC) or file.slice(0, len(_MAGIC)).to_pybytes() != _MAGIC:
        raise _Refused("it is no Arrow file")
    return file.slice(len(_MAGIC))


def _check_footer(data: pa.Buffer, stream: pa.Buffer) -> None:
    """Refuse a file whose footer leads to anything but the one batch that the stream has: others read it by that."""
    try:
        with pa.ipc.open_file(data) as file, pa.ipc.open_stream(stream) as reader:
            batches = [file.get_batch(i) for i in range(min(file.num_record_batches, 2))]
            same = [_places(batch) for batch in batches] == [_places(batch) for batch in reader]
            if len(batches) > 1 or not same or reader.schema.metadata:
                raise _Refused("it is not one plain batch")
            if not file.schema.equals(reader.schema, check_metadata=True):
                raise _Refused("it has two schemas")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _Refused(str(error).splitlines()[0] if str(error) else type(error).__name__) from None


def _places(batch: pa.RecordBatch) -> list[tuple[int, int] | None]:
    """Return where the buffers of a batch are, those of its enumerations included."""
    arrays = [*batch.columns, *(c.dictionary for c in batch.columns if types.is_dictionary(c.type))]
    return [buffer and (buffer.address, buffer.size) for array in arrays for buffer in array.buffers()]


def _read(data: pa.Buffer, byte_limit: int, *, engine: bool) -> pa.Table:
    try:
        for reason in messages_that_unpack(data, dictionaries=engine):
            raise _Refused(reason)
        with pa.ipc.open_stream(data) as reader:
            _check_schema(reader.schema, engine)
            batches = _batches(reader, byte_limit)
            return pa.Table.from_batches(batches, schema=reader.schema.remove_metadata())
    except (pa.ArrowException, OSError, ValueError, RecursionError) as error:
        raise _Refused(str(error).splitlines()[0] if str(error) else type(error).__name__) from None


def _batches(reader: pa.RecordBatchReader, byte_limit: int) -> list[pa.RecordBatch]:
    batches, size = [], 0
    for batch in reader:
        batch.validate(full=True)
        size += _unpacked_bytes(batch)
        if size > byte_limit:
            raise _Refused(f"it unpacks to more than {byte_limit} bytes")
        batches.append(pa.RecordBatch.from_arrays(batch.columns, schema=batch.schema.remove_metadata()))
    return batches


def _unpacked(values: pa.Array) -> int:
    """Return the bytes of a column, an enumeration as the text that it stands for."""
    if not types.is_dictionary(values.type):
        return int(values.nbytes)
    lengths = pc.binary_length(values.dictionary).take(values.indices)
    return int(values.nbytes) + int(pc.sum(lengths).as_py() or 0)


def _check_schema(schema: pa.Schema, engine: bool) -> None:
    if len(schema) > _COLUMNS:
        raise _Refused(f"it has {len(schema)} columns, at most {_COLUMNS} are taken")
    if len(set(schema.names)) != len(schema):
        raise _Refused("two columns have the same name")
    for field in schema:
        if field.metadata:
            raise _Refused(f"column {field.name[:80]!r} carries metadata (extension types are not taken)")
        if not (engine and _is_enumeration(field.type)):
            _check_type(field.type, field.name, _DEPTH, engine)


def _is_enumeration(kind: pa.DataType) -> bool:
    return bool(types.is_dictionary(kind) and kind.value_type == pa.string())


def _check_type(kind: pa.DataType, name: str, depth: int, engine: bool) -> None:
    if depth == 0:
        raise _Refused(f"column {name[:80]!r} is nested too deeply")
    nested = (
        types.is_list(kind)
        or types.is_large_list(kind)
        or types.is_fixed_size_list(kind)
        or types.is_struct(kind)
        or (engine and types.is_union(kind) and kind.mode == "sparse")
    )
    if types.is_struct(kind) and kind.num_fields == 0 and depth < _DEPTH:
        raise _Refused(f"column {name[:80]!r} holds lists of nothing, which can be of any length")
    if nested or types.is_map(kind):
        for index in range(kind.num_fields):
            field = kind.field(index)
            if field.metadata:
                raise _Refused(f"column {name[:80]!r} carries metadata")
            _check_type(field.type, name, depth - 1, engine)
        return
    if depth < _DEPTH and (types.is_null(kind) or kind == pa.binary(0)):
        raise _Refused(f"column {name[:80]!r} holds lists of nothing, which can be of any length")
    if isinstance(kind, pa.BaseExtensionType) or not (types.is_primitive(kind) or _is_flat(kind)):
        raise _Refused(f"column {name[:80]!r} has the type {str(kind)[:80]}, only plain types are taken")


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
