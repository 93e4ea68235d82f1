"""Errors of the parser as findings that a model can act on."""

from __future__ import annotations

from pyexec_guest.policy.report import Finding

__all__ = ["syntax_finding"]

_SUGGESTIONS = (
    ("was never closed", "Close the bracket or the string."),
    ("unmatched", "Remove the bracket, or open it before."),
    ("unterminated", "Close the string, with triple quotes if it spans lines."),
    ("unindent", "Indent every line of a block the same, with spaces."),
    ("inconsistent use of tabs", "Indent with spaces only."),
    ("expected an indented block", "Put a statement, or pass, into the block."),
    ("unexpected indent", "Remove the indentation of this line."),
    ("missing parentheses in call to", "Write it as a call, with parentheses."),
    ("outside function", "Put it into a function; asyncio.run(main()) runs a coroutine."),
    ("outside loop", "Put it into a loop."),
    ("null byte", "Remove the NUL character."),
)


def syntax_finding(error: Exception, source: str) -> Finding:
    """Return the one finding of a program that does not parse or compile."""
    if isinstance(error, SyntaxError):
        line, column = max(error.lineno or 1, 1), max((error.offset or 1) - 1, 0)
        end_line, end_column = error.end_lineno or line, max((error.end_offset or column + 1) - 1, column)
        message = error.msg
    else:
        line, column, end_line, end_column = 1, 0, 1, 0
        message = _unparsed(error)
    return Finding(
        "syntax", "error", line, column, end_line, end_column, message, _suggestion(message, source)
    )


def _unparsed(error: Exception) -> str:
    if isinstance(error, RecursionError | MemoryError):
        return "The program is nested too deep to be compiled"
    return f"The program cannot be read: {error}"


def _suggestion(message: str, source: str) -> str:
    if source.lstrip().startswith("```"):
        return "Send the code alone, without the Markdown fence."
    if "nested too deep" in message or "too many" in message:
        return "Split the expression with variables or functions."
    if "surrogates" in message:
        return "Send the source as valid Unicode text."
    lowered = message.lower()
    return next((text for part, text in _SUGGESTIONS if part in lowered), "Correct the syntax at this place.")
