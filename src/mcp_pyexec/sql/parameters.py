"""Bound parameters: each name once, each value something a driver can bind."""

from __future__ import annotations

from collections.abc import Mapping

from mcp_pyexec.errors import RequestError
from mcp_pyexec.sql.guard import GuardedQuery
from mcp_pyexec.sql.results import Value

__all__ = ["check_parameters"]


def check_parameters(query: GuardedQuery, parameters: Mapping[str, Value]) -> Mapping[str, Value]:
    """Return the parameters if they are exactly those of the statement, by name or by place as the engine binds.

    Raises:
        RequestError: `sql-parameters`.
    """
    missing = sorted(query.parameters - set(parameters))
    extra = sorted(set(parameters) - query.parameters)
    if missing or extra:
        told = [f"no value for {', '.join(missing)}"] * bool(missing)
        told += [f"no place in the SQL for {', '.join(extra)}"] * bool(extra)
        raise RequestError(
            "sql-parameters",
            f"There is {' and '.join(told)}. Write :name in the SQL for each key of parameters.",
        )
    for name, value in parameters.items():
        if not isinstance(value, str | int | float | bool | bytes | None):
            raise RequestError(
                "sql-parameters",
                f"The value of {name} is a {type(value).__name__}. Give text, a number, true, false or null; for a "
                "list, write one parameter per element.",
            )
    return {str(place): parameters[name] for place, name in enumerate(query.binding, 1)} or parameters
