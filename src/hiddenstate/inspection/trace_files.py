"""A trace as a file: JSON for pages and other languages, CSV in long format for tables, safetensors for exactness.

All three give back the same numbers. JSON and CSV hold only real steps; weights and inputs go into safetensors
alone, since the other two are for reading.
"""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl

from hiddenstate.bundle.disk import write_file
from hiddenstate.choices import choose
from hiddenstate.errors import InputError, OutputError
from hiddenstate.records import GateTrace, LayerTrace, LayerWeights
from hiddenstate.records.gates import Array

FORMAT = "hiddenstate trace 1"
KEYS = ("place", "number", "direction", "call", "cell")


def save_trace(trace: GateTrace, path: Path | str) -> Path:
    """Write a trace as ``.json``, ``.csv`` or ``.safetensors``, by the ending of `path`; whole or not at all.

    CSV has one line for each number, with the columns place, number, direction, call, cell, row, step, label, unit,
    symbol, value; row and unit count from 0, step from 1.
    Raises `OutputError` for another ending and for a place that cannot be written.
    """
    path = Path(path)
    write, _ = choose(FORMATS, path.suffix.lower(), f"file type for {path.name}", OutputError)
    write_file(path, write(trace))
    return path


def load_trace(path: Path | str) -> GateTrace:
    """The trace that `save_trace` wrote. Raises `InputError` for a file that is not one."""
    path = Path(path)
    _, read = choose(FORMATS, path.suffix.lower(), f"file type for {path.name}", InputError)
    try:
        return read(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: expected a saved trace, got: {error.strerror}. Check the path.") from None
    except Exception as error:  # whatever a damaged file makes a parser raise
        raise InputError(
            f"{path}: expected a saved trace, got a file that is none or damaged ({error!r}). Save it again."
        ) from None


def _head(layer: LayerTrace) -> dict[str, Any]:
    return {key: getattr(layer, key) for key in KEYS} | {"lengths": layer.lengths.tolist()}


def _to_json(trace: GateTrace) -> bytes:
    layers = []
    for layer in trace.layers:
        rows = [layer.row(row) for row in range(layer.shape[0])]
        layers.append(
            _head(layer)
            | {
                "time_steps": layer.shape[1],
                "units": layer.shape[2],
                "precision": str(layer.values["h"].dtype),
                "start": {symbol: _exact(part) for symbol, part in layer.start.items()},
                "values": {symbol: [_exact(row[symbol]) for row in rows] for symbol in layer.values},
            }
        )
    content = {"format": FORMAT, "labels": trace.labels, "layers": layers}
    return json.dumps(content, ensure_ascii=False).encode()


def _from_json(data: bytes) -> GateTrace:
    content = _checked(json.loads(data))
    layers = []
    for entry in content["layers"]:
        shape = (len(entry["lengths"]), entry["time_steps"], entry["units"])
        dtype = np.dtype(entry["precision"])
        values = {}
        for symbol, rows in entry["values"].items():
            values[symbol] = np.full(shape, np.nan, dtype)
            for row, steps in enumerate(rows):
                values[symbol][row, : len(steps)] = np.array(steps, dtype).reshape(-1, shape[2])
        start = {
            symbol: np.array(part, dtype).reshape(-1, shape[2]) for symbol, part in entry["start"].items()
        }
        layers.append(_layer(entry, values, start))
    return GateTrace(tuple(layers), tuple(tuple(row) for row in content["labels"]))


def _exact(values: Array) -> Any:
    """Nested lists of numbers that read back to the same bits, as short as that allows."""
    if values.dtype == np.float64:
        return values.tolist()
    # The shortest decimal of a single-precision number, and not that of its double-precision neighbour.
    return np.array([float(str(value)) for value in values.ravel()]).reshape(values.shape).tolist()


def _to_csv(trace: GateTrace) -> bytes:
    tables = []
    for place, layer in enumerate(trace.layers):
        batch, time_steps, units = layer.shape
        row, step, unit = np.indices((batch, time_steps, units))
        real = step < layer.lengths[:, None, None]
        names = np.full((batch, time_steps), "", dtype=object)
        for number in range(batch):
            steps = int(layer.lengths[number])
            names[number, :steps] = trace.names_of_steps(place, number)
        where = {
            "row": row[real],
            "step": step[real] + 1,
            "label": np.broadcast_to(names[:, :, None], real.shape)[real],
            "unit": unit[real],
        }
        for symbol, values in layer.values.items():
            head = {key: pl.lit(getattr(layer, key)) for key in KEYS}
            table = pl.DataFrame(where | {"value": values[real]}).with_columns(**head, symbol=pl.lit(symbol))
            tables.append(table.select(*KEYS, "row", "step", "label", "unit", "symbol", "value"))
    buffer = io.BytesIO()
    (pl.concat(tables, how="vertical_relaxed") if tables else pl.DataFrame()).write_csv(buffer)
    return buffer.getvalue()


def _from_csv(data: bytes) -> GateTrace:
    """Rows without a step and the state before the first one are not in a table, and so not in the result."""
    table = pl.read_csv(io.BytesIO(data), schema_overrides={"label": pl.String, "place": pl.String})
    table = table.with_columns(pl.col("place").fill_null(""), pl.col("label").fill_null(""))
    if table.is_empty():
        raise ValueError("no numbers")
    labels: dict[int, list[str]] = {}
    layers = []
    for keys, part in table.group_by(KEYS, maintain_order=True):
        head = dict(zip(KEYS, keys, strict=True))
        row, step, unit = (part[name].to_numpy() for name in ("row", "step", "unit"))
        shape = (row.max() + 1, step.max(), unit.max() + 1)
        lengths = np.zeros(shape[0], np.int64)
        np.maximum.at(lengths, row, step)
        values = {}
        for (symbol,), numbers in part.group_by("symbol", maintain_order=True):
            filled = np.full(shape, np.nan, np.float64)
            place = tuple(numbers[name].to_numpy() for name in ("row", "step", "unit"))
            filled[place[0], place[1] - 1, place[2]] = numbers["value"].to_numpy()
            values[str(symbol)] = filled
        layers.append(_layer(head | {"lengths": lengths.tolist()}, values, {}))
        named = part.unique(["row", "step"], maintain_order=True).sort("row", "step")
        for number, label in zip(named["row"], named["label"], strict=True):
            labels.setdefault(number, []).append(label) if len(layers) == 1 else None
    rows = tuple(tuple(labels.get(row, ())) for row in range(max(labels, default=-1) + 1))
    return GateTrace(tuple(layers), rows)


def _to_safetensors(trace: GateTrace) -> bytes:
    from safetensors.numpy import save

    arrays: dict[str, Array] = {}
    heads = []
    for place, layer in enumerate(trace.layers):
        arrays |= {f"{place}.values.{symbol}": values for symbol, values in layer.values.items()}
        arrays |= {f"{place}.start.{symbol}": part for symbol, part in layer.start.items()}
        head = _head(layer) | {"symbols": list(layer.values), "states": list(layer.start)}
        if layer.inputs is not None:
            arrays[f"{place}.inputs"] = layer.inputs
        if layer.weights is not None:
            head["blocks"] = layer.weights.blocks
            for name in ("W", "U", "b", "b_hn"):
                part = getattr(layer.weights, name)
                if part is not None:
                    arrays[f"{place}.weights.{name}"] = part
        heads.append(head)
    content = json.dumps({"format": FORMAT, "labels": trace.labels, "layers": heads})
    return save({name: np.ascontiguousarray(part) for name, part in arrays.items()}, {"trace": content})


def _from_safetensors(data: bytes) -> GateTrace:
    from safetensors.numpy import load

    size = int.from_bytes(data[:8], "little")
    content = _checked(json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["trace"]))
    arrays: dict[str, Array] = load(data)
    layers = []
    for place, head in enumerate(content["layers"]):
        symbols, states = head.pop("symbols"), head.pop("states")
        own = {
            name.split(".", 1)[1]: part for name, part in arrays.items() if name.split(".")[0] == str(place)
        }
        values, start, weights = (
            {name.removeprefix(group): part for name, part in own.items() if name.startswith(group)}
            for group in ("values.", "start.", "weights.")
        )
        parameters = LayerWeights(tuple(head["blocks"]), **weights) if weights else None
        # The format keeps its arrays in an order of its own.
        ordered = {symbol: values[symbol] for symbol in symbols}
        start = {symbol: start[symbol] for symbol in states}
        layers.append(_layer(head, ordered, start, own.get("inputs"), parameters))
    return GateTrace(tuple(layers), tuple(tuple(row) for row in content["labels"]))


def _checked(content: Any) -> dict[str, Any]:
    if content["format"] != FORMAT:
        raise ValueError(f"format {content['format']}")
    return cast(dict[str, Any], content)


def _layer(
    head: dict[str, Any],
    values: dict[str, Array],
    start: dict[str, Array],
    inputs: Array | None = None,
    weights: LayerWeights | None = None,
) -> LayerTrace:
    lengths = np.array(head["lengths"], np.int64)
    named = {key: head[key] for key in KEYS}
    return LayerTrace(**named, lengths=lengths, values=values, start=start, inputs=inputs, weights=weights)


FORMATS: dict[str, tuple[Callable[[GateTrace], bytes], Callable[[bytes], GateTrace]]] = {
    ".json": (_to_json, _from_json),
    ".csv": (_to_csv, _from_csv),
    ".safetensors": (_to_safetensors, _from_safetensors),
}
