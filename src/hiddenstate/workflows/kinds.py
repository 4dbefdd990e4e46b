"""The kinds of model that the command line knows, and how to tell which one is meant."""

from pathlib import Path

from hiddenstate.bundle import open_bundle
from hiddenstate.choices import choose
from hiddenstate.errors import BundleError, SettingsError
from hiddenstate.workflows.classes.kind import TextClasses
from hiddenstate.workflows.forecasts.kind import Forecasts
from hiddenstate.workflows.hearing.kind import Hearing
from hiddenstate.workflows.intents.kind import CommandReaders
from hiddenstate.workflows.kind import Kind, Values
from hiddenstate.workflows.tags.kind import Taggers
from hiddenstate.workflows.transcripts.kind import Transcribers
from hiddenstate.workflows.translations.kind import Translators
from hiddenstate.workflows.writers.kind import Writers

KINDS: dict[str, Kind] = {
    "forecast": Forecasts(),
    "classify": TextClasses(),
    "tag": Taggers(),
    "intent": CommandReaders(),
    "generate": Writers(),
    "transcribe": Transcribers(),
    "hear": Hearing(),
    "translate": Translators(),
}
"""By the word after ``--task``."""


def kind_for(task: str | None, values: Values) -> Kind:
    """The kind that `task` names or, without one, that the settings are for: a text column, a time column.

    Raises `SettingsError` for an unknown task, and for settings that name too little to be trained with.
    """
    if task is None:
        task = "classify" if "text" in values.get("data", {}) else "forecast"
    kind = choose(KINDS, task, "task")
    for place, flag in kind.needs.items():
        table, key = place.split(".")
        if key not in values.get(table, {}):
            hint = _other_way(values) if task == "forecast" else ""
            raise SettingsError(
                f"{flag}: expected a value, got nothing. Say it, or set {place} in a TOML file.{hint}"
            )
    return kind


def kind_of(folder: Path) -> Kind:
    """The kind of a saved model. Raises `BundleError` for one that this version does not know."""
    name = open_bundle(folder).kind
    for kind in KINDS.values():
        if kind.bundle == name:
            return kind
    known = ", ".join(kind.bundle for kind in KINDS.values())
    raise BundleError(
        f"{folder}: expected a model of a known kind ({known}), got a {name}. Update hiddenstate."
    )


def _other_way(values: Values) -> str:
    """What else might have been meant where only a target is named."""
    return "" if "time" in values.get("data", {}) else " For labelled texts, name their column with --text."
