"""Flags of `train` and the settings they set; what no flag names is reached by ``--set section.key=value``."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hiddenstate.choices import choose
from hiddenstate.errors import SettingsError

FORECAST_FLAGS: dict[str, str] = {
    "time": "data.time",
    "target": "data.targets",
    "series": "data.series",
    "known": "data.known",
    "past": "data.past",
    "timezone": "data.timezone",
    "unit": "data.unit",
    "step": "data.step",
    "missing_values": "data.missing_values",
    "horizon": "task.horizon",
    "lookback": "task.lookback",
    "origin": "task.origin",
    "family": "task.family",
    "members": "task.members",
    "model": "{family}.cell",
    "hidden_size": "{family}.hidden_size",
    "zoneout": "{family}.zoneout",
    "validation": "split.validation",
    "test": "split.test",
    "epochs": "training.epochs",
    "batch_size": "training.batch_size",
    "learning_rate": "training.learning_rate",
    "max_minutes": "training.max_minutes",
    "seed": "training.seed",
}
"""Flag (with underscores) -> dotted place in the settings of a forecasting run; a family has a section of its own."""

CLASS_FLAGS: dict[str, str] = {
    "text": "data.text",
    "target": "data.target",
    "group": "data.group",
    "vectors": "data.vectors",
    "test": "split.test",
    "validation": "split.validation",
    "hierarchy": "task.labels.hierarchy",
    "separator": "task.labels.separator",
    "tokens": "task.tokens.unit",
    "class_weights": "task.class_weights",
    "none_label": "task.none_label",
    "members": "task.members",
    "model": "model.cell",
    "hidden_size": "model.hidden_size",
    "layers": "model.num_layers",
    "bidirectional": "model.bidirectional",
    "zoneout": "model.zoneout",
    "pool": "model.pool",
    "attention": "model.attention",
    "epochs": "training.epochs",
    "batch_size": "training.batch_size",
    "learning_rate": "training.learning_rate",
    "max_minutes": "training.max_minutes",
    "seed": "training.seed",
}
"""The same for labelling texts."""

TAG_FLAGS: dict[str, str] = {
    "target": "data.column",
    "vectors": "data.vectors",
    "test": "split.test",
    "validation": "split.validation",
    "tokens": "task.tokens.unit",
    "members": "task.members",
    "model": "model.cell",
    "hidden_size": "model.hidden_size",
    "layers": "model.num_layers",
    "bidirectional": "model.bidirectional",
    "zoneout": "model.zoneout",
    "epochs": "training.epochs",
    "batch_size": "training.batch_size",
    "learning_rate": "training.learning_rate",
    "max_minutes": "training.max_minutes",
    "seed": "training.seed",
}
"""The same for tagging words."""

INTENT_FLAGS: dict[str, str] = {
    **{flag: place for flag, place in TAG_FLAGS.items() if flag != "target"},
    "separator": "intents.separator",
    "none_label": "intents.none_label",
    "pool": "intent.pool",
    "attention": "intent.attention",
}
"""The same for intents and slots."""

GENERATE_FLAGS: dict[str, str] = {
    "unit": "task.units.unit",
    "test": "split.test",
    "validation": "split.validation",
    "model": "model.cell",
    "hidden_size": "model.hidden_size",
    "layers": "model.num_layers",
    "epochs": "training.epochs",
    "batch_size": "training.batch_size",
    "learning_rate": "training.learning_rate",
    "max_minutes": "training.max_minutes",
    "seed": "training.seed",
}
"""The same for texts that are gone on with."""
TRANSCRIBE_FLAGS: dict[str, str] = {
    **{
        flag: place
        for flag, place in TAG_FLAGS.items()
        if flag not in ("target", "vectors", "tokens", "zoneout")
    },
    "text": "data.text",
    "group": "data.group",
}
"""The same for what is said in recordings."""
HEAR_FLAGS: dict[str, str] = {
    **{
        flag: place
        for flag, place in CLASS_FLAGS.items()
        if place.split(".")[0] in ("model", "training", "split") and flag != "zoneout"
    },
    "target": "data.target",
    "group": "data.group",
    "class_weights": "task.class_weights",
    "none_label": "task.none_label",
    "members": "task.members",
}
"""The same for recordings."""
TRANSLATE_FLAGS: dict[str, str] = {
    "test": "split.test",
    "validation": "split.validation",
    "model": "model.cell",
    "hidden_size": "model.hidden_size",
    "layers": "model.num_layers",
    "attention": "model.attention",
    "epochs": "training.epochs",
    "batch_size": "training.batch_size",
    "learning_rate": "training.learning_rate",
    "max_minutes": "training.max_minutes",
    "seed": "training.seed",
}
"""The same for translation."""

FLAGS: dict[str, dict[str, str]] = {
    "forecast": FORECAST_FLAGS,
    "classify": CLASS_FLAGS,
    "tag": TAG_FLAGS,
    "intent": INTENT_FLAGS,
    "generate": GENERATE_FLAGS,
    "transcribe": TRANSCRIBE_FLAGS,
    "hear": HEAR_FLAGS,
    "translate": TRANSLATE_FLAGS,
}
"""By the word after ``--task``."""

LISTS = frozenset({"known", "past", "missing_values", "vectors"})
"""Flags that take several names separated by commas."""


def names(text: str) -> list[str]:
    """Names separated by commas; a comma inside a name is written ``\\,``.

    >>> names("temperature, workday")
    ['temperature', 'workday']
    >>> names("load\\\\,total")
    ['load,total']
    """
    parts = text.replace("\\,", "\0").split(",")
    return [part.replace("\0", ",").strip() for part in parts]


def number_or_date(text: str | None) -> float | str | None:
    """A share of the data such as ``0.15``, or a date such as ``2014-01-01``."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def place(values: dict[str, Any], path: str, value: Any) -> None:
    """Put `value` at the dotted `path` of nested dictionaries."""
    *tables, key = path.split(".")
    for table in tables:
        values = values.setdefault(table, {})
        if not isinstance(values, dict):
            raise SettingsError(f"{path}: expected a table at {table}, got a value. Correct the settings.")
    values[key] = value


