"""Real tables, and a runner that keeps the workers' jobs apart by passing everything through bytes."""

from __future__ import annotations

import pytest
from scoring.in_process import InProcessJobs


@pytest.fixture
def jobs() -> InProcessJobs:
    return InProcessJobs()
