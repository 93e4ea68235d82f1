"""Predictions as Arrow tables: labels travel as text, probabilities in the order of the labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

__all__ = ["label_positions", "label_text", "prediction_table", "probability_table"]

_UNKNOWN_CHARACTERS = 200


def label_text(value: Any) -> str:
    """Return how a label is written everywhere: `1` for 1, 1.0 and numpy's 1, `True` for a boolean."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float) and plain.is_integer():
        plain = int(plain)
    return str(plain)


def label_positions(column: pd.Series, labels: Sequence[str]) -> np.ndarray:
    """Return the position of every value in the labels."""
    positions = {text: position for position, text in enumerate(labels)}
    return np.array([positions[label_text(value)] for value in column], dtype=np.int64)


def prediction_table(predicted: Iterable[Any], labels: Sequence[str]) -> pa.Table:
    """Return column `predicted` as text; what is not a label is cut to 200 characters."""
    known = set(labels)
    texts = [label_text(value) for value in predicted]
    cut = [text if text in known else text[:_UNKNOWN_CHARACTERS] for text in texts]
    return pa.table({"predicted": pa.array(cut, pa.string())})


def probability_table(probabilities: np.ndarray, classes: Sequence[int], count: int) -> pa.Table:
    """Return columns p0… for `count` labels; `classes` are the label positions of the given columns."""
    full = np.zeros((len(probabilities), count), dtype=np.float64)
    full[:, np.asarray(classes, dtype=np.int64)] = probabilities
    return pa.table({f"p{position}": full[:, position] for position in range(count)})
