"""Every escape that is known is stopped, by the rule that is meant to stop it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from guest.policy.escapes import Escape, all_escapes
from guest.policy.running import Profile, run_under, verdict


def _name(escape: Escape) -> str:
    return escape.name


@pytest.mark.parametrize("escape", all_escapes("cves"), ids=_name)
def test_escape_with_a_public_report_is_stopped_by_the_policy(escape: Escape, moderate: Profile) -> None:
    assert verdict(escape.source, moderate) == escape.verdict


@pytest.mark.parametrize("escape", all_escapes("measured"), ids=_name)
def test_escape_that_stock_guards_let_through_is_stopped_by_the_policy(
    escape: Escape, moderate: Profile
) -> None:
    assert verdict(escape.source, moderate) == escape.verdict


@pytest.mark.parametrize("escape", all_escapes("techniques"), ids=_name)
def test_escape_by_a_known_technique_is_stopped_by_the_policy(escape: Escape, warmed: Profile) -> None:
    assert verdict(escape.source, warmed) == escape.verdict


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters need Python 3.12")
@pytest.mark.parametrize(
    "source", ["def f[_getattr_](x): pass", "type _getattr_ = int", "class A[_write_]: pass"]
)
def test_escape_by_type_parameters_is_stopped_by_the_policy(source: str, moderate: Profile) -> None:
    assert verdict(source, moderate) == "rejected: reserved-name"


def test_no_escape_is_expected_to_run() -> None:
    escapes = [escape for part in ("cves", "measured", "techniques") for escape in all_escapes(part)]
    ran = [escape.name for escape in escapes if not escape.verdict.startswith(("rejected: ", "refused: "))]
    assert ran == ["mcp-use-1718-saved-original-open"], "it has no such attribute at all"


TEXTS = {
    "print('ran')": "refused: annotation",
    "().__class__": "refused: annotation",
    "[x for x in ()]": "refused: annotation",
    "(lambda: 1)()": "refused: annotation",
    "list[int].mro": "refused: annotation",
    "pandas.core.common.builtins.open": "refused: module-hop",
    "pandas.read_pickle": "refused: unpickling",
}


@pytest.mark.parametrize("text", TEXTS)
def test_escape_by_text_that_typing_evaluates_is_stopped(text: str, warmed: Profile) -> None:
    source = f"""
import typing, pandas
text = {text!r}
class Holder:
    def __getattr__(self, name):
        if name == "__annotations__":
            return {{"a": typing.List[text]}}
        raise AttributeError(name)
result = typing.get_type_hints(Holder(), {{"pandas": pandas, "print": print}})
"""
    assert verdict(source, warmed) == TEXTS[text]


def test_ordinary_annotations_are_evaluated(warmed: Profile) -> None:
    source = (
        "import typing, datetime\nimport numpy as np\n"
        "def f(a: 'int | None', b: 'list[str]', c: 'datetime.date', d: 'np.ndarray') -> 'dict[str, int]': ...\n"
        "result = sorted(typing.get_type_hints(f))"
    )
    assert run_under(source, warmed).result == "['a', 'b', 'c', 'd', 'return']"


def test_a_file_outside_the_working_directory_is_neither_read_nor_written(
    moderate: Profile, workdir: Path
) -> None:
    outside = workdir.parent / "secret.txt"
    outside.write_text("secret")
    (workdir / "link").symlink_to(outside)
    assert verdict("p = 'link'\nresult = open(p).read()", moderate) == "refused: path"
    assert verdict("p = '..' + '/secret.txt'\nresult = open(p, 'w')", moderate) == "refused: path"
    assert outside.read_text() == "secret"
