"""A profile as the policy reads it: which modules and names a program may import."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyexec_guest.policy.catalog import DENIED_COMPONENTS, DENIED_MODULES
from pyexec_guest.policy.refusals import Refusal

__all__ = ["Rules", "rules_of"]

_INSTEAD = {
    "os": "There is no shell and no environment in the jail; files, where the profile has any, are opened by open() "
    "and pathlib.Path.",
    **dict.fromkeys(
        ("os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv", "os.unsetenv"),
        "There is no environment in the jail: assign the value in the code, or read it from a file or a dataset.",
    ),
    **dict.fromkeys(
        ("os.open", "os.fdopen", "os.read", "os.write", "os.close", "os.dup", "os.dup2", "os.pipe"),
        "Descriptors are not open to programs: use open() and pathlib.Path for files of the working directory.",
    ),
    **dict.fromkeys(
        ("os.chdir", "os.fchdir", "os.chroot"),
        "The working directory stays what it is: give paths relative to it.",
    ),
    **dict.fromkeys(
        ("os.removedirs", "os.renames"), "Use os.rmdir or os.rename, or the methods of pathlib.Path."
    ),
    "subprocess": "There are no programs in the jail to start: compute in Python.",
    "shutil": "Use pathlib.Path for files in the working directory.",
    "pickle": "Reading a pickle runs code: use json, or keep the objects in a session.",
    "joblib": "Keep the objects in a session.",
    "sqlite3": "Read rows with query_sql(sql), which returns a DataFrame.",
    "sqlalchemy": "Read rows with query_sql(sql), which returns a DataFrame.",
    "duckdb": "Read rows with query_sql(sql), which returns a DataFrame.",
    "psycopg2": "Read rows with query_sql(sql), which returns a DataFrame.",
    "requests": "There is no network in the jail: read rows with query_sql(...).",
    "urllib": "There is no network in the jail: read rows with query_sql(...); urllib.parse can be imported.",
    "socket": "There is no network in the jail.",
    "ctypes": "Native code is out of reach: use numpy for speed.",
    "seaborn": "Draw with matplotlib.pyplot or DataFrame.plot.",
    "plotly": "Draw with matplotlib.pyplot.",
    "tensorflow": "Use sklearn.neural_network or another model of sklearn.",
    "torch": "Use sklearn.neural_network or another model of sklearn.",
    "xgboost": "Use sklearn.ensemble.HistGradientBoostingClassifier.",
    "lightgbm": "Use sklearn.ensemble.HistGradientBoostingClassifier.",
    "statsmodels": "Use scipy.stats or sklearn.linear_model.",
    "multiprocessing": "Use numpy, or concurrent.futures.ThreadPoolExecutor.",
    "importlib": "Write an import statement at the top.",
    "inspect": "Read the attributes you need by name.",
}


@dataclass(frozen=True)
class Rules:
    """What a profile allows.

    Attributes:
        imports: Modules a program may import, with their submodules.
        names: Of these modules, only these names.
    """

    profile: str
    restricted: bool
    imports: frozenset[str]
    names: Mapping[str, frozenset[str]]
    builtins_removed: frozenset[str]
    builtins_added: frozenset[str]
    files: str
    """`working-directory`, or `none`."""
    parents: frozenset[str]
    """Packages that are not allowed themselves but hold a module that is, such as `os` for `os.path`."""

    def allows(self, module: str) -> bool:
        """Whether a program may hold this module."""
        if module in self.imports:
            return True
        prefixes = _prefixes(module)
        if any(prefix in DENIED_MODULES for prefix in (*prefixes, module)):
            return False
        if not DENIED_COMPONENTS.isdisjoint(module.split(".")):
            return False
        return any(prefix in self.imports and prefix not in self.names for prefix in prefixes)

    def why_not(self, module: str) -> Refusal | None:
        """Return why a module may not be imported, or None if it may."""
        if self.allows(module):
            return None
        root = module.partition(".")[0]
        if root in self.imports:
            what = f"`{module}` is not in profile {self.profile}, though other parts of `{root}` are"
        else:
            what = f"`{module}` is not in profile {self.profile}"
        return Refusal("import", f"{what}; the profile allows {self._shown()}.", self._instead(module, root))

    def no_files(self) -> Refusal | None:
        """Return why no file may be opened, or None if those of the working directory may."""
        if self.files != "none":
            return None
        return Refusal(
            "path",
            f"Profile {self.profile} has no files.",
            "Use io.StringIO for text in memory; print or return what you would write.",
        )

    def instead_of(self, name: str) -> str | None:
        """Return what to write instead of `module.name`, or None if there is nothing particular to say."""
        return _INSTEAD.get(name)

    def _instead(self, module: str, root: str) -> str:
        if root in _INSTEAD:
            return _INSTEAD[root]
        near = difflib.get_close_matches(module, self.imports, n=1, cutoff=0.6)
        return (
            f"Did you mean `{near[0]}`?"
            if near
            else "Use a module of the profile, or write the function yourself."
        )

    def _shown(self) -> str:
        roots = sorted({name.partition(".")[0] for name in self.imports if not name.startswith("_")})
        first = [name for name in ("numpy", "pandas", "sklearn", "scipy", "matplotlib") if name in roots]
        rest = [name for name in roots if name not in first]
        shown = [*first, "math", "json", "re", "datetime", "collections", "itertools", "statistics"][:9]
        shown = [name for name in shown if name in roots]
        return ", ".join(shown) + f" and {len(first) + len(rest) - len(shown)} more"


def _prefixes(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


_known: dict[str, Rules] = {}


def rules_of(profile: Mapping[str, Any]) -> Rules:
    """Return the rules of a parsed profile file; equal content gives the same object."""
    keys = ("name", "restricted", "imports", "names", "builtins_removed", "builtins_added", "files")
    content = json.dumps([profile.get(key) for key in keys], sort_keys=True)
    if content not in _known:
        _known[content] = _read(profile)
    return _known[content]


def _read(profile: Mapping[str, Any]) -> Rules:
    imports = frozenset(profile["imports"])
    return Rules(
        profile=str(profile["name"]),
        restricted=bool(profile["restricted"]),
        imports=imports,
        names={module: frozenset(names) for module, names in profile.get("names", {}).items()},
        builtins_removed=frozenset(profile.get("builtins_removed", ())),
        builtins_added=frozenset(profile.get("builtins_added", ())),
        files=str(profile["files"]),
        parents=frozenset(p for name in imports for p in _prefixes(name)) - imports,
    )
