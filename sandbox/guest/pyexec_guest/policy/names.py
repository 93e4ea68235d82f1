"""The tables of the policy: names that may, may not, or may under a guard be used.

Every table says why its entries are there. Names a program can define, read or write as dunders are
allow-lists; the rest of the language is open, because what it can reach is decided at modules.
"""

from __future__ import annotations

from RestrictedPython.transformer import INSPECT_ATTRIBUTES

__all__ = [
    "DEFINABLE_DUNDERS",
    "GUARDED_DUNDERS",
    "HOOKS",
    "INTERNALS",
    "READABLE_DUNDERS",
    "READABLE_NAMES",
    "REFUSED_BUILTINS",
    "RESERVED",
    "WRITABLE_DUNDERS",
    "is_dunder",
]

HOOKS = frozenset({"_getattr_", "_write_", "_writable_", "_plain_", "_type_", "_captured_", "_subject_"})
"""Names that compiled code finds its guards by."""

RESERVED = HOOKS | frozenset(
    {
        "_getitem_",
        "_getiter_",
        "_iter_unpack_sequence_",
        "_unpack_sequence_",
        "_inplacevar_",
        "_apply_",
        "_print_",
        "_print",
        "printed",
        "_setattr_",
        "_delattr_",
        "__metaclass__",
        "__builtins__",
        "__import__",
        "__build_class__",
        "__loader__",
        "__spec__",
    }
    - {"printed"}
)
"""Refused in every binding form and every read: the hooks of this policy and of stock RestrictedPython."""

INTERNALS = (INSPECT_ATTRIBUTES | {"f_lasti", "f_lineno", "f_trace_lines", "f_trace_opcodes", "tb_lasti"}) | {
    "subprocess_exec",
    "subprocess_shell",
    "get_stack",
    "loadTestsFromName",
    "loadTestsFromNames",
    "_import_from_c",
    "_export_to_c",
    "_evaluate",
    "_convert_",
    "_import_from_c_device",
}
"""Attributes of frames, code, generators and coroutines (CVE-2023-37271), event-loop process
starters, frames of tasks, pointers of Arrow, and the evaluation of typing."""

_OPERATORS = (
    "lt le eq ne gt ge hash bool add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor or "
    "radd rsub rmul rmatmul rtruediv rfloordiv rmod rdivmod rpow rlshift rrshift rand rxor ror "
    "iadd isub imul imatmul itruediv ifloordiv imod ipow ilshift irshift iand ixor ior "
    "neg pos abs invert complex int float index round trunc floor ceil"
)
_PROTOCOLS = (
    "init new del repr str bytes format dir len length_hint getitem setitem delitem missing iter next reversed "
    "contains call enter exit aenter aexit await aiter anext get set delete set_name init_subclass "
    "class_getitem instancecheck subclasscheck subclasshook copy deepcopy getstate setstate getnewargs "
    "post_init sizeof fspath mro_entries rich_repr array array_priority array_ufunc array_function "
    "array_finalize array_wrap sklearn_tags sklearn_is_fitted sklearn_clone buffer replace"
)
_CLASS_VARIABLES = "slots match_args doc hash test all version author date license copyright email status"


def _dunders(words: str) -> frozenset[str]:
    return frozenset(f"__{word}__" for word in words.split())


_GUARDED_METHODS = _dunders("getattr getattribute setattr delattr")

DEFINABLE_DUNDERS = _dunders(f"{_OPERATORS} {_PROTOCOLS} {_CLASS_VARIABLES}") | _GUARDED_METHODS
"""Special methods and variables that a program may define. Not here, and why:

* `__reduce__` and `__reduce_ex__`: code for an unpickler;
* `__array_interface__` and `__array_struct__`: a class that names raw memory;
* `__prepare__`: class bodies look names up in what it returns;
* `__annotations__`: text that the typing module evaluates.
"""

GUARDED_DUNDERS = _GUARDED_METHODS | _dunders("dict mro bases base subclasses annotations")
"""Readable through a guard only: on the program's own classes and objects, or with the name checked."""

READABLE_DUNDERS = (DEFINABLE_DUNDERS - GUARDED_DUNDERS - _dunders("getstate setstate")) | _dunders(
    "name qualname module class members dataclass_fields cause context suppress_context notes traceback args "
    "origin parameters wrapped abstractmethods isabstractmethod type_params value supertype required_keys "
    "optional_keys total bound constraints metadata"
)
"""Attributes that hold words, types and exceptions, or special methods as `super()` needs them."""

WRITABLE_DUNDERS = _dunders(
    "name qualname doc wrapped cause context suppress_context notes traceback hash dict"
)
"""Attributes that ordinary decorators and exceptions write."""

READABLE_NAMES = _dunders("name doc class debug all version author date license copyright email status")
"""Dunder names that may be read as plain names."""

REFUSED_BUILTINS: dict[str, tuple[str, str]] = {
    "exec": (
        "runs text as code unseen by the policy",
        "Write the code itself, or choose between functions with a dict.",
    ),
    "eval": (
        "runs text as code unseen by the policy",
        "Use ast.literal_eval for literals, float()/int() for numbers, or a dict of functions for operations.",
    ),
    "compile": ("makes code unseen by the policy", "Write a function or a lambda."),
    "__import__": ("imports by a computed name", "Write an import statement at the top."),
    "globals": ("hands out the guards with the variables", "Keep the values in a dict of your own."),
    "locals": ("hands out all variables as a mapping", "Keep the values in a dict of your own."),
    "breakpoint": ("needs a terminal", "Print what you want to see, or make it the last expression."),
    "input": ("there is no one at a keyboard", "Assign the value in the code, or take it from a dataset."),
    "help": ("needs a terminal", "Print the object's __doc__."),
    "__build_class__": ("makes classes unseen by the policy", "Write a class statement."),
    "__loader__": ("is the import machinery", "Write an import statement."),
    "__spec__": ("is the import machinery", "Write an import statement."),
}
"""Built-in functions that a program may not name: (why, what instead)."""


def is_dunder(name: str) -> bool:
    return len(name) > 4 and name.startswith("__") and name.endswith("__")
