"""What a program finds in its namespace, by profile, and what two programs cannot see of each other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from guest.policy.running import Profile, run_plain, run_under, verdict
from pyexec_guest import policy

ROOT = Path(__file__).parents[3]


def test_a_program_is_the_main_module(moderate: Profile) -> None:
    assert run_under("result = __name__, __doc__", moderate).result == "('__main__', None)"


def test_imports_that_c_code_makes_for_a_program_work(moderate: Profile) -> None:
    source = "import sys\nfrom datetime import datetime\nimport time\n" + (
        "result = datetime.strptime('2024-02-03', '%Y-%m-%d').day, time.strptime('03', '%d').tm_mday"
    )
    assert run_under(source, moderate) == run_plain(source)


def test_a_refused_import_in_a_function_that_never_runs_is_still_found(moderate: Profile) -> None:
    assert verdict("def f():\n    import subprocess", moderate) == "rejected: import"


def test_an_import_with_a_fallback_runs_the_fallback(moderate: Profile) -> None:
    source = "try:\n    import tensorflow as tf\nexcept ModuleNotFoundError:\n    tf = None\nresult = tf"
    assert run_under(source, moderate).result == "None"
    assert [f.severity for f in policy.check(source, moderate).findings] == ["warning"]


def test_a_runtime_refusal_carries_its_rule_and_a_hint(moderate: Profile) -> None:
    prepared = policy.prepare("name = '__globals__'\ngetattr(print, name)", moderate)
    namespace = policy.new_namespace(moderate)
    assert prepared.body is not None
    assert prepared.last is not None
    exec(prepared.body, namespace)
    with pytest.raises(policy.PolicyAttributeError) as caught:
        eval(prepared.last, namespace)
    assert (caught.value.rule, caught.value.hint) == ("dunder-attribute", "Pass the values as arguments.")


def test_a_program_can_catch_a_refusal_as_the_error_it_stands_for(moderate: Profile) -> None:
    source = "import random\nresult = getattr(random, 'nope', 5), hasattr(random, '_os')\n" + (
        "try:\n    getattr(result, '__re' + 'duce__')\nexcept AttributeError:\n    result += ('caught',)"
    )
    assert run_under(source, moderate).result == "(5, False, 'caught')"


def test_two_namespaces_share_no_variables_and_no_builtins(moderate: Profile) -> None:
    first, second = policy.new_namespace(moderate), policy.new_namespace(moderate)
    assert first["__builtins__"] is not second["__builtins__"]
    assert first is not second


def test_a_second_cell_sees_the_first_and_is_guarded_against_it(moderate: Profile) -> None:
    namespace = policy.new_namespace(moderate)
    for cell in ("import sklearn as time", "def f():\n    import time\nstep = time", "x = 1"):
        prepared = policy.prepare(cell, moderate)
        assert prepared.body is not None
        exec(prepared.body, namespace)
    last = policy.prepare("step.os", moderate).last
    assert last is not None
    with pytest.raises(policy.PolicyAttributeError):
        eval(last, namespace)


def test_the_strict_profile_has_no_data_libraries_and_computes(strict: Profile) -> None:
    assert verdict("import numpy", strict) == "rejected: import"
    assert verdict("import threading", strict) == "rejected: import"
    source = "import math, json, re, statistics, collections\nresult = math.pi, statistics.mean([1, 2])"
    assert run_under(source, strict) == run_plain(source)


def test_the_permissive_profile_runs_anything_and_warns_as_the_others_do(permissive: Profile) -> None:
    source = "import os\nresult = eval('().__class__.__base__') is object, os.sep, type('X', (), {}).__name__"
    assert run_under(source, permissive) == run_plain(source)
    assert [f.rule for f in policy.check("while True: pass", permissive).findings] == ["endless-loop"]


def test_the_policy_needs_no_data_library() -> None:
    script = """
import sys, tomllib
for name in ("numpy", "pandas", "sklearn", "scipy", "matplotlib", "pyarrow", "joblib"):
    sys.modules[name] = None
from pyexec_guest import policy
profile = tomllib.loads(open(sys.argv[1]).read())
policy.warm(profile)
prepared = policy.prepare("import statistics\\nstatistics.mean([1, 2, 3])", profile)
namespace = policy.new_namespace(profile)
exec(prepared.body, namespace)
print(eval(prepared.last, namespace))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(ROOT / "sandbox" / "profiles" / "strict.toml")],
        env={"PYTHONPATH": str(ROOT / "sandbox" / "guest")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "2\n", "")


def test_a_module_looks_like_itself(moderate: Profile) -> None:
    source = "import math\nfrom collections import abc\nresult = math.__name__, 'sin' in dir(math), abc.Set"
    assert run_under(source, moderate) == run_plain(source)
