"""What every test may use: a jail, a service on the demo database, a client of its server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mcp import Client
from pydantic import SecretStr

from mcp_pyexec.config import Settings
from mcp_pyexec.jail import Pool, load_profiles
from mcp_pyexec.limits import Limits
from mcp_pyexec.server import build_server
from mcp_pyexec.service import Service


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def demo_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from mcp_pyexec.demo_data import build_demo_database

    path = tmp_path_factory.mktemp("demo") / "demo.db"
    build_demo_database(path)
    return path


@pytest.fixture(scope="session")
async def pool(anyio_backend: str) -> AsyncIterator[Pool]:
    """A jail whose callers may switch the policy off."""
    pool = Pool(load_profiles("permissive"), Limits(), parked=2, running=4, waiting=64)
    await pool.start()
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
async def service(anyio_backend: str, demo_database: Path) -> AsyncIterator[Service]:
    service = Service(
        Settings(databases={"demo": SecretStr(f"sqlite:///{demo_database}")}, profile="permissive")
    )
    await service.start()
    yield service
    await service.close()


@pytest.fixture(params=["auto", "legacy"])
async def client(request: pytest.FixtureRequest, service: Service) -> AsyncIterator[Client]:
    """A real client of the server, in both eras of the protocol."""
    async with Client(build_server(service), mode=request.param) as client:
        yield client
