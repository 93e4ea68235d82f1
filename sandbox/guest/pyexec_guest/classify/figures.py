"""The pictures of a scored classifier, as PNG: about 800 pixels wide, colours that colour-blind readers tell apart.

No pyplot here: figures are plain objects, so nothing is kept between jobs.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from sklearn.metrics import roc_auc_score, roc_curve

from pyexec_guest.replies import GuestFile

__all__ = ["Drawing", "draw"]

_DPI = 144
_WIDTH = 5.6
_BLUE, _ORANGE, _GREY, _INK = "#0072B2", "#D55E00", "#8a8f98", "#22262b"
_LETTER = 0.078
_MOST_FEATURES = 15
_CELLS_WITH_SHARE = 10
_CELLS_WITH_COUNT = 25


@dataclass(frozen=True)
class Drawing:
    """What the pictures share; `actual` are class numbers, `probabilities` rows x classes."""

    target: str
    model: str
    labels: Sequence[str]
    actual: np.ndarray
    probabilities: np.ndarray | None
    positive: int | None


def draw(
    drawing: Drawing,
    matrix: Mapping[str, Any],
    importance: Sequence[Mapping[str, Any]],
    calibrated: Mapping[str, Any] | None,
) -> tuple[GuestFile, ...]:
    """Return the confusion matrix, then importance, ROC and calibration curve where they exist."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a label in a script that the font lacks is drawn as boxes
        return tuple(_pictures(drawing, matrix, importance, calibrated))


def _pictures(
    drawing: Drawing,
    matrix: Mapping[str, Any],
    importance: Sequence[Mapping[str, Any]],
    calibrated: Mapping[str, Any] | None,
) -> list[GuestFile]:
    files = [_png("confusion_matrix.png", _confusion(drawing, matrix))]
    if importance:
        files.append(_png("importance.png", _importance(drawing, importance)))
    if calibrated is not None and drawing.probabilities is not None and drawing.positive is not None:
        if len(np.unique(drawing.actual)) == 2:
            files.append(
                _png("roc.png", _roc(drawing, drawing.probabilities[:, drawing.positive], drawing.positive))
            )
        files.append(_png("calibration.png", _calibration(drawing, calibrated)))
    return files


def _png(name: str, figure: Figure) -> GuestFile:
    buffer = io.BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(buffer, format="png", pil_kwargs={"compress_level": 4})
    return GuestFile(name, "image/png", buffer.getvalue())


def _axes(
    height: float, title: str, subtitle: str, *, left: float = 0.75, bottom: float = 0.55
) -> tuple[Figure, Axes]:
    """Return a figure with one plot; `left` and `bottom` are the inches that its tick labels need."""
    figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, facecolor="white")
    axes = figure.add_subplot()
    figure.subplots_adjust(
        left=left / _WIDTH, right=1 - 0.22 / _WIDTH, bottom=bottom / height, top=1 - 0.68 / height
    )
    top = 1 - 0.27 / height
    figure.text(0.02, top, _plain(title, 56), fontsize=12, fontweight="bold", color=_INK)
    figure.text(0.02, top - 0.22 / height, _plain(subtitle, 95), fontsize=8.5, color="#555b63")
    axes.tick_params(labelsize=9, colors=_INK, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure, axes


def _plain(text: str, characters: int = 22) -> str:
    """Return the text on one line, cut in the middle, and with `$` kept from starting a formula."""
    line = "".join(c if c.isprintable() else " " for c in str(text))
    tail = characters // 3
    cut = line if len(line) <= characters else f"{line[: characters - tail - 1]}…{line[-tail:]}"
    return cut.replace("$", r"\$")


def _confusion(drawing: Drawing, matrix: Mapping[str, Any]) -> Figure:
    counts = np.array(matrix["counts"])
    names = [_plain(label) for label in matrix["labels"]]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    size = len(names)
    right = int(np.trace(counts))
    subtitle = f"{drawing.model}: {right} of {len(drawing.actual)} test rows right; colour: share of the actual class"
    longest = max(map(len, names))
    steep = 90 if size > _CELLS_WITH_SHARE else 30 if longest * size > 48 else 0
    title = f"Confusion matrix: {drawing.target}"
    room = {
        "left": 0.5 + _LETTER * longest,
        "bottom": 0.6 + 0.9 * _LETTER * longest * np.sin(np.radians(steep)),
    }
    figure, axes = _axes(min(4.0 + 0.18 * size, 8.0), title, subtitle, **room)
    axes.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=2)
    axes.invert_yaxis()
    middles = np.arange(size) + 0.5
    axes.set_xticks(middles, names)
    if steep:
        axes.tick_params(axis="x", labelrotation=steep)
        for tick in axes.get_xticklabels():
            tick.set(ha="right", va="center" if steep == 90 else "top", rotation_mode="anchor")
    axes.set_yticks(middles, names)
    axes.set_xlabel("predicted", color=_INK)
    axes.set_ylabel("actual", color=_INK)
    _fill_cells(axes, counts, shares)
    return figure


