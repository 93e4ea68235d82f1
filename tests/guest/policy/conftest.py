"""The profiles with their modules imported as in the template, and a way to run programs under them."""

from __future__ import annotations

import argparse
import copy
import functools
import importlib
import logging
import string
import tempfile
import tomllib
import typing
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import matplotlib
import pytest
from matplotlib import pyplot
from pandas.io.formats import style_render
from sklearn.base import BaseEstimator

from guest.policy.running import Profile
from pyexec_guest import policy
from pyexec_guest.policy import annotations as policy_annotations
from pyexec_guest.policy import hardening, library_hardening

PROFILES = Path(__file__).parents[3] / "sandbox" / "profiles"


def _loaded(name: str) -> Profile:
    profile: dict[str, Any] = tomllib.loads((PROFILES / f"{name}.toml").read_text("utf-8"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for module in profile["preload"]:
            importlib.import_module(module)
    return profile


@pytest.fixture(scope="session")
def moderate() -> Profile:
    importlib.import_module("matplotlib").use("Agg")
    return _loaded("moderate")


@pytest.fixture(scope="session")
def strict() -> Profile:
    return _loaded("strict")


@pytest.fixture(scope="session")
def permissive() -> Profile:
    importlib.import_module("matplotlib").use("Agg")
    return _loaded("permissive")


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    """As in the jail, where joblib finds no semaphores and takes threads."""
    with joblib.parallel_config(backend="threading"):
        yield


@pytest.fixture(autouse=True)
def no_figures() -> Iterator[None]:
    """A program starts with nothing drawn and no setting of another one's, as in a worker of its own."""
    yield
    pyplot.close("all")
    matplotlib.rcdefaults()
    matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def workdir(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working directory for every program, not below /tmp, which programs may use as well."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as created:
        (Path(created) / "work").mkdir()
        monkeypatch.chdir(Path(created) / "work")
        yield Path(created) / "work"
        monkeypatch.undo()


HARDENED: tuple[tuple[Any, str], ...] = (
    (logging.StrFormatStyle, "_format"),
    (string.Formatter, "get_field"),
    (argparse.ArgumentParser, "parse_known_args"),
    (copy, "_reconstruct"),
    (style_render, "_maybe_wrap_formatter"),
    (BaseEstimator, "get_params"),
)


@pytest.fixture
def warmed(monkeypatch: pytest.MonkeyPatch, moderate: Profile) -> Profile:
    """The moderate profile as the template prepares it; what that does to typing is undone afterwards."""
    monkeypatch.setattr(typing.ForwardRef, "_evaluate", typing.ForwardRef._evaluate)
    monkeypatch.setattr(policy_annotations, "_read", None)
    monkeypatch.setattr(functools, "update_wrapper", functools.update_wrapper)
    monkeypatch.setattr(functools.cached_property, "__get__", functools.cached_property.__get__)
    monkeypatch.setattr(hardening, "_done", False)
    for owner, name in HARDENED:
        monkeypatch.setattr(owner, name, vars(owner)[name])
    monkeypatch.setattr(library_hardening, "_done", False)
    policy.warm(moderate)
    return moderate
