"""Training and scoring of classifiers, as three jobs that never share a process."""

from __future__ import annotations

from pyexec_guest.classify.fit import fit
from pyexec_guest.classify.models import models_catalogue
from pyexec_guest.classify.score import score
from pyexec_guest.classify.split import split

__all__ = ["fit", "models_catalogue", "score", "split"]
