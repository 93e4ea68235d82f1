"""CPU time of pure-Python kernels under the policy against plain CPython, in one process.

Each kernel runs alternately both ways; the best of several rounds counts, as noise only adds. Prints one row a
kernel, the geometric mean (to reach: at most 1.10) and the worst (at most 1.40); exits 1 beyond either.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import math
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
ROUNDS = 9

KERNELS = {
    "sieve": """
def kernel():
    n = 200_000
    flags = [True] * (n + 1)
    for p in range(2, int(n**0.5) + 1):
        if flags[p]:
            for m in range(p * p, n + 1, p):
                flags[m] = False
    return sum(flags)
""",
    "n-body": """
class Body:
    def __init__(self, x, y, z, vx, vy, vz, mass):
        self.x, self.y, self.z = x, y, z
        self.vx, self.vy, self.vz = vx, vy, vz
        self.mass = mass

def advance(bodies, dt, steps):
    pairs = [(a, b) for i, a in enumerate(bodies) for b in bodies[i + 1:]]
    for _ in range(steps):
        for a, b in pairs:
            dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
            mag = dt * (dx * dx + dy * dy + dz * dz + 0.01) ** -1.5
            am, bm = a.mass * mag, b.mass * mag
            a.vx -= dx * bm
            a.vy -= dy * bm
            a.vz -= dz * bm
            b.vx += dx * am
            b.vy += dy * am
            b.vz += dz * am
        for body in bodies:
            body.x += dt * body.vx
            body.y += dt * body.vy
            body.z += dt * body.vz

def kernel():
    bodies = [Body(i, i * 2 % 3, i * 3 % 5, 0.1 * i, 0.0, 0.2, 1.0 + i) for i in range(5)]
    advance(bodies, 0.01, 2_500)
    return bodies[0].x
""",
    "word-count": """
text = "the quick brown fox jumps over the lazy dog and, then. runs away from the other dog! " * 400

def kernel():
    counts = {}
    for line in text.split("."):
        for word in line.replace(",", " ").replace("!", " ").lower().split():
            counts[word] = counts.get(word, 0) + 1
            counts[word[0]] = counts.get(word[0], 0) + len(word)
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:5]
""",
    "matrix-lists": """
def kernel():
    n = 60
    a = [[(i * j) % 7 for j in range(n)] for i in range(n)]
    b = [[(i + j) % 5 for j in range(n)] for i in range(n)]
    out = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            for k in range(n):
                out[i][j] += a[i][k] * b[k][j]
    return out[3][4]
""",
    "dataclasses": """
from dataclasses import dataclass, field

@dataclass
class Account:
    name: str
    balance: float = 0.0
    history: list = field(default_factory=list)

    def deposit(self, amount):
        self.balance += amount
        self.history.append(amount)

    @property
    def average(self):
        return self.balance / max(len(self.history), 1)

def kernel():
    accounts = [Account(f"a{i}") for i in range(300)]
    for step in range(60):
        for account in accounts:
            account.deposit(step * 1.5)
            if step % 10 == 0:
                account.name = account.name.upper()
    return sum(account.average for account in accounts)
""",
    "string-building": """
def kernel():
    parts = []
    for i in range(20_000):
        parts.append(f"{i:05d}|{i * 1.5:.2f}|{'odd' if i % 2 else 'even'}")
        if i % 3 == 0:
            parts.append("{}-{}".format(i, len(parts)))
    text = "\\n".join(parts)
    return len(text), text.count("odd"), text[:40].upper()
""",
    "recursion": """
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def permutations(items):
    if len(items) <= 1:
        return [items]
    return [[x] + rest for i, x in enumerate(items) for rest in permutations(items[:i] + items[i + 1:])]

def kernel():
    return fib(21), len(permutations(list(range(6))))
""",
    "linked-list": """
class Node:
    def __init__(self, value, next=None):
        self.value = value
        self.next = next

def kernel():
    head = None
    for i in range(30_000):
        head = Node(i, head)
    previous = None
    while head:
        head.next, previous, head = previous, head, head.next
    total, node = 0, previous
    while node is not None:
        total += node.value
        node = node.next
    return total
""",
    "copies": """
def kernel():
    board = [[0] * 8 for _ in range(8)]
    seen = set()
    for i in range(6_000):
        row = board[i % 8].copy()
        row[i % 7] ^= 1
        board[i % 8] = row
        seen.add(tuple(row))
    queue = list(range(2_000))
    while queue:
        queue.remove(queue[0])
    return len(seen)
""",
}


def main() -> int:
    """Print the table; return 0 if both figures are reached."""
    profile = _warmed_profile("moderate")
    ratios = {name: _ratio(source, profile) for name, source in KERNELS.items()}
    mean = math.exp(sum(math.log(ratio) for ratio in ratios.values()) / len(ratios))
    worst = max(ratios.values())
    for name, ratio in ratios.items():
        print(f"{name:<18}{ratio:6.3f}")
    print(f"{'geometric mean':<18}{mean:6.3f}   to reach: 1.10\n{'worst':<18}{worst:6.3f}   to reach: 1.40")
    return int(mean > 1.10 or worst > 1.40)


def _warmed_profile(name: str) -> dict[str, Any]:
    sys.path.insert(0, str(ROOT / "sandbox" / "guest"))
    profile = tomllib.loads((ROOT / "sandbox" / "profiles" / f"{name}.toml").read_text("utf-8"))
    for module in profile["preload"]:
        importlib.import_module(module)
    importlib.import_module("pyexec_guest.policy").warm(profile)
    return profile


def _ratio(source: str, profile: dict[str, Any]) -> float:
    plain, guarded = _plain_kernel(source), _guarded_kernel(source, profile)
    if plain() != guarded():
        raise SystemExit("a kernel computes something else under the policy")
    times: dict[str, list[float]] = {"plain": [], "guarded": []}
    gc.disable()
    for _ in range(ROUNDS):
        times["plain"].append(_cpu_s(plain))
        times["guarded"].append(_cpu_s(guarded))
    gc.enable()
    return min(times["guarded"]) / min(times["plain"])


def _cpu_s(kernel: Callable[[], Any]) -> float:
    start = time.process_time()
    kernel()
    return time.process_time() - start


def _plain_kernel(source: str) -> Callable[[], Any]:
    namespace: dict[str, Any] = {"__name__": "__main__", "__builtins__": builtins}
    exec(compile(source, "<kernel>", "exec", dont_inherit=True), namespace)
    kernel: Callable[[], Any] = namespace["kernel"]
    return kernel


def _guarded_kernel(source: str, profile: dict[str, Any]) -> Callable[[], Any]:
    policy = importlib.import_module("pyexec_guest.policy")
    prepared = policy.prepare(source, profile)
    namespace: dict[str, Any] = policy.new_namespace(profile)
    exec(prepared.body, namespace)
    kernel: Callable[[], Any] = namespace["kernel"]
    return kernel


if __name__ == "__main__":
    sys.exit(main())
