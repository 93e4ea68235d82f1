"""The outcome frame of a worker, checked before anything is done with it.

Pure functions. Names are made harmless, texts bounded, sizes added up; what does not add up is a broken frame.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcp_pyexec.errors import SandboxFault
from mcp_pyexec.jail.wire import Frame
from mcp_pyexec.limits import Limits
from mcp_pyexec.outcomes import File, Status

__all__ = ["Answer", "misbehaviour", "parse"]

_STATUSES: tuple[Status, ...] = ("ok", "rejected", "raised", "limit")
_CATEGORIES = {
    "syntax", "policy", "import", "name", "type", "value", "key", "attribute", "data", "limit", "other",
}  # fmt: skip
_LIMITS = {"wall", "cpu", "memory", "output", "processes", "files", "disk"}
_TEXT_CHARS = 16_000
_FINDINGS = 200
_TABLES = 40
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_MIME = re.compile(r"[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}")


@dataclass(frozen=True, slots=True)
class Answer:
    """A worker's own account of a run, bounded."""

    status: Status
    values: Mapping[str, Any]
    error: Mapping[str, Any] | None
    tables: Mapping[str, bytes]
    files: Sequence[File]


def parse(frame: Frame, limits: Limits) -> Answer:
    """Return the answer in an outcome frame.

    Raises:
        SandboxFault: `broken-frame` if its parts contradict each other or its names are not names.
    """
    message = frame.message
    status = message["status"]
    if status not in _STATUSES or (status == "ok") != (message["error"] is None):
        raise SandboxFault("broken-frame", "status and error do not go together")
    tables, files = _attachments(message["attachments"], frame.data, limits)
    error = None if message["error"] is None else _error(message["error"])
    return Answer(status, message["values"], error, tables, files)


def misbehaviour(detail: str) -> dict[str, Any]:
    """Return the error of a run whose worker broke the protocol."""
    return {
        "category": "other",
        "type": "Crashed",
        "message": f"The worker's answer was not understood ({detail}); it was ended.",
        "line": None,
        "traceback": "",
        "hint": "Return smaller or plainer values: tables as DataFrames, large data as files.",
    }


def _error(error: Mapping[str, Any]) -> dict[str, Any]:
    """Known keys only, each of its type and length."""
    checked: dict[str, Any] = {
        key: str(error.get(key) or "")[:_TEXT_CHARS] for key in ("type", "message", "traceback", "hint")
    }
    category = error.get("category")
    checked["category"] = category if category in _CATEGORIES else "other"
    line = error.get("line")
    checked["line"] = line if type(line) is int and 0 < line < 10_000_000 else None
    if error.get("limit") in _LIMITS:
        checked["limit"] = error["limit"]
    findings = error.get("findings")
    if isinstance(findings, list):
        checked["findings"] = [f for f in findings[:_FINDINGS] if isinstance(f, dict)]
    return checked


def _attachments(
    described: Sequence[Any], data: bytes, limits: Limits
) -> tuple[dict[str, bytes], list[File]]:
    tables: dict[str, bytes] = {}
    files: list[File] = []
    offset = 0
    for item in described:
        kind, name, mime, size = _attachment(item)
        body = data[offset : offset + size]
        offset += size
        if len(body) != size:
            raise SandboxFault("broken-frame", "an attachment is shorter than it says")
        if kind == "table":
            tables[name] = body
        elif len(files) < limits.artifacts:
            files.append(File(name, mime, body))
    if offset != len(data) or len(tables) > _TABLES:
        raise SandboxFault("broken-frame", "the attachments do not add up")
    return tables, files


def _attachment(item: Any) -> tuple[str, str, str, int]:
    if not isinstance(item, dict) or set(item) != {"kind", "name", "mime", "size"}:
        raise SandboxFault("broken-frame", "an attachment without its four keys")
    kind, name, mime, size = item["kind"], item["name"], item["mime"], item["size"]
    if kind not in ("table", "file") or type(size) is not int or size < 0:
        raise SandboxFault("broken-frame", "an attachment of no known kind")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or not _is_inside(name):
        raise SandboxFault("broken-frame", "an attachment whose name is not a name")
    if not isinstance(mime, str) or not _MIME.fullmatch(mime):
        raise SandboxFault("broken-frame", "an attachment without a MIME type")
    return kind, name, mime, size


def _is_inside(name: str) -> bool:
    """Relative, nothing hidden, nothing upwards: no part is empty or starts with a dot."""
    return "\\" not in name and all(part and not part.startswith(".") for part in name.split("/"))
