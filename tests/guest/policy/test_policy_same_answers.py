"""Programs of a small grammar compute under the policy what they compute under plain Python."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guest.policy.running import Profile, run_plain, run_under

NAMES = st.sampled_from(["a", "b", "c", "_d"])
FIELDS = st.sampled_from(["x", "y", "copy", "time", "data", "format", "_z"])
NUMBERS = st.integers(-20, 20).map(str)

PROLOGUE = """
from dataclasses import dataclass
class Thing:
    x = y = copy = time = data = format = _z = 1
    def __init__(self, *values):
        self.x, self.y = (list(values) + [0, 0])[:2]
        self.items = list(values)
    def bump(self, by):
        self.x += by
        self.y -= self.x
        return self
    def __repr__(self):
        return f"Thing({self.x}, {self.y}, {self.items})"
@dataclass
class Row:
    left: object = 0
    right: object = 0
a = b = c = _d = 3
things = [Thing(1, 2), Thing(3)]
table = {"k": 1}
def tries(f):
    try:
        return f()
    except Exception as error:
        return type(error).__name__
"""


def _expressions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(pair, st.sampled_from(["+", "-", "*", "//", "%", "<", "==", "and", "or"])).map(
            lambda t: f"({t[0][0]} {t[1]} {t[0][1]})"
        ),
        pair.map(lambda t: f"[{t[0]}, *[{t[1]}]]"),
        pair.map(lambda t: f"({t[0]} if {t[1]} else {t[0]})"),
        pair.map(lambda t: f"{{'p': {t[0]}, **{{'q': {t[1]}}}}}"),
        st.tuples(inner, NAMES).map(lambda t: f"[{t[1]} for {t[1]} in [{t[0]}, 1] if {t[1]}]"),
        inner.map(lambda e: f"type({e}).__name__"),
        NAMES.map(lambda name: f"f'{{{name}!r:>3}}'"),
        inner.map(lambda e: f"'{{:>4}} {{}}'.format({e}, 1)"),
        inner.map(lambda e: f"tries(lambda: {e})"),
        st.tuples(inner, FIELDS).map(
            lambda t: f"getattr({t[0]}, {t[1]!r}, 'none')" if t[1] != "format" else t[0]
        ),
        st.tuples(st.integers(0, 1), FIELDS).map(lambda t: f"things[{t[0]}].{t[1]}"),
        inner.map(lambda e: f"Row({e}, right={e}).left"),
        inner.map(lambda e: f"[{e}].copy()"),
    )


EXPRESSIONS = st.recursive(
    st.one_of(NUMBERS, NAMES, st.just("'s'"), st.just("table['k']")), _expressions, max_leaves=6
)


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map(lambda lines: _indented("\n".join(lines)))
    return st.one_of(
        st.tuples(EXPRESSIONS, body, body).map(lambda t: f"if {t[0]}:\n{t[1]}\nelse:\n{t[2]}"),
        st.tuples(NAMES, body).map(lambda t: f"for {t[0]} in range(3):\n{t[1]}"),
        st.tuples(body, body).map(lambda t: f"try:\n{t[0]}\nexcept Exception as error:\n{t[1]}"),
        st.tuples(NAMES, body, EXPRESSIONS).map(
            lambda t: (
                f"def function({t[0]}, *rest, k=1):\n{t[1]}\n    return {t[2]}\nb = tries(lambda: function(c, 1))"
            )
        ),
        st.tuples(EXPRESSIONS, NAMES, body).map(
            lambda t: (
                f"match {t[0]}:\n    case [{t[1]}, *_] | {{'p': {t[1]}}} | Row({t[1]}):\n{_indented(t[2])}\n"
                f"    case _:\n        table['m'] = 1"
            )
        ),
        st.tuples(NAMES, body).map(lambda t: f"with open('f', 'w') as {t[0]}:\n{t[1]}\n{t[0]} = 4"),
    )


def _indented(text: str) -> str:
    return "\n".join("    " + line for line in text.split("\n"))


STATEMENTS = st.recursive(
    st.one_of(
        st.tuples(NAMES, EXPRESSIONS).map(lambda t: f"{t[0]} = {t[1]}"),
        st.tuples(NAMES, NAMES, EXPRESSIONS).map(lambda t: f"{t[0]}, *{t[1]} = {t[2]}, 1, 2"),
        st.tuples(NUMBERS, st.sampled_from(["+=", "-=", "*="])).map(lambda t: f"table['k'] {t[1]} {t[0]}"),
        st.tuples(st.integers(0, 1), FIELDS, EXPRESSIONS).map(lambda t: f"things[{t[0]}].{t[1]} = {t[2]}"),
        st.tuples(NAMES, FIELDS, NUMBERS).map(
            lambda t: "\n".join([f"{t[0]} = Thing(1)", f"{t[0]}.{t[1]} = 2", f"{t[0]}.{t[1]} += {t[2]}"])
        ),
        NUMBERS.map(lambda n: f"_d = things[0].bump({n})"),
        EXPRESSIONS.map(lambda e: f"print({e}, end=';')"),
        EXPRESSIONS.map(lambda e: f"things[1].items.append(tries(lambda: {e}))"),
    ),
    _blocks,
    max_leaves=8,
)
SCOPES = st.sampled_from(["global a, b, c, _d", "a = b = c = _d = 3"])
PROGRAMS = st.tuples(SCOPES, st.lists(STATEMENTS, min_size=1, max_size=6)).map(
    lambda t: (
        PROLOGUE
        + f"def main():\n    {t[0]}\n"
        + _indented("\n".join([*t[1], "return a, b, c, _d"]))
        + "\nended = tries(main)\nresult = repr((ended, a, b, c, _d, things, table))[:2000]"
    )
)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(source=PROGRAMS)
def test_a_generated_program_computes_the_same_under_the_policy(source: str, moderate: Profile) -> None:
    assert run_under(source, moderate) == run_plain(source)
