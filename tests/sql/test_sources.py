from __future__ import annotations

from pathlib import Path

import pytest

from mcp_pyexec.errors import ConfigError
from mcp_pyexec.sources import DatabaseSource, check_source


def test_source_with_an_existing_file_is_accepted(directory: Path) -> None:
    check_source(DatabaseSource("shop", f"sqlite:///{directory}/shop.db"))
    check_source(DatabaseSource("shop", f"duckdb:///{directory}/shop.duckdb"))


@pytest.mark.parametrize("name", ["a b", "100%", "%41", "a#b", "a\nb", "a&b=c", "a'b;c"])
def test_file_of_any_name_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    check_source(DatabaseSource("shop", f"sqlite+pysqlite:///{tmp_path / name}"))


@pytest.mark.parametrize(
    ("name", "url", "says"),
    [
        ("1x", "sqlite:///{dir}/shop.db", "a name is a letter"),
        ("a b", "sqlite:///{dir}/shop.db", "a name is a letter"),
        ("x", "{dir}/shop.db", "expected a URL"),
        ("x", "sqllite:///{dir}/shop.db", "Did you mean 'sqlite'"),
        ("x", "db2://secret-host/x", "is not supported"),
        ("x", "sqlite://", "four slashes"),
        ("x", "sqlite:///", "four slashes"),
        ("x", "sqlite://secret-host/shop.db", "without a host"),
        ("x", "sqlite://secret-host:///{dir}/shop.db", "without a host"),
        ("x", "sqlite://{dir}/shop.db?mode=rw", "without options"),
        ("x", "sqlite:///{dir}/gone.db", "does not exist"),
        ("x", "sqlite:///{dir}", "is not a file"),
        ("x", "duckdb:///{dir}/gone.duckdb", "does not exist"),
    ],
)
def test_wrong_source_is_refused_with_a_remedy_and_without_its_url(
    directory: Path, name: str, url: str, says: str
) -> None:
    with pytest.raises(ConfigError, match=says) as refused:
        check_source(DatabaseSource(name, url.replace("{dir}", str(directory))))

    assert str(directory) not in str(refused.value)
    assert "secret-host" not in str(refused.value)
