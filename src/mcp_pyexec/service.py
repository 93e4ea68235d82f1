"""Builds the peers and owns their lifetimes; no logic of its own.

The peers that need heavy libraries (SQLAlchemy, pyarrow, openai) are built when a tool first asks for them, so
that the server answers `tools/list` as fast as one without tools.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from functools import cached_property
from typing import TYPE_CHECKING

from mcp_pyexec.artifacts import Artifacts
from mcp_pyexec.config import Settings
from mcp_pyexec.data_cache import DataCache
from mcp_pyexec.data_files import find_data_files
from mcp_pyexec.executions import Executions
from mcp_pyexec.jail import (
    Converter,
    ConverterTemplate,
    Pool,
    Profiles,
    Reader,
    Sessions,
    Template,
    load_profiles,
)
from mcp_pyexec.limits import MIB, Limits
from mcp_pyexec.sensitive import SensitiveColumns
from mcp_pyexec.sources import DATA_DATABASE, ENFORCED, DatabaseSource, check_source

if TYPE_CHECKING:
    from mcp_pyexec.codegen import OpenAIModel
    from mcp_pyexec.datasets import DatasetStore
    from mcp_pyexec.sql import Databases

__all__ = ["Service"]

_log = logging.getLogger(__name__)


class Service:
    """One server's parts."""

    def __init__(self, settings: Settings) -> None:
        """Check the settings that can be checked without opening anything.

        Raises:
            ConfigError: For a database URL, data file or profile that cannot be used.
        """
        self.settings = settings
        self.sources = [
            DatabaseSource(name, url.get_secret_value()) for name, url in settings.databases.items()
        ]
        for source in self.sources:
            check_source(source)
            level = logging.WARNING if source.general else logging.INFO
            _log.log(level, "Database %s: %s", source.name, ENFORCED[source.dialect])
        self._data_files = find_data_files(settings.data)
        self._data_cache = DataCache(settings.cache_folder, settings.cache_mb) if settings.data else None
        names = [source.name for source in self.sources] + [DATA_DATABASE] * bool(settings.data)
        self.sensitive = SensitiveColumns(settings.mask, settings.hide, names)
        self.limits: Limits = settings.limits
        self.profiles: Profiles = load_profiles(settings.profile)
        self.artifacts = Artifacts(settings.artifacts_mb * MIB)
        self.executions = Executions(self, settings.code_chars, settings.workspace)

    async def start(self, template: Template | None = None) -> None:
        """Start the jail, or take over a template that was started early.

        Raises:
            ConfigError: If no jail can be had on this machine.
        """
        await self.pool.start(template)

    async def warm_up(self) -> None:
        """Import what the first query would wait for."""
        peers = ["mcp_pyexec.datasets", *(["mcp_pyexec.sql"] if self.has_databases else [])]
        for peer in peers:
            await asyncio.to_thread(importlib.import_module, peer)
        if self._data_files:
            self.databases.prepare()
        if self.has_databases:
            await self.databases.warm_up()

    async def close(self) -> None:
        """End every process and let go of every dataset and connection."""
        self.sessions.close_all()
        await self.pool.close()
        if "model" in self.__dict__:
            await self.model.aclose()
        if "databases" in self.__dict__:
            await self.databases.close()
        if "datasets" in self.__dict__:
            self.datasets.close()

    @cached_property
    def pool(self) -> Pool:
        s = self.settings
        return Pool(self.profiles, self.limits, parked=s.workers, running=s.workers, waiting=s.waiting)

    @cached_property
    def sessions(self) -> Sessions:
        s = self.settings
        return Sessions(self.pool, self.profiles, self.limits, most=s.sessions, idle_s=s.session_idle_s)

    @cached_property
    def datasets(self) -> DatasetStore:
        from mcp_pyexec.datasets import DatasetStore

        s = self.settings
        return DatasetStore(budget_bytes=s.datasets_mb * MIB, idle_s=s.datasets_idle_s)

    @cached_property
    def databases(self) -> Databases:
        from mcp_pyexec.sql import Databases, DataConversion, SqlLimits

        s = self.settings
        limits = SqlLimits(row_limit=s.sql_rows, byte_limit=s.sql_mb * MIB, timeout_s=s.sql_timeout_s)
        data = None
        if self._data_cache:
            data = DataConversion(
                self._data_files,
                self._data_cache,
                start_converter=Converter,
                start_template=ConverterTemplate,
            )
        return Databases(self.sources, data, limits, self.sensitive, Reader)

    @property
    def has_databases(self) -> bool:
        return bool(self.sources or self.settings.data)

    @cached_property
    def model(self) -> OpenAIModel:
        """The configured model.

        Raises:
            RequestError: `no-model`, with what to set.
        """
        from mcp_pyexec.codegen import ModelSettings, OpenAIModel, no_model_error

        s = self.settings
        if not (s.model_base_url and s.model_name):
            raise no_model_error()
        return OpenAIModel(
            ModelSettings(
                base_url=s.model_base_url,
                api_key=s.model_api_key,
                model=s.model_name,
                timeout_s=s.model_timeout_s,
                max_tokens=s.model_max_tokens,
            )
        )
