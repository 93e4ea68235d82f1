"""The verdict as a value: its JSON, its places in the source, and that checking and preparing agree."""

from __future__ import annotations

import pytest

from guest.policy.running import Profile
from pyexec_guest import policy


def test_a_report_reads_as_the_tool_contract_says(moderate: Profile) -> None:
    source = (
        "import math\n\n\ndef f(x):\n    while True:\n        y = math.sin(x) + offset\n\n\nx = eval('1')\n"
    )
    assert policy.check(source, moderate).as_json() == {
        "valid": False,
        "findings": [
            {
                "rule": "endless-loop",
                "severity": "warning",
                "line": 5,
                "column": 4,
                "end_line": 6,
                "end_column": 32,
                "message": "This loop has no break, return or raise: it can only end at a limit.",
                "suggestion": "Loop over a range, or break when the work is done.",
            },
            {
                "rule": "builtin",
                "severity": "error",
                "line": 9,
                "column": 4,
                "end_line": 9,
                "end_column": 8,
                "message": "`eval` runs text as code unseen by the policy.",
                "suggestion": "Use ast.literal_eval for literals, float()/int() for numbers, "
                "or a dict of functions for operations.",
            },
        ],
        "imports": ["math"],
        "names_read": ["offset"],
        "names_written": ["f", "math", "x", "y"],
        "complexity": {"lines": 10, "nodes": 22, "max_depth": 2, "loops_without_bound": 1},
    }


def test_all_findings_come_at_once_in_the_order_of_the_source(moderate: Profile) -> None:
    source = "import pickle\nimport subprocess\nx = ().__class__.__base__\nopen('/etc/passwd')\nexec('1')\n"
    findings = policy.check(source, moderate).findings
    assert [(f.rule, f.line) for f in findings] == [
        ("import", 1),
        ("import", 2),
        ("path", 4),
        ("builtin", 5),
    ]


def test_a_refusal_leads_with_the_first_error_and_says_what_to_do(moderate: Profile) -> None:
    report = policy.check("x = 1\nimport requests\nimport socket\n", moderate)
    error = policy.refusal_error(report)
    findings = error.pop("findings")
    assert [finding["line"] for finding in findings] == [2, 3]
    assert error == {
        "category": "import",
        "type": "PolicyError",
        "message": f"line 2: {report.findings[0].message} (and 1 more; see findings)",
        "line": 2,
        "traceback": "",
        "hint": "There is no network in the jail: read rows with query_sql(...).",
    }


def test_a_refused_import_names_what_is_allowed_and_the_nearest(moderate: Profile) -> None:
    finding = policy.check("import matplotlb.pyplot as plt", moderate).findings[0]
    assert finding.message.startswith(
        "`matplotlb.pyplot` is not in profile moderate; the profile allows numpy, pandas"
    )
    assert finding.suggestion == "Did you mean `matplotlib`?"


SYNTAX = {
    "def f(:\n    pass": ("invalid syntax", "Correct the syntax at this place."),
    "x = (1,\ny = 2": ("'(' was never closed", "Close the bracket or the string."),
    "if True:\nx = 1": (
        "expected an indented block after 'if' statement on line 1",
        "Put a statement, or pass, into the block.",
    ),
    "print 'a'": (
        "Missing parentheses in call to 'print'. Did you mean print(...)?",
        "Write it as a call, with parentheses.",
    ),
    "await x": ("'await' outside function", "Put it into a function; asyncio.run(main()) runs a coroutine."),
    "```python\nx = 1\n```": ("invalid syntax", "Send the code alone, without the Markdown fence."),
}


@pytest.mark.parametrize("source", SYNTAX)
def test_a_syntax_error_is_a_finding_with_a_way_out(source: str, moderate: Profile) -> None:
    [finding] = policy.check(source, moderate).findings
    assert (finding.rule, finding.severity) == ("syntax", "error")
    assert (finding.message, finding.suggestion) == SYNTAX[source]


@pytest.mark.parametrize(
    "source",
    [
        "x = '\ud800'",
        "x = 'a\0b'",
        "x = " + "(" * 300 + ")" * 300,
        "x = " + "-" * 20_000 + "1",
        "x = " + "+".join(["1"] * 200_000),
        "\n".join("    " * n + "if x:" for n in range(120)),
        "x = 1" + "0" * 5000,
    ],
    ids=["surrogate", "nul", "parentheses", "unary", "long-sum", "indents", "huge-number"],
)
def test_source_that_breaks_parsers_gets_one_finding(source: str, moderate: Profile) -> None:
    [finding] = policy.check(source, moderate).findings
    assert (finding.rule, finding.severity) == ("syntax", "error")


def test_long_lines_and_odd_line_ends_are_ordinary(moderate: Profile) -> None:
    assert policy.check("x = '" + "a" * 1_000_000 + "'", moderate).valid
    assert policy.check("x = 1\r\ny = 2\rz = 3\f\n", moderate).valid
    assert policy.check("", moderate).as_json()["complexity"]["lines"] == 1


def test_identifiers_that_look_alike_are_the_names_they_normalise_to(moderate: Profile) -> None:
    assert [f.rule for f in policy.check("\uff45val('1')", moderate).findings] == ["builtin"]
    assert [f.rule for f in policy.check("x.__\uff47lobals__", moderate).findings] == ["dunder-attribute"]


@pytest.mark.parametrize("profile_name", ["strict", "moderate", "permissive"])
@pytest.mark.parametrize("source", ["1 + 1", "import os\nos.sep", "def f(:", "eval('1')", "x = 1\nx"])
def test_checking_and_preparing_agree(profile_name: str, source: str, request: pytest.FixtureRequest) -> None:
    profile: Profile = request.getfixturevalue(profile_name)
    prepared = policy.prepare(source, profile)
    assert policy.check(source, profile) == prepared.report
    assert prepared.report.valid == (prepared.body is not None or prepared.last is not None)


def test_the_last_expression_is_compiled_for_its_value(moderate: Profile) -> None:
    prepared = policy.prepare("x = 20\nx * 2", moderate)
    namespace = policy.new_namespace(moderate)
    assert prepared.body is not None
    assert prepared.last is not None
    exec(prepared.body, namespace)
    assert eval(prepared.last, namespace) == 40
    assert policy.prepare("x = 1", moderate).last is None
    assert policy.prepare("1", moderate).body is None
