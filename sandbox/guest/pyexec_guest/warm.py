"""Imports and first calls that every worker would otherwise pay for.

First calls matter as much as imports: one small fit, frame and figure took a forked sklearn fit from 41 ms to
17 ms. Nothing here may start a thread: a clone would inherit the locks and not the thread.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from pyexec_guest import policy

__all__ = ["preload"]


def preload(modules: Sequence[str], profiles: Sequence[Mapping[str, Any]]) -> None:
    """Import the modules, exercise the libraries among them, and prepare the policy of each profile."""
    importlib.import_module("pyexec_guest.worker")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as joblib's note that it will use threads
        for name in modules:
            importlib.import_module(name)
        if "pandas" in sys.modules:
            _warm_frames()
        if "sklearn" in sys.modules:
            _warm_models()
        if "matplotlib.pyplot" in sys.modules:
            _warm_figures()
        for profile in profiles:
            policy.warm(profile)


def _warm_frames() -> None:
    import pandas as pd
    import pyarrow as pa

    frame = pd.DataFrame({"key": ["a", "b", "a"], "value": [1.0, 2.0, 3.0]})
    frame.groupby("key")["value"].mean()
    repr(frame)
    table = pa.Table.from_pandas(frame, nthreads=1)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    pa.ipc.open_stream(sink.getvalue()).read_all().to_pandas(use_threads=False)


def _warm_models() -> None:
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    importlib.import_module("pyexec_guest.classify")
    x = np.random.default_rng(0).normal(size=(64, 4))
    LogisticRegression().fit(x, x[:, 0] > 0).predict(x)


def _warm_figures() -> None:
    import io

    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    axes.plot([0, 1], [0, 1], label="warm")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png")
    plt.close(figure)
