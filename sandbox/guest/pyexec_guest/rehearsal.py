"""What a parked worker does while it waits: it checks small programs, so that a request finds its memory warm.

A clone shares the template's memory until it writes to a page, and the first check of a program writes to about a
thousand, in Python even by reading. Nothing is rehearsed once a request is there: a busy server loses nothing.
"""

from __future__ import annotations

import json
import select
from collections.abc import Mapping
from typing import Any

from pyexec_guest import policy
from pyexec_guest.wire import Channel

__all__ = ["while_idle"]

_QUIET_MS = 4
"""How long nothing has to come before each part; a part takes about as long."""

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


def while_idle(channel: Channel, profile: Mapping[str, Any]) -> None:
    """Check the programs one by one until something comes over the channel."""
    waiting = select.poll()
    waiting.register(channel.fileno(), select.POLLIN)
    for part in (*_PARTS, _WHOLE):
        if waiting.poll(_QUIET_MS):
            return
        json.dumps(policy.check(part, profile).as_json())
