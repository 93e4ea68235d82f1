"""A statement without a result, as a reader tells the host."""

from __future__ import annotations

__all__ = ["Failed"]

_MOST_TEXT = 4_000


class Failed(Exception):
    """A statement that has no result.

    Attributes:
        code: `statements` for more or less than one, `kind` for one that does not read, `row` for a row that is too
            long, `size` for a result that is, `memory`, `engine`, or `declined` for values that this engine would not
            give as they are.
        text: How many, which kind, its bytes, or what the engine says.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text[:_MOST_TEXT]
