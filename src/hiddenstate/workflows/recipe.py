"""How a kind of model is trained where nothing else is said."""

from dataclasses import asdict
from typing import Any

from hiddenstate.training import TrainingSettings


def with_recipe(recipe: TrainingSettings, said: dict[str, Any]) -> dict[str, Any]:
    """What was `said` about training, the rest by the recipe; its warm-up shrinks with the epochs."""
    values = asdict(recipe)  # with what the recipe leaves out: None is not the default everywhere
    epochs = said.get("epochs")
    if isinstance(epochs, int) and "warmup_epochs" not in said:
        values["warmup_epochs"] = min(values["warmup_epochs"], max(epochs, 0) / 4)
    return {**values, **said}
