"""Values as a reader sees them: MIME bundles, tables and pictures, each bounded.

A value's own `__repr__` runs here, inside the run's limits; a value that cannot be shown is shown as such.
"""

from __future__ import annotations

import contextlib
import io
import math
import sys
import types
from collections.abc import Mapping
from typing import Any

from pyexec_guest import frames
from pyexec_guest.replies import GuestFile

__all__ = ["Capture", "bundle", "summarise"]

_TEXT_CHARS = 20_000
_LONGEST_INT_BITS = 10_000
_JSON_NODES = 5_000
_CHARS_A_NODE = 40
_JSON_DEPTH = 12
_MARKDOWN_ROWS, _MARKDOWN_COLUMNS = 20, 20
_FIGURES = 20


class Capture:
    """Collects the tables and pictures that the values of one run bring along."""

    def __init__(self) -> None:
        self.tables: dict[str, Any] = {}
        self.files: list[GuestFile] = []

    def value(self, name: str, value: Any) -> dict[str, Any]:
        """Return the bundle of a value; a frame is also offered as a table, a figure as a picture."""
        figure = _figure_of(value)
        if figure is not None:
            return self._picture(figure)
        if frames.is_frame(value) or frames.is_series(value):
            self._offer(name, value)
        return bundle(value)

    def open_figures(self) -> list[dict[str, Any]]:
        """Return every figure still open in pyplot, in order, and close them."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None:
            return []
        shown = [self._picture(pyplot.figure(number)) for number in pyplot.get_fignums()[:_FIGURES]]
        pyplot.close("all")
        return shown

    def _picture(self, figure: Any) -> dict[str, Any]:
        image = io.BytesIO()
        figure.savefig(image, format="png", bbox_inches="tight")
        name = f"figure-{sum(f.name.startswith('figure-') for f in self.files) + 1}.png"
        self.files.append(GuestFile(name, "image/png", image.getvalue()))
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close(figure)
        return {"text/plain": f"<figure {name}>", "image/png": name}

    def _offer(self, name: str, value: Any) -> None:
        with contextlib.suppress(Exception):  # a column of arbitrary objects is shown, not offered
            self.tables[name] = frames.to_table(value)


def bundle(value: Any) -> dict[str, Any]:
    """Return `{"text/plain": …}`, with `text/markdown` and `application/json` where they fit."""
    shown: dict[str, Any] = {"text/plain": _text(value)}
    if frames.is_frame(value):
        shown["text/markdown"] = _markdown(value)
    with contextlib.suppress(_NotJson):
        shown["application/json"] = _Json().convert(value, 0)
    return shown


def summarise(namespace: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return `{name, type, summary}` of the variables that code has made, in order of making."""
    return [
        {"name": name, "type": type(value).__name__, "summary": _summary(value)}
        for name, value in namespace.items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType) and not _is_given(value)
    ]


def _is_given(value: Any) -> bool:
    """True for what the worker put there: host functions and guard hooks."""
    owner = getattr(getattr(value, "__self__", value), "__module__", None)
    return isinstance(owner, str) and owner.startswith("pyexec_guest.")


def _summary(value: Any) -> str:
    if frames.is_frame(value):
        return f"{value.shape[0]:,} rows by {value.shape[1]} columns"
    return _text(value)[:200]


def _text(value: Any) -> str:
    if type(value) is int and value.bit_length() > _LONGEST_INT_BITS:
        return f"<int of {value.bit_length():,} bits>"
    try:
        text = value if type(value) is str else repr(value)
    except Exception as error:  # noqa: BLE001 - a foreign __repr__
        text = f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
    if not isinstance(text, str):
        text = f"<{type(value).__name__}>"
    return text if len(text) <= _TEXT_CHARS else f"{text[:_TEXT_CHARS]}… ({len(text):,} characters)"


def _markdown(frame: Any) -> str:
    part = frame.iloc[:_MARKDOWN_ROWS, :_MARKDOWN_COLUMNS]
    rows = [list(map(str, part.columns)), ["---"] * part.shape[1]]
    rows += [[_cell(item) for item in row] for row in part.itertuples(index=False, name=None)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return (
        table
        if part.shape == frame.shape
        else f"{table}\n\n{frame.shape[0]:,} rows by {frame.shape[1]} columns"
    )


def _cell(item: Any) -> str:
    return _text(item)[:200].replace("|", "\\|").replace("\n", " ")


def _figure_of(value: Any) -> Any:
    figure_module = sys.modules.get("matplotlib.figure")
    if figure_module is not None and isinstance(value, figure_module.Figure):
        return value
    return None


class _NotJson(Exception):
    pass


class _Json:
    """JSON of plain and numpy values, bounded in nodes and depth; anything else is not JSON."""

    def __init__(self) -> None:
        self._left = _JSON_NODES

    def convert(self, value: Any, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > _JSON_DEPTH:
            raise _NotJson
        kind = type(value)
        if kind is str:
            self._left -= len(value) // _CHARS_A_NODE
            if self._left < 0:
                raise _NotJson
            return value
        if value is None or kind is bool:
            return value
        if kind is int:
            if abs(value) > 2**53:
                raise _NotJson
            return value
        if kind is float:
            if not math.isfinite(value):
                raise _NotJson
            return value
        if kind in (list, tuple):
            return [self.convert(item, depth + 1) for item in value]
        if isinstance(value, Mapping):
            return {self._key(key): self.convert(item, depth + 1) for key, item in value.items()}
        return self._numpy(value, depth)

    def _key(self, key: Any) -> str:
        if type(key) not in (str, int, float, bool):
            raise _NotJson
        return str(key)

    def _numpy(self, value: Any, depth: int) -> Any:
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(value, numpy.generic):
            return self.convert(value.item(), depth + 1) if value.dtype.kind in "biufU" else self._refuse()
        if numpy is not None and isinstance(value, numpy.ndarray) and value.size <= self._left:
            return self.convert(value.tolist(), depth + 1)
        if frames.is_series(value) and len(value) <= self._left:
            return self.convert({str(key): item for key, item in value.to_dict().items()}, depth + 1)
        return self._refuse()

    def _refuse(self) -> Any:
        raise _NotJson
