"""Sessions keep variables and files; what ends one says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from jailed import QUICK, execution, result_of
from mcp_pyexec.errors import RequestError
from mcp_pyexec.jail import Pool, Sessions, load_profiles
from mcp_pyexec.limits import Limits


@pytest.fixture
async def sessions(pool: Pool) -> AsyncIterator[Sessions]:
    sessions = Sessions(pool, load_profiles("permissive"), Limits(), most=2, idle_s=600)
    yield sessions
    sessions.close_all()


async def test_variables_and_files_stay_from_cell_to_cell(sessions: Sessions) -> None:
    name = (await sessions.open()).session
    await sessions.run(name, execution("x = 41\nopen('note.txt', 'w').write('kept')"))
    seen = await sessions.run(name, execution("x += 1\n[x, open('note.txt').read()]"))
    assert result_of(seen) == [42, "kept"]
    assert [info.cells for info in sessions.list()] == [2]


async def test_only_files_that_a_cell_changed_come_back_from_it(sessions: Sessions) -> None:
    name = (await sessions.open()).session
    first = await sessions.run(name, execution("open('a.txt', 'w').write('1')\nNone"))
    second = await sessions.run(name, execution("open('b.txt', 'w').write('2')\nNone"))
    assert [[f.name for f in o.files] for o in (first, second)] == [["a.txt"], ["b.txt"]]


async def test_cell_that_raises_leaves_the_session_open(sessions: Sessions) -> None:
    name = (await sessions.open()).session
    await sessions.run(name, execution("x = 1"))
    assert (await sessions.run(name, execution("1 / 0"))).status == "raised"
    assert result_of(await sessions.run(name, execution("x"))) == 1


async def test_variables_are_listed_without_what_the_server_put_there(sessions: Sessions) -> None:
    name = (await sessions.open()).session
    await sessions.run(name, execution("import math\nx = 1\nwords = ['a']\ndef f(): pass"))
    listed = (await sessions.variables(name)).variables
    assert [(v["name"], v["type"]) for v in listed] == [("x", "int"), ("words", "list"), ("f", "function")]


async def test_cell_that_finishes_after_the_interrupt_keeps_the_session(sessions: Sessions) -> None:
    name = (await sessions.open()).session
    limits = replace(QUICK, wall_s=0.5)
    outcome = await sessions.run(name, execution("x = 5\nwhile True: pass", limits))
    assert outcome.status == "limit"
    assert result_of(await sessions.run(name, execution("x"))) == 5


async def test_cell_that_must_be_killed_ends_the_session_and_says_so(sessions: Sessions) -> None:
    name = (await sessions.open()).session
    code = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    outcome = await sessions.run(name, execution(code, replace(QUICK, wall_s=0.5)))
    assert outcome.status == "limit"
    with pytest.raises(RequestError, match="ended as limit") as refused:
        await sessions.run(name, execution("1"))
    assert refused.value.code == "session-closed"


async def test_unknown_session_is_refused_with_the_nearest(sessions: Sessions) -> None:
    name = (await sessions.open()).session
    with pytest.raises(RequestError, match=name) as refused:
        await sessions.run(f"{name}x", execution("1"))
    assert refused.value.code == "unknown-session"


async def test_one_session_too_many_is_refused(sessions: Sessions) -> None:
    await sessions.open()
    await sessions.open()
    with pytest.raises(RequestError) as refused:
        await sessions.open()
    assert refused.value.code == "too-many-sessions"


async def test_every_cell_has_its_own_measure_of_cpu_time(sessions: Sessions) -> None:
    name = (await sessions.open()).session
    limits = replace(QUICK, cpu_s=1.0)
    for _ in range(3):
        assert (await sessions.run(name, execution("sum(range(20_000_000))", limits))).status == "ok"
