"""Records as files (traces have their own): JSON to read, safetensors to be exact, CSV for tables.

JSON and safetensors give back the same record; CSV holds one line for each number and each text in it.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from hiddenstate.bundle.disk import write_file
from hiddenstate.choices import choose
from hiddenstate.errors import InputError, OutputError
from hiddenstate.records import (
    AttentionMap,
    Attribution,
    Evidence,
    Faithfulness,
    Finding,
    Foretold,
    GradientFlow,
    LayerMemory,
    Line,
    LintReport,
    Memory,
    MemoryRun,
    Step,
    TagPath,
    Term,
    Walk,
)

Record = (
    AttentionMap
    | Attribution
    | Evidence
    | Faithfulness
    | Foretold
    | GradientFlow
    | LayerMemory
    | LintReport
    | Memory
    | MemoryRun
    | TagPath
    | Walk
)
PARTS = (Finding, Line, Step, Term)
"""What some records are made of."""
KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (*get_args(Record), *PARTS)}
FORMAT = "hiddenstate record 1"
ARRAY, KIND, NUMBER = "array", "record", "number"
"""Keys that mark what is no plain JSON."""
Arrays = dict[str, NDArray[Any]]


def save_record(record: Record, path: Path | str) -> Path:
    """Write a record as ``.json``, ``.safetensors`` or ``.csv``, by the ending of `path`; whole or not at all.

    Raises `OutputError` for another ending and for a place that cannot be written.
    """
    path = Path(path)
    write = choose(WRITERS, path.suffix.lower(), f"file type for {path}", OutputError)
    write_file(path, write(record))
    return path


def load_record(path: Path | str) -> Record:
    """The record that `save_record` wrote as JSON or safetensors. Raises `InputError` for a file that is none."""
    path = Path(path)
    read = choose(READERS, path.suffix.lower(), f"file type for {path}", InputError)
    try:
        content = read(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: expected a saved record, got: {error.strerror}. Check the path.") from None
    except Exception as error:  # whatever a damaged file makes a parser raise
        raise InputError(
            f"{path}: expected a saved record, got a file that is none or damaged ({error!r}). Save it again."
        ) from None
    return content


def _taken_apart(value: Any, arrays: Arrays, place: str) -> Any:
    """Plain JSON in which each array is the name of its entry in `arrays`."""
    if is_dataclass(value):
        parts = {
            each.name: _taken_apart(getattr(value, each.name), arrays, f"{place}.{each.name}")
            for each in fields(value)
        }
        return {KIND: type(value).__name__, **parts}
    if isinstance(value, np.ndarray):
        name = place.removeprefix(".")
        arrays[name] = value
        return {ARRAY: name}
    if isinstance(value, Mapping):
        return {key: _taken_apart(part, arrays, f"{place}.{key}") for key, part in value.items()}
    if isinstance(value, tuple):
        return [_taken_apart(part, arrays, f"{place}.{number}") for number, part in enumerate(value)]
    return value if not isinstance(value, float) or np.isfinite(value) else {NUMBER: str(value)}


def _put_together(value: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """The inverse of `_taken_apart`."""
    if isinstance(value, list):
        return tuple(_put_together(part, arrays) for part in value)
    if not isinstance(value, dict):
        return value
    if set(value) == {NUMBER}:  # a record may have a field of that name
        return float(value[NUMBER])
    if set(value) == {ARRAY}:
        return arrays[value[ARRAY]]
    parts = {key: _put_together(part, arrays) for key, part in value.items() if key != KIND}
    return KINDS[value[KIND]](**parts) if KIND in value else parts


def _to_json(record: Record) -> bytes:
    arrays: Arrays = {}
    content = _taken_apart(record, arrays, "")
    numbers = {
        name: {"type": str(part.dtype), "shape": part.shape, "values": _plain(part)}
        for name, part in arrays.items()
    }
    whole = {"format": FORMAT, "content": content, "arrays": numbers}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False).encode()


def _plain(part: NDArray[Any]) -> list[Any]:
    """The numbers one after the other; what is not finite, as JSON has no word for it, as text."""
    return [value if np.isfinite(value) else str(value) for value in part.ravel().tolist()]


def _from_json(data: bytes) -> Record:
    whole = json.loads(data)
    arrays = {
        name: np.array(
            [float(v) if isinstance(v, str) else v for v in part["values"]], dtype=part["type"]
        ).reshape(part["shape"])
        for name, part in whole["arrays"].items()
    }
    return _checked(whole, arrays)


def _to_safetensors(record: Record) -> bytes:
    from safetensors.numpy import save

    arrays: Arrays = {}
    content = _taken_apart(record, arrays, "")
    head = json.dumps({"format": FORMAT, "content": content})
    return save({name: np.ascontiguousarray(part) for name, part in arrays.items()}, {"record": head})


def _from_safetensors(data: bytes) -> Record:
    from safetensors.numpy import load

    size = int.from_bytes(data[:8], "little")
    return _checked(json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["record"]), load(data))


def _checked(whole: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Record:
    if whole["format"] != FORMAT:
        raise ValueError(f"format {whole['format']}")
    record: Record = _put_together(whole["content"], arrays)
    return record


def _to_csv(record: Record) -> bytes:
    """Columns: field, the indices from 0 (row, column; empty where there are fewer axes), value."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["field", "row", "column", "value"])
    writer.writerows(_cells(record, ""))
    return buffer.getvalue().encode()


def _cells(value: Any, place: str) -> Iterator[tuple[Any, ...]]:
    """One line of the table for each number and each text in `value`, which is called `place`."""
    if isinstance(value, np.ndarray):
        for at, number in np.ndenumerate(value):
            yield place, *at, *[""] * (2 - len(at)), number
    elif isinstance(value, tuple) and not any(
        is_dataclass(part) or isinstance(part, tuple) for part in value
    ):
        for row, part in enumerate(value):
            yield place, row, "", part
    elif is_dataclass(value) or isinstance(value, Mapping | tuple):
        for name, part in _named_parts(value):
            yield from _cells(part, f"{place}.{name}".removeprefix("."))
    else:
        yield place, "", "", "" if value is None else value


def _named_parts(value: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return value.items()
    if isinstance(value, tuple):
        return enumerate(value)
    return ((each.name, getattr(value, each.name)) for each in fields(value))


WRITERS: dict[str, Callable[[Record], bytes]] = {
    ".json": _to_json,
    ".csv": _to_csv,
    ".safetensors": _to_safetensors,
}
READERS: dict[str, Callable[[bytes], Record]] = {".json": _from_json, ".safetensors": _from_safetensors}
