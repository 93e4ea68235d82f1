"""What a parked worker does while it waits, so that a request finds its memory warm.

A clone shares the template's memory until it writes to a page, and a first run or check writes to about a thousand,
in Python even by reading. Every worker goes through a run of nothing by itself, unless a request is there already: a
busy server loses nothing. What takes longer, and more memory (checks, a fit, a frame, a figure), is rehearsed by the
one worker that the host asks in a quiet moment, which is the next to be taken.
"""

from __future__ import annotations

import io
import json
import select
import sys
from collections.abc import Mapping
from typing import Any

from pyexec_guest import execute, policy
from pyexec_guest.hostcalls import HostCalls
from pyexec_guest.wire import Channel

__all__ = ["in_full", "in_passing"]

_QUIET_MS = 1
"""How long nothing has to come; the rehearsal takes three times as long."""

_PARTS = (
    """
import math
import pandas as pd
from collections import Counter

def area(radius: float, *, scale: int = 1) -> float:
    if radius < 0 or not scale:
        raise ValueError(f"radius {radius:.2f} is below zero")
    return math.pi * radius**2 * scale

values = [area(r) for r in range(10) if r % 2 == 0]
counts = Counter(word.lower() for word in "a b a".split())
print("{} of {}".format(sum(values), len(values)), counts["a"])
""",
    """
from dataclasses import dataclass, field

@dataclass
class Account:
    name: str
    history: list[float] = field(default_factory=list)

    def deposit(self, amount: float) -> "Account":
        self.history.append(amount)
        self.total = sum(self.history)
        return self

accounts = {n: Account(n) for n in ("x", "y")}
for name, account in sorted(accounts.items(), key=lambda item: item[0]):
    try:
        account.deposit(1.5).total
    except (KeyError, ValueError) as error:
        print(type(error).__name__, error)
    finally:
        account.history[:] = account.history[-3:]
while len(values := list(accounts)) > 5:
    break
""",
    """
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.DataFrame({"key": ["a", "b", "a"], "value": np.arange(3.0)})
df["share"] = df["value"] / df["value"].sum()
mask = (df["value"] > 0) & ~df["key"].isin(["c"])
out = df[mask].groupby("key", as_index=False).agg(total=("value", "sum")).sort_values("total", ascending=False)
X_train, X_test, y_train, y_test = train_test_split(df[["value"]], df["key"], test_size=0.5, random_state=0)
model = LogisticRegression(max_iter=200).fit(X_train, y_train)
match out.shape:
    case (rows, 2):
        print(f"{rows:>5} rows, {model.score(X_test, y_test):.1%}")
    case _:
        pass
with open("out.csv", "w") as stream:
    stream.write(out.to_csv(index=False))
out
""",
)

_WHOLE = "".join(_PARTS * 2)
"""About a hundred lines, which need as much memory as a program of that size."""


def in_passing(channel: Channel, profile: Mapping[str, Any]) -> None:
    """Run nothing, unless something comes over the channel."""
    waiting = select.poll()
    waiting.register(channel.fileno(), select.POLLIN)
    if not waiting.poll(_QUIET_MS):
        reply = execute.run({"code": "result = [0]\nresult"}, profile, {}, {}, HostCalls(channel))
        json.dumps([reply.values, profile])


def in_full(profile: Mapping[str, Any]) -> None:
    """Check programs of every kind, and do once what data science does most, with the libraries that are there."""
    for program in (*_PARTS, _WHOLE):
        json.dumps(policy.check(program, profile).as_json())
    if "sklearn" in sys.modules:
        _fit()
    if "pandas" in sys.modules:
        _show_frame()
    if "matplotlib.pyplot" in sys.modules:
        _draw()


def _fit() -> None:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    x = np.random.default_rng(0).normal(size=(1000, 10))
    LogisticRegression().fit(x, x[:, 0] > 0).predict(x)


def _show_frame() -> None:
    import pandas as pd

    frame = pd.DataFrame({"key": ["a", "b", "a"] * 100, "value": [1.0, 2.0, 3.0] * 100})
    means = frame.groupby("key").agg(mean=("value", "mean")).reset_index()
    joined = frame.merge(means, on="key").sort_values("mean")
    repr(joined.describe())
    joined.head().to_html()


def _draw() -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.bar(["a", "b"], [1.0, 2.0])
    axes.set_title("x")
    figure.savefig(io.BytesIO(), format="png")
    plt.close(figure)
