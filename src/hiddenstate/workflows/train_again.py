"""How a model is trained again, as the last section of a page."""

from typing import Any

from hiddenstate import plots
from hiddenstate.settings import to_toml


def train_again(run: Any, task: str | None = None, *, source: str = "FILE") -> plots.Code:
    """The settings, and the command that uses them; `task` where the settings do not tell it."""
    named = f" --task {task}" if task else ""
    text = (
        "Save these settings as settings.toml and run: "
        f"hiddenstate train {source}{named} --settings settings.toml --out MODEL"
    )
    return plots.Code("How to train this model again", to_toml(run), text=text)
