"""The list that people read names exactly the models that exist."""

from __future__ import annotations

from dataclasses import asdict

from mcp_pyexec import scoring
from pyexec_guest.classify import models_catalogue
from pyexec_guest.classify.models import AUTO, MODELS


def test_the_catalogue_names_every_model_and_no_other() -> None:
    assert [entry["name"] for entry in models_catalogue()] == ["auto", *MODELS]
    assert all(name in models_catalogue()[0]["description"] for name in AUTO)


def test_host_and_guest_read_the_same_catalogue() -> None:
    assert [asdict(entry) for entry in scoring.models_catalogue()] == models_catalogue()
