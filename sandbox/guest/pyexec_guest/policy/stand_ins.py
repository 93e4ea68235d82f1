"""Functions that programs get in place of library functions: the same for ordinary use, checked for the rest."""

from __future__ import annotations

import builtins
import contextlib
import dataclasses
import operator
import sys
from collections.abc import Callable
from typing import Any

from pyexec_guest.policy.catalog import find
from pyexec_guest.policy.class_stand_ins import RedirectStderr, RedirectStdout, dataclass, make_dataclass
from pyexec_guest.policy.expressions import checked_expression
from pyexec_guest.policy.os_functions import os_pairs
from pyexec_guest.policy.paths import opened, with_checked_paths, with_checked_texts
from pyexec_guest.policy.refusals import Refusal

__all__ = ["stand_ins"]

_PATH_FUNCTIONS_WORDS = """
    pandas:read_csv pandas:read_table pandas:read_fwf pandas:read_json pandas:read_excel pandas:read_parquet
    pandas:read_feather pandas:read_orc pandas:read_xml pandas:read_html pandas:read_stata pandas:read_sas
    pandas:read_spss numpy:save numpy:savez numpy:savez_compressed numpy:savetxt numpy:loadtxt
    numpy:genfromtxt numpy:fromfile numpy:fromregex sklearn.datasets:load_files
    sklearn.datasets:load_svmlight_file sklearn.datasets:load_svmlight_files scipy.io:loadmat scipy.io:savemat
    scipy.io:whosmat scipy.io:mmread scipy.io:mmwrite scipy.io:mminfo scipy.io:readsav scipy.io:netcdf_file
    scipy.io:hb_read scipy.io:hb_write scipy.io.arff:loadarff scipy.io.wavfile:read scipy.io.wavfile:write
    scipy.sparse:load_npz scipy.sparse:save_npz matplotlib.pyplot:imread matplotlib.pyplot:imsave
    matplotlib.image:imread matplotlib.image:imsave matplotlib:rc_file matplotlib.style:use gzip:open bz2:open
    lzma:open glob:glob glob:iglob tomllib:load_path tempfile:mkdtemp pandas:to_pickle
    numpy.rec:fromfile scipy.io:FortranFile
    pandas:ExcelFile pandas:ExcelWriter
    xml.etree.ElementTree:parse xml.etree.ElementTree:iterparse gzip:GzipFile bz2:BZ2File lzma:LZMAFile
    tempfile:NamedTemporaryFile tempfile:TemporaryFile tempfile:TemporaryDirectory
    tempfile:SpooledTemporaryFile logging:basicConfig
"""
_PATH_FUNCTIONS = _PATH_FUNCTIONS_WORDS.split()
_NATIVE_WORDS = """
    pyarrow:memory_map pyarrow:OSFile pyarrow:input_stream pyarrow:output_stream pyarrow:create_memory_map
    pyarrow:CompressedInputStream pyarrow:CompressedOutputStream
    pyarrow.csv:read_csv pyarrow.csv:open_csv pyarrow.csv:write_csv pyarrow.csv:CSVWriter
    pyarrow.json:read_json pyarrow.json:open_json
    pyarrow.parquet:read_table pyarrow.parquet:write_table pyarrow.parquet:read_schema
    pyarrow.parquet:read_metadata pyarrow.parquet:read_pandas pyarrow.parquet:write_to_dataset
    pyarrow.parquet:write_metadata pyarrow.parquet:ParquetFile pyarrow.parquet:ParquetWriter
    pyarrow.parquet:ParquetDataset
    pyarrow.feather:read_table pyarrow.feather:read_feather pyarrow.feather:write_feather
    pyarrow.feather:FeatherDataset pyarrow.orc:read_table pyarrow.orc:write_table pyarrow.orc:ORCFile
    pyarrow.orc:ORCWriter pyarrow.ipc:open_file pyarrow.ipc:open_stream pyarrow.ipc:new_file
    pyarrow.ipc:new_stream pyarrow.ipc:RecordBatchFileWriter pyarrow.ipc:RecordBatchStreamWriter
    pyarrow.ipc:RecordBatchFileReader pyarrow.ipc:RecordBatchStreamReader
    pyarrow.dataset:dataset pyarrow.dataset:write_dataset pyarrow.dataset:parquet_dataset
    pyarrow.dataset:FileSystemDataset pyarrow.dataset:FileSystemDatasetFactory
    pyarrow.dataset:ParquetDatasetFactory
"""
_NATIVE = _NATIVE_WORDS.split()
"""Functions that open files in native code, unseen by `watch`: every text among their arguments is checked."""


def stand_ins(guarded_getattr: Callable[..., Any]) -> dict[int, tuple[Any, Any]]:
    """Return (original, stand-in) by the identity of the original, for what is imported already."""
    pairs: list[tuple[Any, Any]] = [(builtins.open, opened), *os_pairs()]
    for dotted in _PATH_FUNCTIONS:
        function = find(dotted)
        if function is not None:
            pairs.append((function, with_checked_paths(function)))
    for dotted in _NATIVE:
        function = find(dotted)
        if function is not None:
            pairs.append((function, with_checked_texts(function)))
    if sys.modules.get("numpy") is not None:
        pairs += _numpy_pairs()
    if sys.modules.get("pandas") is not None:
        pandas_eval = find("pandas:eval")
        pairs.append((pandas_eval, checked_expression(pandas_eval)))
    pairs += [
        (dataclasses.make_dataclass, make_dataclass),
        (dataclasses.dataclass, dataclass),
        (contextlib.redirect_stdout, RedirectStdout),
        (contextlib.redirect_stderr, RedirectStderr),
        (operator.attrgetter, _attrgetter(guarded_getattr)),
        (operator.methodcaller, _methodcaller(guarded_getattr)),
    ]
    return {id(original): (original, stand_in) for original, stand_in in pairs}


def _numpy_pairs() -> list[tuple[Any, Any]]:
    import numpy

    def load(file: Any, *args: Any, allow_pickle: bool = False, **keywords: Any) -> Any:
        """Load arrays from a file of the working directory, without pickles."""
        if allow_pickle or len(args) > 1:
            Refusal(
                "unpickling",
                "`numpy.load` with allow_pickle=True runs the code that a pickle holds.",
                "Save arrays of numbers and load them without allow_pickle.",
            ).stop()
        return checked_load(file, *args, **keywords)

    checked_load = with_checked_paths(numpy.load)
    return [(numpy.load, load), (numpy.memmap, with_checked_paths(numpy.memmap))]


def _attrgetter(guarded_getattr: Callable[..., Any]) -> Callable[..., Any]:
    def attrgetter(*names: str) -> Any:
        """As operator.attrgetter, with every name checked as in getattr()."""
        paths = [str.__str__(name).split(".") for name in names]
        operator.attrgetter(*names)

        def get(value: Any) -> Any:
            found = tuple(_walk(value, path, guarded_getattr) for path in paths)
            return found[0] if len(found) == 1 else found

        return get

    return attrgetter


def _walk(value: Any, path: list[str], guarded_getattr: Callable[..., Any]) -> Any:
    for name in path:
        value = guarded_getattr(value, name)
    return value


def _methodcaller(guarded_getattr: Callable[..., Any]) -> Callable[..., Any]:
    def methodcaller(name: str, /, *args: Any, **keywords: Any) -> Any:
        """As operator.methodcaller, with the name checked as in getattr()."""
        return lambda value: guarded_getattr(value, name)(*args, **keywords)

    return methodcaller
