"""Every configured database behind one interface: guarded, bounded, cancellable.

Engines open on first use, in worker threads. Nothing here shows a URL or a path of the host.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from typing import TypeVar

from mcp_pyexec.data_files import DataFile
from mcp_pyexec.errors import ConfigError, RequestError, SandboxFault, nearest
from mcp_pyexec.limits import MIB
from mcp_pyexec.sensitive import ColumnRules, SensitiveColumns
from mcp_pyexec.sources import DATA_DATABASE, DatabaseSource, database_path, default_schema
from mcp_pyexec.sql.cached_engine import CachedEngine, file_version, server_version
from mcp_pyexec.sql.describe import describe_database
from mcp_pyexec.sql.description import Database, Description
from mcp_pyexec.sql.dialects import FAMILY
from mcp_pyexec.sql.files import DataConversion, FailedFile, reason_for, told
from mcp_pyexec.sql.guard import guard
from mcp_pyexec.sql.hints import with_hint
from mcp_pyexec.sql.masked_engine import MaskedEngine
from mcp_pyexec.sql.masking import Masking
from mcp_pyexec.sql.opening import open_engine
from mcp_pyexec.sql.parameters import check_parameters
from mcp_pyexec.sql.protected import Protected
from mcp_pyexec.sql.readers import StartReader, no_reader
from mcp_pyexec.sql.results import Engine, Fetched, QueryResult, Run, SqlLimits, Value

__all__ = ["Databases"]

_NAMED = 8
_STACK_BYTES = 128 * MIB
"""Address space for the stack of each thread started from now on: the parser recurses in compiled code, unchecked."""

_STOP_GRACE_S = 10.0
_STOP_STEP_S = 0.02
_T = TypeVar("_T")


class Databases:
    """The databases of one server.

    Args:
        sources: Checked with `sources.check_source`.
        data: The `--data` files; together they are the database `data`.
        sensitive: Columns that are hidden or masked.
        start_reader: Starts a jailed process that reads a DuckDB file, or large results of a SQLite file.

    Raises:
        ConfigError: Two databases have the same name.
    """

    def __init__(
        self,
        sources: Sequence[DatabaseSource] = (),
        data: DataConversion | None = None,
        limits: SqlLimits | None = None,
        sensitive: SensitiveColumns | None = None,
        start_reader: StartReader = no_reader,
    ) -> None:
        self._limits = limits or SqlLimits()
        self._start_reader = start_reader
        self._sources = {source.name: source for source in sources}
        self._data = data
        if data:
            loaded = DatabaseSource(DATA_DATABASE, "duckdb:", _named(data.files))
            sources = [*sources, loaded]
            self._sources.setdefault(DATA_DATABASE, loaded)
        if len(self._sources) != len(sources):
            raise ConfigError(
                f"Two databases have the same name; {DATA_DATABASE!r} is that of --data. Rename one."
            )
        self._sensitive = sensitive
        self._engines: dict[str, CachedEngine] = {}
        self._masking: dict[str, Masking] = {}
        self._opening = {name: threading.Lock() for name in self._sources}
        self._running: set[Run] = set()
        threading.stack_size(_STACK_BYTES)
        self._threads = ThreadPoolExecutor(self._limits.concurrent, thread_name_prefix="sql")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all databases, in the order of the configuration."""
        return tuple(self._sources)

    def prepare(self) -> None:
        """Begin converting data files, so that no query has to wait for it; returns at once."""
        if self._data:
            self._data.start()

    async def query(
        self,
        sql: str,
        *,
        database: str | None = None,
        parameters: Mapping[str, Value] | None = None,
        timeout_s: float | None = None,
    ) -> QueryResult:
        """Return the result of one read-only statement, cut at the ceilings.

        Args:
            database: May be left out when there is one.
            parameters: By name, for each `:name` in the statement.
            timeout_s: At most the ceiling of the limits.

        Raises:
            RequestError: `no-database`, `database-required`, `unknown-database`, `database-unreachable`,
                `database-preparing`, `sql-syntax`, `sql-not-single-statement`, `sql-not-read-only`, `sql-parameters`,
                `sql-failed`, `sql-timeout` or `limit-not-allowed`.
        """
        source = self._source(database)
        within_s = self._timeout(timeout_s)
        await self._prepared([source], within_s)
        run = Run(self._limits, within_s)

        def work() -> QueryResult:
            engine = self._engine(source) if self._rules(source) else None
            masking = self._masking.get(source.name)
            guarded = guard(sql, source.dialect, masking.rewrite if masking else None)
            values = check_parameters(guarded, parameters or {})
            run.check()
            engine = engine or self._engine(source)
            fetched = with_hint(
                engine, guarded.tables, self._failed(source), lambda: engine.fetch(guarded.sql, values, run)
            )
            return self._result(fetched, guarded.sql, source, run)

        return await self._finish(run, work)

    async def describe(
        self, database: str | None = None, table: str | None = None, samples: int = 3
    ) -> Description:
        """Return what there is: all databases with table names, one with columns, or one table with samples.

        Raises:
            RequestError: As `query`, or `unknown-table`.
        """
        everything = database is None and table is None
        sources = list(self._sources.values()) if everything else [self._source(database)]
        with suppress(RequestError) if everything else nullcontext():
            await self._prepared(sources, self._limits.timeout_s)
        run = Run(self._limits, self._limits.timeout_s)

        def work() -> Description:
            describe = self._reachable if everything else self._described
            return Description(tuple(describe(s, database, table, samples, run) for s in sources))

        return await self._finish(run, work)

    async def notes(self, database: str) -> str:
        """Return what the operator should know of the rights that a database's session has, or nothing.

        Raises:
            RequestError: `unknown-database`, `database-preparing` or `database-unreachable`.
        """
        source = self._source(database)
        await self._prepared([source], self._limits.timeout_s)
        run = Run(self._limits, self._limits.timeout_s)
        return await self._finish(run, lambda: self._notes(source, self._engine(source)))

    async def warm_up(self) -> None:
        """Start the processes that read DuckDB files; what does not open is for the first query to tell."""
        for source in self._sources.values():
            if source.dialect == "duckdb" and source.name != DATA_DATABASE:
                with suppress(RequestError, ConfigError, SandboxFault):
                    await asyncio.wrap_future(self._threads.submit(self._engine, source))

    async def close(self) -> None:
        """Close every database; queries still running are stopped first."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        closed = asyncio.ensure_future(asyncio.to_thread(self._threads.shutdown, wait=True))
        while not closed.done():
            for run in tuple(self._running):
                run.end()
            await asyncio.wait({closed}, timeout=_STOP_STEP_S)
        for engine in self._engines.values():
            engine.close()
        self._engines.clear()
        if self._data:
            self._data.close()

    async def _prepared(self, sources: Sequence[DatabaseSource], within_s: float) -> None:
        """Wait for data files that are being converted; that time is not the query's.

        Raises:
            RequestError: `database-preparing`, or `database-unreachable` with the file that failed.
        """
        if self._data and any(source.name == DATA_DATABASE for source in sources):
            await self._data.wait(within_s)
            self._data.path  # noqa: B018 - raises where there is none

    def _described(
        self, source: DatabaseSource, database: str | None, table: str | None, samples: int, run: Run
    ) -> Database:
        engine = self._engine(source)
        try:
            listing = describe_database(
                engine, table=table, columns=database is not None, samples=samples, run=run
            )
        except RequestError as error:
            raise RequestError(error.code, error.message + reason_for(table, self._failed(source))) from None
        description = " ".join(filter(None, (source.description, self._notes(source, engine))))
        return Database(
            source.name, source.dialect, description, listing.tables, listing.total, listing.schemas
        )

    def _reachable(
        self, source: DatabaseSource, database: str | None, table: str | None, samples: int, run: Run
    ) -> Database:
        """One database among all: if it does not open, the others are described all the same."""
        try:
            return self._described(source, database, table, samples, run)
        except RequestError as error:
            if error.code not in {"database-unreachable", "database-preparing"}:
                raise
            return Database(source.name, source.dialect, error.message, ())

    def _result(self, fetched: Fetched, sql: str, source: DatabaseSource, run: Run) -> QueryResult:
        return QueryResult(fetched.sealed, fetched.complete, sql, source.name, time.monotonic() - run.started)

    def _source(self, name: str | None) -> DatabaseSource:
        if not self._sources:
            raise RequestError(
                "no-database",
                "No database is configured. Start the server with --database NAME=URL or --data FILE.",
            )
        if name is None:
            if len(self._sources) > 1:
                raise RequestError(
                    "database-required", f"There are several databases: name one.{nearest('', self._sources)}"
                )
            return next(iter(self._sources.values()))
        if name not in self._sources:
            raise RequestError(
                "unknown-database", f"There is no database {name!r}.{nearest(name, self._sources)}"
            )
        return self._sources[name]

    def _timeout(self, timeout_s: float | None) -> float:
        ceiling = self._limits.timeout_s
        if timeout_s is None:
            return ceiling
        if not 0 < timeout_s <= ceiling:
            raise RequestError(
                "limit-not-allowed",
                f"timeout_s={timeout_s:g} is outside what this server allows: above 0, at most {ceiling:g}. "
                f"Ask for {ceiling:g} or less, or leave it out for the ceiling itself.",
            )
        return timeout_s

    def _engine(self, source: DatabaseSource) -> CachedEngine:
        with self._opening[source.name]:
            if source.name not in self._engines:
                converted = self._data.path if self._data and source.name == DATA_DATABASE else None
                engine = open_engine(source, self._limits, self._start_reader, converted)
                file = converted or (None if source.on_server else database_path(source))
                version = file_version(file) if file else server_version(engine)
                self._engines[source.name] = CachedEngine(self._protected(source, engine), version)
            return self._engines[source.name]

    def _failed(self, source: DatabaseSource) -> Sequence[FailedFile]:
        return self._data.failed if self._data and source.name == DATA_DATABASE else ()

    def _notes(self, source: DatabaseSource, engine: Engine) -> str:
        """Return what there is to know of the session's rights and of data files that are not served."""
        return told(self._failed(source)) or engine.notes

    def _rules(self, source: DatabaseSource) -> ColumnRules:
        return self._sensitive.of(source.name) if self._sensitive else ColumnRules()

    def _protected(self, source: DatabaseSource, engine: Engine) -> Engine:
        """Return the engine as the rules on its columns show it."""
        rules = self._rules(source)
        if not rules:
            return engine
        dialect = FAMILY[source.dialect]
        if source.general:
            engine.close()
            raise RequestError(
                "database-unreachable",
                f"Columns of {source.name!r} are to be hidden or masked, which this server cannot do on {dialect}. Its "
                "operator should hide them in the database, with a view or a grant, and take the rule away.",
            )
        try:
            protected = Protected(engine, rules, dialect, default_schema(source))
        except RequestError as error:
            engine.close()
            reasons = f" {told(failed)}" if (failed := self._failed(source)) else ""
            raise RequestError(error.code, error.message + reasons) from None
        self._masking[source.name] = Masking(protected, dialect)
        return MaskedEngine(engine, protected)

    async def _finish(self, run: Run, work: Callable[[], _T]) -> _T:
        """Return what `work` returns in its thread; on time-out or cancellation end it there first."""
        job = self._threads.submit(work)
        future = asyncio.wrap_future(job)
        self._running.add(run)
        try:
            done, _ = await asyncio.wait({future}, timeout=run.deadline - time.monotonic())
        except asyncio.CancelledError:
            await _stop(run, job, future)
            raise
        finally:
            self._running.discard(run)
        if done:
            return future.result()
        await _stop(run, job, future)
        raise run.timed_out()


def _named(files: Sequence[DataFile]) -> str:
    """Return what the database was made of, for the agent: the first files by name."""
    more = f" and {len(files) - _NAMED} more" if len(files) > _NAMED else ""
    return ", ".join(file.label for file in files[:_NAMED]) + more


async def _stop(run: Run, job: Future[_T], future: asyncio.Future[_T]) -> None:
    """End the work and wait until its thread is free; an interrupt that came too early is repeated."""
    until = time.monotonic() + _STOP_GRACE_S
    while not job.cancel() and not job.done() and time.monotonic() < until:
        run.end()
        await asyncio.wait({future}, timeout=_STOP_STEP_S)
    if not future.cancel() and not future.cancelled():
        future.exception()
