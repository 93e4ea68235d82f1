"""The tool `manage_session`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from mcp.types import CallToolResult, ToolAnnotations

from mcp_pyexec.errors import RequestError
from mcp_pyexec.jail import SessionInfo
from mcp_pyexec.tools.edge import StrictTool, answer, strict_tool
from mcp_pyexec.tools.shapes import Shape

if TYPE_CHECKING:
    from mcp_pyexec.service import Service

__all__ = ["manage_session"]

Action = Literal["open", "list", "variables", "close"]


class SessionVariable(Shape):
    name: str
    type: str
    summary: str


class SessionState(Shape):
    session: str
    profile: str
    cells: int
    checkpoints: list[str]
    variables: list[SessionVariable]
    memory_mb: float
    idle_s: float
    expires_s: float


class SessionResult(Shape):
    session: str | None
    action: str
    sessions: list[SessionState]


def manage_session(service: Service) -> StrictTool:
    """Return the tool."""

    async def manage_session(
        action: Action, session: str | None = None, profile: str | None = None
    ) -> Annotated[CallToolResult, SessionResult]:
        """Open, list, inspect or close a session for execute_code(session=…): its variables and files stay from
        cell to cell, until it is closed, idle too long, or a cell is stopped by a limit or crashes."""
        sessions = service.sessions
        if action == "open":
            infos = [await sessions.open(profile)]
            session = infos[0].session
        elif action == "list":
            infos = sessions.list()
        elif action == "variables":
            infos = [await sessions.variables(_named(session, action))]
        else:
            sessions.close(_named(session, action))
            infos = []
        result = SessionResult(session=session, action=action, sessions=[_state(info) for info in infos])
        return answer(_text(result), result)

    annotations = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)
    return strict_tool(manage_session, "Sessions", annotations)


def _named(session: str | None, action: str) -> str:
    if session is None:
        raise RequestError(
            "session-required", f"action={action!r} needs `session`; action='list' shows the open ones."
        )
    return session


def _state(info: SessionInfo) -> SessionState:
    return SessionState(
        session=info.session,
        profile=info.profile,
        cells=info.cells,
        checkpoints=[],
        variables=[SessionVariable(**variable) for variable in info.variables],
        memory_mb=info.memory_mb,
        idle_s=info.idle_s,
        expires_s=info.expires_s,
    )


def _text(result: SessionResult) -> str:
    lines = [f"{result.action}: {result.session or f'{len(result.sessions)} open'}"]
    for state in result.sessions:
        lines.append(f"{state.session}: {state.cells} cells, expires in {state.expires_s:.0f} s when idle")
        lines += [f"  {v.name}: {v.type} = {v.summary}" for v in state.variables]
    return "\n".join(lines)
