"""Things of the host that an attack would touch, and whether it did.

A file, listeners on every kind of socket, an environment variable, a process, device nodes, the keyring, the
folders that the server uses. The secret is known to the host only: wherever it turns up, it was read.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import stat
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from mcp_pyexec.bundled import bundled
from mcp_pyexec.outcomes import Outcome

__all__ = ["Canaries"]

_DEVICES = tuple(Path("/dev") / name for name in ("null", "zero", "full", "random", "urandom"))


class Canaries:
    """A context in which the canaries live. `facts` is what an attacker is told: names and numbers, no secret.

    Args:
        patience_s: How long a run's processes may take to end after it.
    """

    def __init__(self, patience_s: float = 3.0) -> None:
        self._patience_s = patience_s

    def __enter__(self) -> Canaries:
        self.secret = secrets.token_hex(16)
        self.mark = f"pxc{secrets.token_hex(4)}"
        self._stack = contextlib.ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="pyexec-canary-")))
        self._folder.chmod(0o755)
        self._file = self._folder / "secret"
        self._file.write_text(self.secret)
        self._private = self._folder / "private"
        self._private.write_text(self.secret)
        self._private.chmod(0o600)
        self._listen()
        self._variable = f"PYEXEC_CANARY_{self.mark.upper()}"
        os.putenv(self._variable, self.secret)
        self._stack.callback(os.unsetenv, self._variable)
        self._victim = self._start_victim()
        self._before = self._state()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def facts(self) -> dict[str, Any]:
        """Where everything is, as `T` in a probe."""
        return {
            "file": str(self._file),
            "private": str(self._private),
            "folder": str(self._folder),
            "folders": [str(folder) for folder in self._folders()],
            "devices": [str(device) for device in _DEVICES],
            "work": "/work",
            "mark": self.mark,
            "variable": self._variable,
            "pid": self._victim.pid,
            "host_pid": os.getpid(),
            **self._addresses,
        }

    async def harm(self, outcome: Outcome | None = None) -> list[str]:
        """Return what an attack has done, in words; empty if nothing. Waits until the run's processes are gone."""
        found = [] if outcome is None else self.signs_in(outcome)
        found += self._on_the_host()
        left = await self._processes_left()
        return [*found, f"{left} threads of the run go on"] if left else found

    def signs_in(self, outcome: Outcome) -> list[str]:
        """Return what a run's own answer gives away of an escape, in words."""
        return list(self._in_outcome(outcome))

    def revive(self) -> None:
        """Start another victim after an attack that was meant to end it."""
        self._victim.kill()
        self._victim.wait()
        self._victim = self._start_victim()
        self._before = self._state()

    def _on_the_host(self) -> Iterator[str]:
        yield from (
            f"{name} received a message"
            for name, listener in self._listeners.items()
            if _was_reached(listener)
        )
        after = self._state()
        yield from (
            f"{name} is {after[name]} and was {was}"
            for name, was in self._before.items()
            if after[name] != was
        )
        yield from (f"a file was made in {f}" for f in self._folders() if (f / self.mark).exists())

    def _in_outcome(self, outcome: Outcome) -> Iterator[str]:
        texts = [outcome.stdout.text, outcome.stderr.text, repr(outcome.values), repr(outcome.error)]
        bodies = [*outcome.tables.values(), *(file.data for file in outcome.files)]
        everything = "\0".join(texts).encode("utf-8", "replace") + b"\0".join(bodies)
        if self.secret.encode() in everything:
            yield "the secret came out"
        yield from (
            line for line in everything.decode("utf-8", "replace").splitlines() if line.startswith("ESCAPED:")
        )

    async def _processes_left(self) -> int:
        deadline = time.monotonic() + self._patience_s
        while _threads_named(self.mark) and time.monotonic() < deadline:  # noqa: ASYNC110 - nothing announces their end
            await asyncio.sleep(0.02)
        return _threads_named(self.mark)

    def _state(self) -> dict[str, object]:
        """What must be the same afterwards."""
        victim = self._victim.poll()
        return {
            "the canary file": (self._file.read_text() == self.secret, _identity(self._file)),
            "the canary folder": sorted(p.name for p in self._folder.iterdir()),
            "the victim": ("ended", victim) if victim is not None else _state_of(self._victim.pid),
            "the keyring": self.mark in Path("/proc/keys").read_text()
            if Path("/proc/keys").exists()
            else False,
            "the host name": os.uname().nodename,
            **{str(device): _identity(device) for device in _DEVICES},
        }

    def _folders(self) -> Sequence[Path]:
        """Where the server runs from and writes to."""
        places = [self._folder, Path.cwd(), bundled("sandbox") / "guest", Path(sysconfig.get_path("purelib"))]
        places += [
            Path(sysconfig.get_path("stdlib")),
            Path(tempfile.gettempdir()),
            Path("/dev/shm"),  # noqa: S108 - looked at only
            Path("/"),
        ]
        return [place for place in places if place.is_dir()]

    def _start_victim(self) -> subprocess.Popen[bytes]:
        """It waits for the end of its input, which comes with the end of this process, however that ends."""
        victim = subprocess.Popen(
            ["/bin/cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={self._variable: self.secret},
            start_new_session=True,
        )
        assert victim.stdin is not None
        self._stack.callback(victim.stdin.close)
        self._stack.callback(victim.wait)
        self._stack.callback(victim.kill)
        return victim

    def _listen(self) -> None:
        path, datagrams = str(self._folder / "socket"), str(self._folder / "datagrams")
        self._listeners = {
            "the TCP listener": self._server(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            "the UDP listener": self._server(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            "the abstract listener": self._server(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{self.mark}s"),
            "the abstract datagram listener": self._server(
                socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{self.mark}d"
            ),
            "the socket file": self._server(socket.AF_UNIX, socket.SOCK_STREAM, path),
            "the datagram socket file": self._server(socket.AF_UNIX, socket.SOCK_DGRAM, datagrams),
        }
        with contextlib.suppress(OSError):  # a machine without IPv6
            self._listeners["the IPv6 listener"] = self._server(
                socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)
            )
        for name in (path, datagrams):
            Path(name).chmod(0o777)
        six = self._listeners.get("the IPv6 listener")
        self._addresses: dict[str, Any] = {
            "tcp": self._listeners["the TCP listener"].getsockname()[1],
            "udp": self._listeners["the UDP listener"].getsockname()[1],
            "tcp6": six.getsockname()[1] if six else 9,
            "abstract": f"{self.mark}s",
            "abstract_datagram": f"{self.mark}d",
            "socket": path,
            "socket_datagram": datagrams,
        }

    def _server(self, family: int, kind: int, address: Any) -> socket.socket:
        server = self._stack.enter_context(socket.socket(family, kind))
        server.bind(address)
        if kind == socket.SOCK_STREAM:
            server.listen()
        server.setblocking(False)
        return server


def _was_reached(listener: socket.socket) -> bool:
    try:
        if listener.type == socket.SOCK_STREAM:
            listener.accept()[0].close()
        else:
            listener.recv(4096)
    except BlockingIOError:
        return False
    return True


def _identity(path: Path) -> tuple[int, ...]:
    """Mode, owner, links, size and the time of the last change of an inode that others may use meanwhile."""
    info = path.stat()
    common = (info.st_mode, info.st_uid, info.st_gid, info.st_nlink)
    return common if stat.S_ISCHR(info.st_mode) else (*common, info.st_size, info.st_mtime_ns)


def _state_of(pid: int) -> str:
    """Return "alive" or the state that a signal or a tracer put the process in."""
    fields = Path(f"/proc/{pid}/status").read_text()
    state = fields.partition("State:\t")[2][:1]
    traced = fields.partition("TracerPid:\t")[2].split()[0]
    return "alive" if state in "SRD" and traced == "0" else f"{state}, traced by {traced}"


def _threads_named(name: str) -> int:
    """Count the live threads of the machine with a name."""
    found = 0
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            with contextlib.suppress(OSError):  # it may end while it is looked at
                found += sum(_is_live(task, name) for task in (process / "task").iterdir())
    return found


def _is_live(task: Path, name: str) -> bool:
    with contextlib.suppress(OSError):
        state = (task / "stat").read_text().rpartition(")")[2].split()[0]
        return (task / "comm").read_text().strip() == name and state not in "ZX"
    return False
