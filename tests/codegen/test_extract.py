"""The program is found in replies as models really word them, as text alone."""

from __future__ import annotations

import time

import pytest

from mcp_pyexec.codegen import Extracted, extract_code

FOUND = {
    "one python block": ("Sure.\n```python\nresult = 1\n```\nDone.", "result = 1"),
    "py tag and capitals": ("```Py\nresult = 1\n```", "result = 1"),
    "attributes after the tag": ("```python title=x\nresult = 1\n```", "result = 1"),
    "pandoc braces": ("```{.python}\nresult = 1\n```", "result = 1"),
    "tildes": ("~~~python\nresult = 1\n~~~", "result = 1"),
    "longer fence keeps inner backticks": ("````python\ns = '''\n```\n'''\n````", "s = '''\n```\n'''"),
    "windows line ends": ("```python\r\na = 1\r\nresult = a\r\n```\r\n", "a = 1\nresult = a"),
    "indented in a list": (
        "1. so:\n   ```python\n   if x:\n       result = 1\n   ```",
        "if x:\n    result = 1",
    ),
    "no closing fence": ("```python\nresult = 1", "result = 1"),
    "untagged block": ("```\nresult = 1\n```", "result = 1"),
    "tagged wins over untagged": ("```\n1 2 3\n```\n```python\nresult = 1\n```", "result = 1"),
    "other languages are left": ("```bash\npip install x\n```\n```python\nresult = 1\n```", "result = 1"),
    "parts are joined": (
        "Load:\n```python\nimport math\n```\nThen:\n```python\nresult = math.pi\n```",
        "import math\n\nresult = math.pi",
    ),
    "two versions: the last": (
        "```python\nresult = 1\n```\nBetter:\n```python\nresult = 2\n```",
        "result = 2",
    ),
    "comparison is no assignment": (
        "```python\nresult = 1\n```\n```python\nresult == 1\n```",
        "result = 1\n\nresult == 1",
    ),
    "the same block twice": ("```python\nresult = 1\n```\n```python\nresult = 1\n```", "result = 1"),
    "reasoning dropped": (
        "<think>try\n```python\nresult = 0\n```\n</think>\n```python\nresult = 1\n```",
        "result = 1",
    ),
    "reasoning without its start": (
        "try\n```python\nresult = 0\n```\n</think>\n```python\nresult = 1\n```",
        "result = 1",
    ),
    "a tag inside a program stays": (
        "```python\nresult = text.replace('</think>', '')\n```",
        "result = text.replace('</think>', '')",
    ),
    "unfenced program": ("import math\nresult = math.pi", "import math\nresult = math.pi"),
    "unfenced after a sentence": ("Here you are:\n\nresult = df.sum()", "result = df.sum()"),
    "unfenced expression": ('df["a"].mean()', 'df["a"].mean()'),
    "line separator in a literal": ("```python\nresult = 'a\u2028b'\n```", "result = 'a\u2028b'"),
}


@pytest.mark.parametrize("name", FOUND)
def test_the_program_of_a_reply_is_found(name: str) -> None:
    reply, code = FOUND[name]
    assert extract_code(reply) == Extracted(code)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("", Extracted(None, "The reply is empty, or reasoning only.")),
        ("<think>hm, ```python\nx = 1\n```", Extracted(None, "The reply is empty, or reasoning only.")),
        (
            "Which column do you mean?",
            Extracted(None, "The reply holds no Python block: Which column do you mean?"),
        ),
        ("```python\n\n```", Extracted(None, "The reply holds no Python block: ```python ```")),
        ("```json\n{}\n```", Extracted(None, "The reply holds no Python block: ```json {} ```")),
    ],
)
def test_a_reply_without_a_program_gives_the_reason(reply: str, expected: Extracted) -> None:
    assert extract_code(reply) == expected


@pytest.mark.parametrize(
    "reply",
    [
        "I'm sorry, but I can't help with that.",
        "I can\u2019t assist with this request.",
        "I cannot in good conscience write this program.",
        "Sorry, I am unable to comply.",
        "I won't do that.",
        "I have to decline to provide it.",
    ],
)
def test_a_refusal_in_words_is_told_from_a_missing_program(reply: str) -> None:
    assert extract_code(reply) == Extracted(None, f"The model declined: {reply}", refused=True)


def test_words_of_refusal_beside_a_program_are_no_refusal() -> None:
    reply = "I can't write files here, so:\n```python\nresult = 1\n```"
    assert extract_code(reply) == Extracted("result = 1")


def test_a_program_over_the_bound_is_not_taken() -> None:
    reply = "```python\nresult = 12345\n```"
    assert extract_code(reply, code_chars=14) == Extracted("result = 12345")
    assert extract_code(reply, code_chars=13) == Extracted(
        None, "The program has 14 characters; at most 13 are run."
    )


def test_a_reply_over_the_bound_is_not_read() -> None:
    assert extract_code("a = 1\n" * 66_667) == Extracted(
        None, "The reply has 400,002 characters; at most 400,000 are read."
    )


@pytest.mark.parametrize(
    "reply",
    [
        "~" * 399_990 + " `",
        "```" + " " * 399_000 + "`",
        "import a, " + " " * 399_000 + "!",
        "result" + " " * 399_000 + "!",
        "result\n" * 57_000,
        "<think>" * 57_000,
        " \n" * 199_000 + "</think",
        "a" + "[" * 399_000,
        "```python\n" + "result: " * 49_000,
    ],
    ids=lambda reply: reply[:12],
)
def test_a_hostile_reply_costs_time_in_proportion_to_its_length(reply: str) -> None:
    before = time.process_time()
    extract_code(reply)
    assert time.process_time() - before < 5
