"""What the modules of a profile must not hand out, by kind of danger.

Names here are looked up in modules that are already imported; nothing is imported for it. A value is known by
identity, so it is recognised under any name and behind any other module.
"""

from __future__ import annotations

import collections
import datetime
import io
import re
import sys
import types
from collections.abc import Iterator
from typing import Any

from pyexec_guest.policy.names import is_dunder
from pyexec_guest.policy.refusals import Refusal

__all__ = [
    "DENIED_COMPONENTS",
    "DENIED_MODULES",
    "FOREIGN_ROOTS",
    "KINDS",
    "closed_names",
    "dangerous_values",
    "find",
]

_DENIED_MODULES_WORDS = """
    numpy.f2py numpy.ctypeslib numpy.distutils numpy.testing._private numpy.lib.format numpy.lib._format_impl
    numpy.lib.npyio numpy.lib._npyio_impl numpy.lib._datasource pandas.compat.pickle_compat pandas.io.pickle
    pandas.io.clipboard pandas._testing pandas.core.computation pandas.io.common pandas.io.sql
    pandas.io.pytables scipy._lib scipy.datasets scipy.io._fast_matrix_market sklearn.externals
    sklearn.utils.parallel sklearn.datasets._base sklearn.datasets._openml
    sklearn.datasets._california_housing sklearn.datasets._covtype sklearn.datasets._kddcup99
    sklearn.datasets._lfw sklearn.datasets._olivetti_faces sklearn.datasets._rcv1
    sklearn.datasets._species_distributions sklearn.datasets._twenty_newsgroups sklearn.utils._joblib
    matplotlib.testing matplotlib.texmanager matplotlib.dviread matplotlib.animation matplotlib.cbook
    matplotlib.sphinxext logging.config logging.handlers json.tool asyncio.subprocess asyncio.base_subprocess
    concurrent.futures.process dateutil.zoneinfo.rebuild pyarrow.fs pyarrow.flight pyarrow.cffi pyarrow.jvm
    pyarrow.substrait pyarrow.cuda joblib.externals joblib.numpy_pickle joblib.memory
"""
DENIED_MODULES = frozenset(_DENIED_MODULES_WORDS.split())
"""Parts of allowed packages that only reach out: build tools, native memory, unpickling, downloads, processes."""

DENIED_COMPONENTS = frozenset({"tests", "conftest", "_testing", "_build_utils", "_pyinstaller"})
"""Parts of any package that hold its test suite and its build, which start processes."""

_FOREIGN_ROOTS_WORDS = """
    os posix nt sys builtins subprocess _posixsubprocess ctypes _ctypes importlib _frozen_importlib
    _frozen_importlib_external pickle _pickle cPickle marshal shelve shutil socket _socket ssl _ssl
    multiprocessing inspect gc code codeop codecs _codecs pty signal _signal mmap resource urllib http ftplib
    webbrowser runpy imp zipimport pkgutil dis site sysconfig platform pdb bdb trace tracemalloc cloudpickle
    loky cffi pydoc unittest doctest atexit faulthandler fcntl select selectors tarfile zipfile
"""
HARMLESS_MODULES = frozenset({"array", "copy", "math", "random", "string", "time"})
"""Modules that another package may hand out if the profile has them: small, walked like the package itself, and
called like methods (`x.copy()`, `rng.random()`) that would otherwise pay for a guard."""

FOREIGN_ROOTS = frozenset(_FOREIGN_ROOTS_WORDS.split())
"""Modules whose functions and classes are refused when another package hands them out by its own attributes."""

