"""The messages of an Arrow IPC stream, looked at before Arrow decodes them: what unpacks to more is refused.

Arrow allocates what a compressed buffer says it holds, before anybody can ask how much that is.
Source: Arrow columnar format, Message.fbs and RecordBatch (`compression`); FlatBuffers binary format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pyarrow as pa

__all__ = ["messages_that_unpack"]

_VERSION, _HEADER, _CUSTOM_METADATA = 0, 2, 4  # fields of Message
_COMPRESSION = 3  # a field of RecordBatch
_DATA, _IS_DELTA = 1, 2  # fields of DictionaryBatch
_V5 = 4


def messages_that_unpack(data: pa.Buffer, *, dictionaries: bool) -> Iterator[str]:
    """Yield why a message may not be decoded, for each that may not.

    Args:
        dictionaries: Whether there may be some, each at once and not by additions.

    Raises:
        pyarrow.ArrowException, OSError, ValueError: If the stream is malformed.
    """
    reader = pa.ipc.MessageReader.open_stream(data)
    while True:
        try:
            message = reader.read_next_message()
        except StopIteration:
            return
        table = _Table.root(message.metadata.to_pybytes())
        # Streams of the format before 5 could also say in the message's metadata that they are compressed.
        if table.int16(_VERSION) != _V5 or table.has(_CUSTOM_METADATA):
            yield "it is in an old form of the format"
        elif message.type == "dictionary" and not dictionaries:
            yield "it has dictionaries"
        elif message.type == "dictionary" and table.table(_HEADER).has(_IS_DELTA):
            yield "it has a dictionary in parts"
        elif message.type != "schema" and _batch(message.type, table.table(_HEADER)).has(_COMPRESSION):
            yield "it is compressed"


def _batch(kind: str, header: _Table) -> _Table:
    return header.table(_DATA) if kind == "dictionary" else header


class _Table:
    """One table of a FlatBuffer, as far as it is needed here. Offsets that lead outside are a ValueError."""

    def __init__(self, buffer: bytes, start: int) -> None:
        self._buffer, self._start = buffer, start
        self._fields = start - self._read("<i", start)
        self._fields_bytes = self._read("<H", self._fields)

    @classmethod
    def root(cls, buffer: bytes) -> _Table:
        return cls(buffer, _Table._unpack(buffer, "<I", 0))

    def has(self, field: int) -> bool:
        return self._offset(field) != 0

    def int16(self, field: int) -> int:
        offset = self._offset(field)
        return self._read("<h", self._start + offset) if offset else 0

    def table(self, field: int) -> _Table:
        at = self._start + self._offset(field)
        return _Table(self._buffer, at + self._read("<I", at))

    def _offset(self, field: int) -> int:
        place = 4 + 2 * field
        return self._read("<H", self._fields + place) if place + 2 <= self._fields_bytes else 0

    def _read(self, form: str, at: int) -> int:
        return self._unpack(self._buffer, form, at)

    @staticmethod
    def _unpack(buffer: bytes, form: str, at: int) -> int:
        if not 0 <= at <= len(buffer) - struct.calcsize(form):
            raise ValueError("an offset leads outside its message")
        return int(struct.unpack_from(form, buffer, at)[0])
