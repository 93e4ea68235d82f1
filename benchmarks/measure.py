"""Medians and percentiles, printed as the benchmarks do."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

__all__ = ["percentile", "show"]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(name: str, seconds: Sequence[float], against: float | None = None) -> float:
    """Print p50 and p95 in ms, and the ratio of the medians; return the median."""
    median = statistics.median(seconds)
    ratio = f"   ratio {median / against:.2f}" if against else ""
    print(f"{name:<58} p50 {median * 1e3:8.2f} ms   p95 {percentile(seconds, 0.95) * 1e3:8.2f} ms{ratio}")
    return median
