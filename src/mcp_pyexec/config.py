"""Settings: read once, from the command line, `MCP_PYEXEC_…` variables and a TOML file, in that order.

The only module that reads the environment. Every default is the strictest value that works.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from mcp_pyexec.errors import ConfigError, nearest
from mcp_pyexec.limits import Limits

__all__ = ["ENV_PREFIX", "Settings", "load_settings", "model_variables"]

ENV_PREFIX = "MCP_PYEXEC_"


class Settings(BaseSettings):
    """Everything an operator can decide. Times in seconds (`_s`), memory in MiB (`_mb`)."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="forbid", toml_file=None)

    databases: Annotated[dict[str, SecretStr], NoDecode] = Field(default_factory=dict)
    """Databases by name, each an SQLAlchemy URL: a table or a list of `NAME=URL`. In the environment: separated by
    spaces."""
    data: Annotated[tuple[Path, ...], NoDecode] = ()
    """Files and folders of them, served together as the DuckDB database `data`: CSV, TSV, JSON lines, JSON, Parquet,
    Excel, SQLite, DuckDB. In the environment: separated by `:`."""
    mask: Annotated[tuple[str, ...], NoDecode] = ()
    """Columns whose values are replaced by `***`, as `DATABASE.TABLE.COLUMN` or `DATABASE.SCHEMA.TABLE.COLUMN` with `*`
    for any. In the environment: separated by spaces."""
    hide: Annotated[tuple[str, ...], NoDecode] = ()
    """Columns that are as good as not there, written as those of `mask`."""
    cache: Path | None = None
    """Folder of converted data files; `mcp-pyexec` in `XDG_CACHE_HOME` or `~/.cache` by default. Only its owner may
    be able to enter it."""
    cache_mb: int = Field(default=4096, ge=16)
    """Budget of that folder, and the ceiling of the files together; what was not used for longest is deleted first."""
    profile: str = "moderate"
    """Loosest policy profile that callers may use: `strict`, `moderate`, `permissive`, or the path of a TOML file."""
    workspace: Path | None = None
    """Folder whose Python files `execute_code(path=…)` may run; none by default."""

    timeout_s: float = Field(default=30.0, gt=0, le=3600)
    """Wall-clock ceiling of one run; agents' own time-outs are often 60 s."""
    cpu_s: float = Field(default=60.0, gt=0, le=36000)
    """CPU ceiling of one run, all threads together."""
    memory_mb: int = Field(default=512, ge=16, le=1 << 20)
    """Memory ceiling of one run, on top of what the preloaded libraries take."""
    processes: int = Field(default=64, ge=4, le=4096)
    """Processes and threads of one run."""
    disk_mb: int = Field(default=64, ge=1, le=1 << 16)
    """Files of one run or session, all together; they live in memory."""
    output_kb: int = Field(default=64, ge=1, le=1 << 14)
    """Kept of each of stdout and stderr, in KiB; the rest is counted and dropped."""
    code_chars: int = Field(default=100_000, ge=100)
    """Longest program that is taken."""

    workers: int = Field(default=2, ge=1, le=256)
    """Workers kept parked per template, and runs at the same time; about 8 MiB each."""
    waiting: int = Field(default=32, ge=0)
    """Runs that may wait for a worker before callers are told `busy`."""
    sessions: int = Field(default=8, ge=0)
    """Sessions that may be open at the same time."""
    session_idle_s: float = Field(default=1800.0, gt=0)
    """Idle time after which a session is closed."""

    sql_timeout_s: float = Field(default=30.0, gt=0, le=3600)
    """Ceiling of one SQL statement."""
    sql_rows: int = Field(default=1_000_000, ge=1)
    """Most rows of one SQL result; a longer one is cut and says so."""
    sql_mb: int = Field(default=256, ge=1)
    """Most memory of one SQL result."""
    datasets_mb: int = Field(default=1024, ge=1)
    """Budget of all datasets together; the least recently used are dropped first."""
    datasets_idle_s: float = Field(default=21_600.0, gt=0)
    """Time without use after which a dataset is dropped; a working session of an agent is shorter."""
    artifacts_mb: int = Field(default=256, ge=1)
    """Budget of figures and files kept for reading; the oldest are dropped first."""

    model_base_url: str | None = None
    """OpenAI-compatible endpoint of `generate_and_execute`, such as `http://127.0.0.1:11434/v1`."""
    model_api_key: SecretStr = SecretStr("")
    """Key for that endpoint; empty for local ones."""
    model_name: str | None = None
    """Model to ask for; `generate_and_execute` is offered when this and the endpoint are set."""
    model_timeout_s: float = Field(default=60.0, gt=0, le=600)
    """Ceiling of one model reply."""
    model_max_tokens: int = Field(default=4096, ge=64)
    """Longest model reply."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "WARNING"
    """Of the log on stderr."""

    @field_validator("databases", mode="before")
    @classmethod
    def _split_databases(cls, value: object) -> object:
        if isinstance(value, str):
            value = json.loads(value) if value.lstrip().startswith("{") else value.split()
        if not isinstance(value, list | tuple):
            return value
        pairs = [str(part).partition("=") for part in value]
        wrong = next((name for name, equals, url in pairs if not (name and equals and url)), None)
        if wrong is not None:
            raise ValueError("expected NAME=URL, for example sales=sqlite:////data/sales.db")
        return {name: url for name, _, url in pairs}

    @field_validator("data", mode="before")
    @classmethod
    def _split_data(cls, value: object) -> object:
        return tuple(filter(None, value.split(os.pathsep))) if isinstance(value, str) else value

    @field_validator("mask", "hide", mode="before")
    @classmethod
    def _split_patterns(cls, value: object) -> object:
        return tuple(value.split()) if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings  # one way in for each kind of operator
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def cache_folder(self) -> Path:
        """Where converted data files are kept."""
        base = os.environ.get("XDG_CACHE_HOME", "")
        home = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
        return (self.cache or home / "mcp-pyexec").absolute()

    @property
    def limits(self) -> Limits:
        """The ceilings of one run."""
        return Limits(
            wall_s=self.timeout_s,
            cpu_s=self.cpu_s,
            memory_mb=self.memory_mb,
            processes=self.processes,
            disk_mb=self.disk_mb,
            output_bytes=self.output_kb * 1024,
        )


def load_settings(options: Mapping[str, Any] | None = None, config: Path | None = None) -> Settings:
    """Return the settings; `options` are the command line's and win.

    Raises:
        ConfigError: For a value that is not allowed or a key that is not known, by name and with what is.
    """
    path = config or (
        Path(os.environ[f"{ENV_PREFIX}CONFIG"]) if f"{ENV_PREFIX}CONFIG" in os.environ else None
    )
    if path is not None and not path.is_file():
        raise ConfigError(f"The configuration file {path} is not there.")
    unknown = [n for n in os.environ if n.startswith(ENV_PREFIX) and n not in _variables()]
    if unknown:
        raise ConfigError(f"There is no setting {unknown[0]}.{nearest(unknown[0], _variables())}")

    class FromFile(Settings):
        model_config = SettingsConfigDict(**{**Settings.model_config, "toml_file": path})

    given = {name: value for name, value in (options or {}).items() if value not in (None, (), {})}
    try:
        return (FromFile if path else Settings)(**given)
    except ValidationError as error:
        raise ConfigError(_explain(error)) from None
    except ValueError as error:
        raise ConfigError(f"The configuration could not be read: {error}") from None


def model_variables() -> dict[str, str]:
    """Return the environment's model settings, for a server that is started as a child."""
    return {name: value for name, value in os.environ.items() if name.startswith(f"{ENV_PREFIX}MODEL_")}


def _variables() -> set[str]:
    return {f"{ENV_PREFIX}{name.upper()}" for name in (*Settings.model_fields, "config")}


def _explain(error: ValidationError) -> str:
    """One line a setting, without the value: it may be a secret."""
    lines = []
    for detail in error.errors(include_input=False, include_url=False):
        name = str(detail["loc"][0]) if detail["loc"] else "configuration"
        known = nearest(name, Settings.model_fields) if detail["type"] == "extra_forbidden" else ""
        lines.append(f"Setting {name!r}: {detail['msg']}.{known}")
    return "\n".join(lines)