_DANGEROUS: dict[str, tuple[str, str, str]] = {
    "unpickling": (
        "pandas:read_pickle pandas:read_hdf pandas:HDFStore joblib:load joblib:Memory pickle:load pickle:loads "
        "pickle:Unpickler _pickle:load _pickle:loads _pickle:Unpickler marshal:loads marshal:load "
        "sklearn.utils._joblib:load",
        "reads a pickle, which can run any code it holds",
        "Use query_sql or dataset for rows, pd.read_csv or pd.read_parquet for files, and a session to keep objects.",
    ),
    "runs-source": (
        "builtins:exec builtins:eval builtins:compile builtins:__import__ builtins:input builtins:breakpoint "
        "numpy.testing:measure numpy.testing:runstring numpy.testing:rundocs numpy.testing:run_threaded "
        "argparse:FileType pandas:test numpy:test scipy:test sklearn:show_versions pandas:show_versions "
        "numpy:show_config timeit:timeit timeit:repeat timeit:Timer importlib:import_module importlib:reload "
        "ast:compile logging.config:dictConfig logging.config:listen typing:_eval_type",
        "runs text as code, or code of another program",
        "Write the code itself.",
    ),
    "format-fields": (
        "string:Formatter",
        "walks attributes named by text (CVE-2023-41039)",
        "Use an f-string or str.format with plain fields.",
    ),
    "native-memory": (
        "numpy.lib.stride_tricks:as_strided scipy:LowLevelCallable numpy:from_dlpack pyarrow:foreign_buffer",
        "reads and writes raw memory",
        "Use numpy.lib.stride_tricks.sliding_window_view or ordinary slices.",
    ),
    "network": (
        "sklearn.datasets:fetch_openml sklearn.datasets:fetch_20newsgroups sklearn.datasets:fetch_file "
        "sklearn.datasets:fetch_20newsgroups_vectorized sklearn.datasets:fetch_california_housing "
        "sklearn.datasets:fetch_covtype sklearn.datasets:fetch_kddcup99 sklearn.datasets:fetch_lfw_pairs "
        "sklearn.datasets:fetch_lfw_people sklearn.datasets:fetch_olivetti_faces sklearn.datasets:fetch_rcv1 "
        "sklearn.datasets:fetch_species_distributions asyncio:open_connection asyncio:start_server "
        "asyncio:create_subprocess_exec asyncio:create_subprocess_shell pandas:read_gbq",
        "needs a network, and the jail has none",
        "Use query_sql for rows, or load_iris, load_wine, make_classification and the like from sklearn.datasets.",
    ),
    "database": (
        "pandas:read_sql pandas:read_sql_query pandas:read_sql_table",
        "opens a database, and the jail has none",
        "Use query_sql(sql), which returns a DataFrame.",
    ),
    "module-write": (
        "enum:global_enum enum:_simple_enum enum:_test_simple_enum",
        "writes into the module that a class names as its own",
        "Use the members by the name of their class: Color.RED.",
    ),
    "process": (
        "matplotlib:_get_executable_info pandas:read_clipboard os:system os:popen subprocess:Popen subprocess:run "
        "subprocess:check_output subprocess:call os:fork os:forkpty sys:_getframe "
        "os:execl os:execle os:execlp os:execlpe os:execv os:execve os:execvp os:execvpe os:spawnl os:spawnle "
        "os:spawnlp os:spawnlpe os:spawnv os:spawnve os:spawnvp os:spawnvpe os:posix_spawn os:posix_spawnp "
        "os:kill os:killpg os:abort os:_exit os:wait os:waitpid "
        "sys:settrace sys:setprofile threading:settrace threading:setprofile "
        "builtins:globals builtins:locals",
        "starts a process or looks into one, and the jail has no programs to start",
        "Compute in Python; read rows with query_sql(...).",
    ),
}


_CLOSED_MODULES_WORDS = """
    os posix sys subprocess _posixsubprocess ctypes _ctypes importlib importlib.util importlib.machinery
    importlib._bootstrap importlib._bootstrap_external shutil socket _socket pickle _pickle marshal
"""
_ALWAYS_CLOSED_WORDS = """
    exec compile globals locals breakpoint currentframe getouterframes get_objects get_referrers get_referents
    run call open eval
"""
_ORDINARY_TYPES: tuple[type, ...] = (
    str,
    bytes,
    list,
    dict,
    set,
    tuple,
    int,
    float,
    complex,
    slice,
    range,
    property,
    type,
    BaseException,
    OSError,
    io.TextIOWrapper,
    io.BytesIO,
    io.StringIO,
    datetime.datetime,
    datetime.timedelta,
    collections.deque,
    collections.Counter,
    re.Pattern,
    re.Match,
)
_ORDINARY_WORDS = (
    "name path error version size flags stack queue code state stdin stdout stderr exit argv platform"
)


def closed_names() -> set[str]:
    """Return attribute names of modules that no profile has, but for those that ordinary objects have too.

    If a program ever holds such a module, it cannot read one of these from it: the guard refuses real modules.
    """
    words = {*_ALWAYS_CLOSED_WORDS.split(), *FOREIGN_ROOTS, *(f"_{root}" for root in FOREIGN_ROOTS)}
    for name in _CLOSED_MODULES_WORDS.split():
        if sys.modules.get(name) is not None:
            words |= {word for word in vars(sys.modules[name]) if not is_dunder(word) and not word.isupper()}
    frames = map(find, ("pandas:DataFrame", "pandas:Series", "numpy:ndarray"))
    ordinary = {word for kind in (*_ORDINARY_TYPES, *filter(None, frames)) for word in dir(kind)}
    return (words - ordinary - set(_ORDINARY_WORDS.split())) | set(_ALWAYS_CLOSED_WORDS.split())


KINDS = tuple(_DANGEROUS)
"""The rules under which values are refused."""


def find(dotted: str) -> Any:
    """Return `module:name` if the module is imported and has it, else None."""
    module, _, name = dotted.partition(":")
    imported = sys.modules.get(module)
    return None if imported is None else vars(imported).get(name)


def dangerous_values() -> dict[int, tuple[Any, Refusal]]:
    """Return the refused values by identity; each is held, so that its identity stays its own."""
    return {id(value): (value, refusal) for value, refusal in _refused_values()}


def _refused_values() -> Iterator[tuple[Any, Refusal]]:
    for rule, (entries, why, instead) in _DANGEROUS.items():
        for dotted in entries.split():
            value = find(dotted)
            if value is not None:
                yield (
                    value,
                    Refusal(rule, f"`{dotted.replace(':', '.').removeprefix('builtins.')}` {why}.", instead),
                )
    modules = Refusal("module-hop", "`sys.modules` reaches every module.", "Import what you need by name.")
    yield sys.modules, modules
    yield (
        types.FunctionType,
        Refusal("runs-source", "`FunctionType` makes functions from code.", "Use def."),
    )
    yield types.CodeType, Refusal("runs-source", "`CodeType` makes code objects.", "Use def or lambda.")
