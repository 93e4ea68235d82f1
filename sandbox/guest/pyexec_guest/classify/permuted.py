"""Predictions with one feature shuffled at a time: what importance is computed from, without a label."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa

__all__ = ["permuted_predictions"]

REPEATS = 5
_PREDICTED_ROWS = 60_000
_BATCH_ROWS = 20_000


def permuted_predictions(
    predict: Callable[[pd.DataFrame], np.ndarray], test: pd.DataFrame, seed: int
) -> pa.Table:
    """Return feature, repeat, row (position in `test`) and predicted (label position), all int32.

    Every feature is shuffled five times over the same rows: all of them, or as many as keep the whole at 60,000
    predictions; a table too wide for 20 rows a feature gets an empty answer.
    """
    rng = np.random.default_rng(seed)
    count = min(len(test), _PREDICTED_ROWS // (REPEATS * test.shape[1]))
    if count < min(20, len(test)):
        return _table([], [], [], [])
    rows = np.sort(rng.permutation(len(test))[:count])
    sample = test.iloc[rows].reset_index(drop=True)
    jobs = [(feature, repeat) for feature in range(test.shape[1]) for repeat in range(REPEATS)]
    a_batch = max(1, _BATCH_ROWS // count)
    guesses: list[np.ndarray] = []
    for start in range(0, len(jobs), a_batch):
        frames = [_shuffled(sample, feature, rng) for feature, _ in jobs[start : start + a_batch]]
        guesses.append(predict(pd.concat(frames, ignore_index=True)))
    features, repeats = (np.repeat(column, count) for column in zip(*jobs, strict=True))
    return _table(features, repeats, np.tile(rows, len(jobs)), np.concatenate(guesses))


def _shuffled(sample: pd.DataFrame, feature: int, rng: np.random.Generator) -> pd.DataFrame:
    frame = sample.copy(deep=False)
    column = sample.iloc[:, feature]
    frame[sample.columns[feature]] = column.iloc[rng.permutation(len(sample))].array
    return frame


def _table(*columns: object) -> pa.Table:
    names = ("feature", "repeat", "row", "predicted")
    return pa.table({n: pa.array(c, pa.int32()) for n, c in zip(names, columns, strict=True)})