def _fill_cells(axes: Axes, counts: np.ndarray, shares: np.ndarray) -> None:
    size = len(counts)
    if size > _CELLS_WITH_COUNT:
        return
    font = 15 if size <= 3 else 10 if size <= 6 else 7.5 if size <= 12 else 5
    for (row, column), count in np.ndenumerate(counts):
        share = shares[row, column]
        colour = "white" if share > 0.55 else _INK if count else _GREY
        text = f"{count}\n{share:.0%}" if size <= _CELLS_WITH_SHARE and count else str(count)
        axes.text(
            column + 0.5,
            row + 0.5,
            text,
            ha="center",
            va="center",
            fontsize=font,
            color=colour,
            linespacing=1.2,
        )


def _importance(drawing: Drawing, importance: Sequence[Mapping[str, Any]]) -> Figure:
    shown = list(importance[:_MOST_FEATURES])[::-1]
    more = len(importance) - len(shown)
    title = f"What {drawing.model} relies on: {drawing.target}"
    subtitle = "what shuffling a feature costs: mean and spread of 5 shuffles" + (
        f"; {more} weaker ones not shown" if more else ""
    )
    names = [_plain(entry["feature"], 28) for entry in shown]
    room = {"left": 0.25 + _LETTER * max(map(len, names))}
    figure, axes = _axes(1.5 + 0.27 * len(shown), title, subtitle, **room)
    rows = np.arange(len(shown))
    means, spread = (np.array([entry[key] for entry in shown]) for key in ("mean", "std"))
    axes.barh(rows, means, height=0.66, color=np.where(means > 0, _BLUE, _GREY))
    axes.hlines(rows, means - spread, means + spread, color=_INK, linewidth=1.2)
    axes.set_yticks(rows, names)
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.axvline(0, color=_INK, linewidth=0.8)
    axes.grid(axis="x", color="#e3e6ea", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_xlabel("drop of balanced accuracy", color=_INK)
    return figure


def _unit_square(axes: Axes) -> None:
    axes.plot([0, 1], [0, 1], color=_GREY, linewidth=1, linestyle=(0, (4, 3)))
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.grid(color="#e3e6ea", linewidth=0.8)
    axes.set_axisbelow(True)


def _roc(drawing: Drawing, chance: np.ndarray, positive: int) -> Figure:
    found = drawing.actual == positive
    false, true, _ = roc_curve(found, chance)
    label = drawing.labels[positive]
    area = roc_auc_score(found, chance)
    figure, axes = _axes(
        4.6, f"ROC curve: {drawing.target}", f"{drawing.model}, finding {label!r}; area {area:.3f}"
    )
    _unit_square(axes)
    axes.fill_between(false, true, color=_BLUE, alpha=0.10, linewidth=0)
    axes.plot(false, true, color=_BLUE, linewidth=2)
    axes.text(0.56, 0.48, "by chance", color="#555b63", fontsize=9)
    axes.set_xlabel(_plain(f"other rows taken for {label!r}", 60), color=_INK)
    axes.set_ylabel(_plain(f"{label!r} rows found", 40), color=_INK)
    return figure


def _calibration(drawing: Drawing, calibrated: Mapping[str, Any]) -> Figure:
    bins = calibrated["bins"]
    label = calibrated["positive"]
    subtitle = f"{drawing.model}; expected error {calibrated['expected_error']:.3f}; numbers are test rows"
    figure, axes = _axes(4.6, f"Calibration: {drawing.target}", subtitle)
    _unit_square(axes)
    x, y = [b["predicted"] for b in bins], [b["observed"] for b in bins]
    axes.plot(x, y, color=_ORANGE, linewidth=1.6)
    largest = max(b["count"] for b in bins)
    axes.scatter(
        x, y, s=[25 + 110 * b["count"] / largest for b in bins], color=_ORANGE, zorder=3, clip_on=False
    )
    for entry in bins:
        above = entry["observed"] < 0.9
        axes.annotate(
            str(entry["count"]),
            (entry["predicted"], entry["observed"]),
            xytext=(0, 9 if above else -9),
            textcoords="offset points",
            ha="center",
            va="bottom" if above else "top",
            fontsize=8,
            color=_INK,
        )
    axes.set_xlabel(_plain(f"predicted probability of {label!r}", 60), color=_INK)
    axes.set_ylabel(_plain(f"share of rows that are {label!r}", 40), color=_INK)
    return figure