def read_settings(file: Path | None) -> dict[str, Any]:
    """Nested dictionaries of a TOML file, empty without one. Raises `SettingsError` for one that cannot be read."""
    if file is None:
        return {}
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file}: expected a readable TOML file, got: {error}. Check the path.") from None


def task_for(task: str | None, flags: Mapping[str, Any], base: Mapping[str, Any]) -> str:
    """The task that was named or, without a name, the one that a text column speaks for.

    Raises `SettingsError` for an unknown name.
    """
    if task is not None:
        choose(FLAGS, task, "task")
        return task
    return "classify" if flags.get("text") or "text" in base.get("data", {}) else "forecast"


def merge(
    base: dict[str, Any], flags: Mapping[str, Any], overrides: list[str], *, task: str
) -> dict[str, Any]:
    """Settings of a file, then the flags that were given, then ``--set``: the later wins.

    Raises `SettingsError` for a flag of another task, and a ``--set`` that is not ``section.key=value``.
    """
    family = flags.get("family") or base.get("task", {}).get("family")
    section = "segments" if family == "segments" else "direct"
    places = FLAGS[task]
    for flag, value in flags.items():
        if value is None:
            continue
        if flag not in places:
            others = [name for name, table in FLAGS.items() if flag in table]
            raise SettingsError(
                f"--{flag.replace('_', '-')}: expected with --task {' or '.join(others)}, got it with --task "
                f"{task}. Leave it out, or name the other task."
            )
        several = flag in LISTS or places[flag] == "data.targets"
        place(base, places[flag].format(family=section), names(value) if several else value)
    for override in overrides:
        path, equals, text = override.partition("=")
        if not equals or "." not in path:
            raise SettingsError(f'--set: expected section.key=value, got "{override}". Write it so.')
        place(base, path.strip(), _toml_value(text.strip()))
    return base


def _toml_value(text: str) -> Any:
    """A TOML value; what is none (a bare word) is taken as text, since shells eat the quotes."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
