"""Statements for the databases of the general engine, one file per dialect, a line `---` between two."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["FAMILIES", "attacks", "honest"]

FAMILIES = {
    "oracle": "oracle",
    "mssql": "mssql",
    "snowflake": "snowflake",
    "bigquery": "bigquery",
    "trino": "trino",
    "clickhouse": "clickhousedb",
}
"""The dialect of a URL by the name of its files."""


def honest(name: str) -> list[str]:
    """Return statements that must pass; BigQuery writes names in backticks."""
    common = _read("honest_common.sql")
    if name == "bigquery":
        common = [sql.replace('"', "`") for sql in common]
    return common + _read(f"honest_{name}.sql")


def attacks(name: str) -> list[str]:
    """Return statements that must not."""
    return _read("attacks_common.sql") + _read(f"attacks_{name}.sql")


def _read(file: str) -> list[str]:
    text = (Path(__file__).parent / file).read_text("utf-8")
    return [part.strip("\n") for part in re.split(r"^---$", text, flags=re.MULTILINE) if part.strip()]
