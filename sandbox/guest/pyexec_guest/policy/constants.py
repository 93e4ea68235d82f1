"""What the constants and shapes in a program give away before it runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from pyexec_guest.policy.annotations import annotation_refusal
from pyexec_guest.policy.attributes import attribute_refusal
from pyexec_guest.policy.expressions import METHODS_BY_NAME, dispatch_refusal, expression_refusal
from pyexec_guest.policy.facts import Facts
from pyexec_guest.policy.formats import format_refusal
from pyexec_guest.policy.handlers import FILE_METHODS, PATH_METHODS
from pyexec_guest.policy.os_functions import OS_PATHS
from pyexec_guest.policy.paths import PATH_KEYWORDS, path_refusal
from pyexec_guest.policy.refusals import Refusal
from pyexec_guest.policy.surface import Surface
from pyexec_guest.policy.tree import children

__all__ = ["annotation_text_refusal", "call_refusals", "class_refusals", "is_plain_receiver"]

_READERS = ("read_", "load", "genfromtxt", "fromfile", "memmap", "save", "imread", "imsave", "fetch_")


def is_plain_receiver(node: ast.Attribute) -> bool:
    """Whether an attribute is read from a literal, where only `format` with attribute fields needs a guard."""
    if isinstance(
        node.value, ast.List | ast.Dict | ast.Set | ast.Tuple | ast.ListComp | ast.DictComp | ast.SetComp
    ):
        return not node.attr.startswith("__")
    if not isinstance(node.value, ast.Constant) or node.attr.startswith("__"):
        return False
    if node.attr not in ("format", "format_map") or not isinstance(node.value.value, str):
        return True
    return "." not in "".join(part.partition("}")[0] for part in node.value.value.split("{")[1:])


def annotation_text_refusal(annotation: ast.expr) -> Refusal | None:
    """Return why text in an annotation is refused, or None; metadata of Annotated and values of Literal are data."""
    stack: list[ast.AST] = [annotation]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Subscript) and _last_name(node.value) in ("Literal", "Annotated"):
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            refusal = annotation_refusal(node.value)
            if refusal is not None:
                return refusal
        stack.extend(children(node))
    return None


def class_refusals(node: ast.ClassDef) -> Iterator[Refusal]:
    """Yield why a class may not be defined as it is."""
    for base in node.bases:
        if _last_name(base) in ("ExceptionGroup", "BaseExceptionGroup"):
            yield Refusal(
                "exception-group",
                "A subclass of ExceptionGroup can confuse `except*` in the interpreter (CVE-2025-22153).",
                "Raise ExceptionGroup itself, with your own exceptions in it.",
            )


def call_refusals(node: ast.Call, facts: Facts, surface: Surface) -> Iterator[Refusal]:
    """Yield why a call is refused by what its constants say."""
    name = _last_name(node.func)
    if isinstance(node.func, ast.Attribute) and name in _PATH_CALLS:
        yield from _path_refusals(node)
    if name in OS_PATHS:
        yield from _os_path_refusals(node, facts)
    if (
        name not in _CHECKED_CALLS
        and name not in _FILE_CALLS
        and not name.startswith(_READERS)
        and not _has_checked_keyword(node)
    ):
        return
    texts = _constant_texts(node.args[:1])
    yield from _class_by_call(node, facts)
    if isinstance(node.func, ast.Name) and name == "vars" and not node.args and "vars" not in facts.bound:
        yield Refusal(
            "builtin", "vars() without an object hands out all variables.", "Keep the values in a dict."
        )
    if name in ("format", "format_map") and isinstance(node.func, ast.Attribute):
        yield from _format_refusals(node.func.value, surface)
    if isinstance(node.func, ast.Attribute) and name in METHODS_BY_NAME:
        yield from filter(None, map(dispatch_refusal, (t for t in texts if t.startswith("_"))))
    if isinstance(node.func, ast.Attribute) and name in ("query", "eval"):
        yield from filter(None, map(expression_refusal, texts))
    if (
        name in ("getattr", "setattr", "delattr")
        and isinstance(node.func, ast.Name)
        and name not in facts.bound
    ):
        yield from _named_attribute(node)
    if _names_a_file(node, facts):
        if isinstance(node.func, ast.Name) and name == "open":
            yield from filter(None, [surface.rules.no_files()])
        texts += _constant_texts(node.args[1:3]) if name in _PATH_COMES_LATER else []
        yield from filter(None, map(_constant_path_refusal, [*texts, *_keyword_texts(node)]))
    if any(_is_true(k, "allow_pickle") for k in node.keywords):
        yield Refusal(
            "unpickling",
            "allow_pickle=True runs the code that a pickle holds.",
            "Save arrays of numbers and load them without allow_pickle.",
        )
    if any(_is_true(k, "usetex") for k in node.keywords):
        yield Refusal(
            "process",
            "usetex starts LaTeX, which the jail does not have.",
            "Use mathtext: '$x^2$' works without it.",
        )


_CHECKED_CALLS = (
    frozenset(
        {"type", "vars", "format", "format_map", "query", "eval", "getattr", "setattr", "delattr", "open"}
    )
    | METHODS_BY_NAME
    | FILE_METHODS
)
_CHECKED_KEYWORDS = frozenset({"allow_pickle", "usetex"})


def _has_checked_keyword(node: ast.Call) -> bool:
    return any(keyword.arg in _CHECKED_KEYWORDS for keyword in node.keywords)


def _class_by_call(node: ast.Call, facts: Facts) -> Iterator[Refusal]:
    if not (isinstance(node.func, ast.Name) and node.func.id == "type") or "type" in facts.bound:
        return
    if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
        yield Refusal(
            "class-by-call",
            "type() with three arguments makes a class unseen by the policy.",
            "Write a class statement.",
        )


def _format_refusals(template: ast.expr, surface: Surface) -> Iterator[Refusal]:
    if isinstance(template, ast.Constant) and isinstance(template.value, str):
        refusal = format_refusal(template.value, surface.guarded)
        if refusal is not None:
            yield refusal


def _named_attribute(node: ast.Call) -> Iterator[Refusal]:
    if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str):
        refusal = attribute_refusal(node.args[1].value)
        if refusal is not None:
            yield refusal


def _names_a_file(node: ast.Call, facts: Facts) -> bool:
    name = _last_name(node.func)
    if isinstance(node.func, ast.Name) and name in facts.bound and name not in facts.modules:
        return False
    return name in _FILE_CALLS or name.startswith(_READERS)


_FILE_CALLS = FILE_METHODS | {
    *(
        "open",
        "use",
        "imread",
        "rc_file",
        "rc_params_from_file",
        "PdfPages",
        "ExcelFile",
        "ExcelWriter",
        "OSFile",
    ),
    *("ParquetFile", "GzipFile", "BZ2File", "LZMAFile", "memory_map", "write_table", "write_feather"),
    *("write_dataset", "write_to_dataset", "export_graphviz", "dump_svmlight_file", "thumbnail", "mmwrite"),
    *("fromregex", "netcdf_file", "FortranFile", "new_file", "new_stream", "open_stream", "input_stream"),
    *(
        "RecordBatchStreamWriter",
        "RecordBatchFileWriter",
        "ParquetDataset",
        "write_metadata",
        "addfont",
        "FT2Font",
    ),
}
"""Functions that take a path, besides those whose names begin as `_READERS` do."""
_PATH_COMES_LATER = frozenset(
    {"dump", "write_table", "write_feather", "write_dataset", "write_to_dataset", "export_graphviz"}
    | {"dump_svmlight_file", "imsave", "thumbnail", "save_npz"}
)
"""Functions whose path is not the first argument."""
_PATH_CLASSES = frozenset({"Path", "PosixPath"})
_PATH_CALLS = PATH_METHODS | {"rename", "replace", "unlink", "rmdir", "symlink_to", "hardlink_to", "chmod"}


def _path_refusals(node: ast.Call) -> Iterator[Refusal]:
    """`Path("/etc/passwd").read_text()` and `Path("a").rename("../b")`."""
    assert isinstance(node.func, ast.Attribute)
    path = node.func.value
    if isinstance(path, ast.Call) and _last_name(path.func) in _PATH_CLASSES and len(path.args) == 1:
        texts = _constant_texts([*path.args, *node.args[:1]])
        yield from filter(None, map(_constant_path_refusal, texts))


def _os_path_refusals(node: ast.Call, facts: Facts) -> Iterator[Refusal]:
    """`os.listdir("/")`, and the same after `from os import listdir`."""
    name = _last_name(node.func)
    is_os = isinstance(node.func, ast.Attribute) and facts.modules.get(_last_name(node.func.value)) == "os"
    if is_os or (isinstance(node.func, ast.Name) and facts.modules.get(name) == f"os.{name}"):
        names = OS_PATHS[name]
        given = [*node.args[: len(names)], *(k.value for k in node.keywords if k.arg in names)]
        yield from filter(None, map(_constant_path_refusal, _constant_texts(given)))


def _constant_texts(nodes: list[ast.expr]) -> list[str]:
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def _constant_path_refusal(text: str) -> Refusal | None:
    """Only what is wrong whatever the working directory is: an address, or an absolute or climbing path."""
    if "://" not in text[:40] and not text.startswith("/") and ".." not in PurePosixPath(text).parts:
        return None
    if text.startswith(("/work/", "/tmp/")) and ".." not in PurePosixPath(text).parts:  # noqa: S108 - in the jail
        return None
    return path_refusal(text) if len(text) < 4096 and "\n" not in text and "\0" not in text else None


def _keyword_texts(node: ast.Call) -> list[str]:
    return [
        keyword.value.value
        for keyword in node.keywords
        if keyword.arg in PATH_KEYWORDS
        and isinstance(keyword.value, ast.Constant)
        and isinstance(keyword.value.value, str)
    ]


def _is_true(keyword: ast.keyword, name: str) -> bool:
    return keyword.arg == name and isinstance(keyword.value, ast.Constant) and bool(keyword.value.value)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
