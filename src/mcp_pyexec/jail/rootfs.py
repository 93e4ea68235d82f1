"""What the jail's file system holds: the interpreter, its system libraries, and distributions one by one.

Inside, everything stands at fixed places (`/python`, `/site-packages`, `/guest`), so that no path of the host
can be seen. Nothing here is read from the environment.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import re
import struct
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement

from mcp_pyexec.bundled import bundled
from mcp_pyexec.errors import ConfigError
from mcp_pyexec.jail.stamp import Stamp, stamp

__all__ = ["Bind", "binds_for", "empty_folders", "fingerprint", "library_path", "seccomp_filter"]

SITE = PurePosixPath("/site-packages")
PYTHON = PurePosixPath("/python")
GUEST = PurePosixPath("/guest")


@dataclass(frozen=True, slots=True)
class Bind:
    """A path of the host, and where it stands in the jail, read-only."""

    source: Path
    target: PurePosixPath


def binds_for(distributions: Sequence[str]) -> list[Bind]:
    """Return every bind of a jail with these distributions and their dependencies.

    Raises:
        ConfigError: If a distribution is not installed or was installed without a file list.
    """
    return [*_interpreter(), *_system_libraries(), *_distributions(distributions), *_guest()]


def fingerprint(binds: Iterable[Bind]) -> list[Stamp]:
    """Return what changes when something that is bound is replaced."""
    return [stamp(bind.source) for bind in binds]


def empty_folders() -> list[PurePosixPath]:
    """Return folders of the interpreter that hold other people's packages and must look empty."""
    stdlib = Path(sysconfig.get_path("stdlib"))
    return [_stdlib_target() / n for n in ("site-packages", "dist-packages") if (stdlib / n).is_dir()]


def library_path() -> str:
    """Return LD_LIBRARY_PATH for the jail."""
    return ":".join([str(PYTHON / "lib"), *map(str, _system_library_folders())])


def _stdlib_target() -> PurePosixPath:
    return PYTHON / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}"


def _interpreter() -> Iterator[Bind]:
    yield Bind(_executable(), PYTHON / "bin" / "python3")
    yield Bind(Path(sysconfig.get_path("stdlib")).resolve(), _stdlib_target())
    name, folder = sysconfig.get_config_var("INSTSONAME"), sysconfig.get_config_var("LIBDIR")
    if name and folder and str(name).startswith("libpython") and ".so" in str(name):
        library = Path(folder, name)
        if library.exists():
            yield Bind(library.resolve(), PYTHON / "lib" / str(name))


def _executable() -> Path:
    base = getattr(sys, "_base_executable", None) or sys.executable
    return Path(base).resolve()


def _system_libraries() -> Iterator[Bind]:
    loader = _program_interpreter(_executable())
    yield Bind(Path(loader).resolve(), PurePosixPath(loader))
    for folder in _system_library_folders():
        yield Bind(folder, PurePosixPath(folder))


def _system_library_folders() -> list[Path]:
    """The folders that this very interpreter's own shared libraries come from, outside Python's."""
    own = tuple(
        str(Path(p).resolve()) for p in (sys.prefix, sys.base_prefix) if Path(p).resolve() != Path("/usr")
    )
    paths = re.findall(r"(/\S+\.so[.\d]*)$", Path("/proc/self/maps").read_text(), re.MULTILINE)
    folders = {Path(path).parent for path in paths if not path.startswith(own)}
    system = {
        f for f in folders if f.is_relative_to("/usr/lib") or f.parts[1].startswith("lib") or "usr" in f.parts
    }
    return sorted(f for f in system if not {"site-packages", "dist-packages", "lib-dynload"} & set(f.parts))


def _program_interpreter(executable: Path) -> str:
    """Return the path in the executable's PT_INTERP header (its dynamic loader).

    Source: System V ABI, ELF-64 object file format, program header table.
    """
    image = executable.read_bytes()[:65536]
    if image[:5] != b"\x7fELF\x02":
        raise ConfigError(f"{executable.name} is not a 64-bit ELF program; mcp-pyexec runs on Linux only.")
    offset, size, count = *struct.unpack_from("<Q", image, 32), *struct.unpack_from("<HH", image, 54)
    for n in range(count):
        kind, _, start, _, _, length = struct.unpack_from("<IIQQQQ", image, offset + n * size)
        if kind == 3:
            return image[start : start + length].rstrip(b"\0").decode()
    raise ConfigError(f"{executable.name} is a static program; use a Python that is linked dynamically.")


def _distributions(names: Iterable[str]) -> Iterator[Bind]:
    bound: set[Path] = set()
    for distribution in _with_dependencies(names):
        for entry in _top_level_entries(distribution):
            source = Path(str(distribution.locate_file(entry)))
            if source not in bound and source.exists():
                bound.add(source)
                yield Bind(source.resolve(), SITE / entry)


def _with_dependencies(names: Iterable[str]) -> list[importlib.metadata.Distribution]:
    found: dict[str, importlib.metadata.Distribution] = {}
    waiting = list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        found[name] = _distribution(name)
        for requirement in _requirements(found[name]):
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return list(found.values())


def _requirements(distribution: importlib.metadata.Distribution) -> Iterator[Requirement]:
    """What a distribution requires, from the raw header (parsing its whole METADATA is slow)."""
    header = (distribution.read_text("METADATA") or "").partition("\n\n")[0]
    for line in re.findall(r"^Requires-Dist: (.+)$", header, re.MULTILINE):
        if "extra ==" not in line:
            yield Requirement(line)


def _distribution(name: str) -> importlib.metadata.Distribution:
    try:
        return importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        raise ConfigError(
            f"The distribution {name!r} that the profile names is not installed beside mcp-pyexec. "
            f"Run: {sys.executable} -m pip install {name}"
        ) from None


def _top_level_entries(distribution: importlib.metadata.Distribution) -> list[str]:
    """The first path component of every installed file, from the raw RECORD (parsing it is slow)."""
    record = distribution.read_text("RECORD")
    if record is None:
        raise ConfigError(
            f"{distribution.name} was installed without a list of its files (RECORD). Reinstall it with pip or uv."
        )
    entries = {line.lstrip('"').partition("/")[0].partition(",")[0] for line in record.splitlines() if line}
    return sorted(entries - {"..", "__pycache__", ""})


def _guest() -> Iterator[Bind]:
    sandbox = bundled("sandbox")
    yield Bind(sandbox / "guest" / "pyexec_guest", GUEST / "pyexec_guest")
    yield Bind(sandbox / "models.json", GUEST / "models.json")
    yield Bind(seccomp_filter(), GUEST / "seccomp.bpf")


def seccomp_filter() -> Path:
    """Return the filter for this machine, after its digest was checked.

    Raises:
        ConfigError: If there is none for this architecture, or the file is not the one that was reviewed.
    """
    folder = bundled("sandbox") / "seccomp"
    name = f"{platform.machine()}.bpf"
    sums = dict(line.split()[::-1] for line in (folder / "SHA256SUMS").read_text("ascii").splitlines())
    if name not in sums:
        raise ConfigError(
            f"There is no seccomp filter for {platform.machine()}; x86_64 and aarch64 are supported."
        )
    if hashlib.sha256((folder / name).read_bytes()).hexdigest() != sums[name]:
        raise ConfigError(f"The seccomp filter {name} does not match SHA256SUMS. Reinstall mcp-pyexec.")
    return folder / name
