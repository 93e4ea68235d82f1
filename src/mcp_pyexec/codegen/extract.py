"""The program in a model's reply, found as text.

The host never parses Python, so this module may use lines and regular expressions and nothing that knows the
grammar. Whether the text is Python is for the jail to say.

Rules, in this order:

1. Reasoning is dropped: `<think>…</think>` at the start, or everything up to a line that is only `</think>`.
2. Fenced blocks tagged `python` (or `py`, `python3`) are taken; if there are none, untagged ones. Other tags
   (`bash`, `json`, `text`, …) never are.
3. Several blocks are parts of one program and are joined in order, unless two of them assign `result` at the
   left margin: those are two versions of one program, and the last one is taken.
4. Without a fence, the text is taken from its first line that looks like a statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

__all__ = ["Extracted", "extract_code"]

REPLY_CHARS = 400_000
_LINE_CHARS = 300
"""Of a line, for the patterns: what bounds their backtracking on a hostile reply."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """Either code, or the reason why there is none; `refused` if the model declined in words."""

    code: str | None
    reason: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class _Block:
    tag: str
    text: str


def extract_code(reply: str, *, code_chars: int = 100_000) -> Extracted:
    """Return the program in a reply.

    Args:
        reply: What the model said; at most 400,000 characters are looked at.
        code_chars: Longest program that is taken.
    """
    if len(reply) > REPLY_CHARS:
        return Extracted(None, f"The reply has {len(reply):,} characters; at most {REPLY_CHARS:,} are read.")
    spoken = _without_reasoning(reply.replace("\r\n", "\n"))
    blocks = list(_blocks(spoken))
    code = _chosen(blocks) if blocks else _unfenced(spoken)
    if not code:
        return _nothing(spoken, blocks)
    if len(code) > code_chars:
        return Extracted(None, f"The program has {len(code):,} characters; at most {code_chars:,} are run.")
    return Extracted(code)


def _without_reasoning(reply: str) -> str:
    opened = _THINK_OPEN.match(reply)
    if opened:
        closed = _THINK_CLOSE.search(reply, opened.end())
        return reply[closed.end() :] if closed else ""
    *_, last = _THINK_LINE.split(reply)
    return last


def _blocks(text: str) -> Iterator[_Block]:
    """Fenced blocks as CommonMark has them, at any indentation; the last may lack its closing fence."""
    opened: re.Match[str] | None = None
    lines: list[str] = []
    for line in text.split("\n"):
        if opened is None:
            opened, lines = _FENCE.match(line[:_LINE_CHARS]), []
        elif _closes(opened, line):
            yield _block(opened, lines)
            opened = None
        else:
            lines.append(line)
    if opened is not None:
        yield _block(opened, lines)


def _closes(opened: re.Match[str], line: str) -> bool:
    bare = line.strip()
    return len(bare) >= len(opened["fence"]) and set(bare) == {opened["fence"][0]}


def _block(opened: re.Match[str], lines: Sequence[str]) -> _Block:
    indent = opened["indent"]
    return _Block(opened["tag"].lower(), "\n".join(line.removeprefix(indent) for line in lines).strip("\n"))


def _chosen(blocks: Sequence[_Block]) -> str:
    tagged = [b.text for b in blocks if b.tag in _PYTHON_TAGS]
    parts = list(dict.fromkeys(text for text in tagged or _untagged(blocks) if text.strip()))
    versions = [text for text in parts if _ASSIGNS_RESULT.search(text)]
    return versions[-1] if len(versions) > 1 else "\n\n".join(parts)


def _untagged(blocks: Sequence[_Block]) -> list[str]:
    return [b.text for b in blocks if not b.tag]


def _unfenced(text: str) -> str:
    lines = text.strip().split("\n")
    start = next((n for n, line in enumerate(lines) if _STATEMENT.match(line[:_LINE_CHARS])), None)
    return "" if start is None else "\n".join(lines[start:])


def _nothing(spoken: str, blocks: Sequence[_Block]) -> Extracted:
    if not spoken.strip():
        return Extracted(None, "The reply is empty, or reasoning only.")
    shown = " ".join(spoken.split())[:300]
    if not blocks and _REFUSAL.search(spoken[:600]):
        return Extracted(None, f"The model declined: {shown}", refused=True)
    return Extracted(None, f"The reply holds no Python block: {shown}")


_PYTHON_TAGS = frozenset({"python", "py", "python3"})
_THINK = r"(?:think|thinking|reasoning)"
_THINK_OPEN = re.compile(rf"\s*<{_THINK}>")
_THINK_CLOSE = re.compile(rf"</{_THINK}>")
_THINK_LINE = re.compile(rf"^[ \t]*</{_THINK}>[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*\{?\.?(?P<tag>[\w+#.-]*)[^`]*$")
_ASSIGNS_RESULT = re.compile(r"^result[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
_STATEMENT = re.compile(
    r"""import\ [\w.]+(?:\ as\ \w+|,\ *[\w.,\ ]+)?\s*$   # import a as b
      | from\ [\w.]+\ import\ [\w(*]                       # from a import b
      | (?:def|class)\ \w+.*:\s*$ | (?:for|while|if|with)\ .+:\s*$ | try:\s*$
      | [A-Za-z_][\w.]*(?:\[[^\]]*\]|,\ *\w+)*\s*[-+*/|&]?=(?!=)\s*\S   # a = 1, a["b"] += 1, a, b = c
      | [A-Za-z_][\w.]*[(\[].*[)\]]\s*$                     # print(a), df["a"].mean()
    """,
    re.VERBOSE,
)
_REFUSAL = re.compile(
    r"\b(?:can(?:['\u2019]t|not| not)|won['\u2019]t|will not|unable to|not able to|decline to)"
    r"(?: \w+){0,3}? (?:help|assist|comply|provide|fulfil|fulfill|do (?:this|that)|write|create|generate|produce)\b",
    re.IGNORECASE,
)
