"""What `tune` searches: the settings of each kind of model, and how far each one may go.

A range is widened to hold what the user's own settings say, so that the first trial can always be exactly that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

Value = float | int | str | bool


@final
@dataclass(frozen=True)
class Between:
    """Numbers from `low` to `high`; `log` where a factor of two means the same everywhere."""

    low: float
    high: float
    log: bool = False

    def holding(self, value: float) -> "Between":
        """The range, widened to hold `value`."""
        return Between(min(self.low, value), max(self.high, value), self.log and value > 0)


@final
@dataclass(frozen=True)
class OneOf:
    """One of a few values."""

    values: tuple[Value, ...]

    def holding(self, value: Value) -> "OneOf":
        """The values, with `value` among them."""
        return self if value in self.values else OneOf((*self.values, value))


Range = Between | OneOf
Space = Mapping[str, Range]
"""Place in the settings -> what may stand there."""

LEARNING_RATE = Between(5e-4, 2e-2, log=True)
SIZES = OneOf((32, 64, 128, 192))
CELLS = OneOf(("lstm", "gru"))
DROPOUT = Between(0.0, 0.6)

WORDS: Space = {
    "training.learning_rate": LEARNING_RATE,
    "training.batch_size": OneOf((16, 32, 64)),
    "model.cell": CELLS,
    "model.hidden_size": SIZES,
    "model.num_layers": OneOf((1, 2)),
    "model.embedding_dropout": DROPOUT,
    "model.output_dropout": DROPOUT,
    "model.word_dropout": Between(0.0, 0.2),
}
SPACES: Mapping[str, Space] = {
    "forecast": {
        "training.learning_rate": LEARNING_RATE,
        "training.weight_decay": OneOf((0.0, 0.01, 0.1, 0.5)),
        "direct.cell": CELLS,
        "direct.hidden_size": SIZES,
        "direct.num_layers": OneOf((1, 2)),
        "direct.embedding_size": OneOf((16, 32, 64)),
        "direct.dropout": DROPOUT,
    },
    "forecast over segments": {
        "training.learning_rate": LEARNING_RATE,
        "training.weight_decay": OneOf((0.0, 0.01, 0.1)),
        "segments.cell": CELLS,
        "segments.hidden_size": SIZES,
        "segments.dropout": DROPOUT,
    },
    "classify": {**WORDS, "model.pool": OneOf(("max", "mean", "max+attention"))},
    "tag": {**WORDS, "model.output": OneOf(("softmax", "crf")), "model.character_size": OneOf((0, 50, 100))},
    "intent": {
        **WORDS,
        "model.output": OneOf(("softmax", "crf")),
        "model.character_size": OneOf((0, 50, 100)),
    },
    "hear": {
        "training.learning_rate": LEARNING_RATE,
        "model.cell": CELLS,
        "model.hidden_size": SIZES,
        "model.num_layers": OneOf((1, 2)),
        "model.filters": OneOf((32, 64, 128)),
        "model.input_dropout": Between(0.0, 0.4),
        "model.output_dropout": DROPOUT,
        "task.label_smoothing": Between(0.0, 0.2),
    },
    "generate": {
        "training.learning_rate": LEARNING_RATE,
        "model.cell": CELLS,
        "model.hidden_size": OneOf((128, 256, 384)),
        "model.num_layers": OneOf((1, 2)),
        "model.embedding_size": OneOf((32, 64, 128)),
        "model.dropout": DROPOUT,
        "model.weight_drop": Between(0.0, 0.5),
    },
    "transcribe": {
        "training.learning_rate": LEARNING_RATE,
        "model.cell": CELLS,
        "model.hidden_size": SIZES,
        "model.num_layers": OneOf((1, 2, 3)),
        "model.stack": OneOf((2, 3, 4)),
        "model.dropout": DROPOUT,
    },
    "translate": {
        "training.learning_rate": LEARNING_RATE,
        "training.batch_size": OneOf((16, 32, 64)),
        "model.cell": CELLS,
        "model.hidden_size": OneOf((64, 128, 256)),
        "model.num_layers": OneOf((1, 2)),
        "model.embedding_dropout": DROPOUT,
        "model.encoder_dropout": DROPOUT,
        "model.output_dropout": DROPOUT,
        "task.label_smoothing": Between(0.0, 0.2),
    },
}
"""By the word after ``--task``; forecasters of two families have a space each."""


def at(values: Mapping[str, Any], place: str) -> Any:
    """What stands at a dotted place of nested settings."""
    table, key = place.split(".")
    return values[table][key]


def around(space: Space, values: Mapping[str, Any]) -> Space:
    """`space`, with every range holding what `values` say."""
    return {place: part.holding(at(values, place)) for place, part in space.items()}


def with_choice(values: Mapping[str, Any], choice: Mapping[str, Value]) -> dict[str, Any]:
    """`values` with the chosen ones in their places."""
    result = {name: dict(part) if isinstance(part, Mapping) else part for name, part in values.items()}
    for place, value in choice.items():
        table, key = place.split(".")
        result.setdefault(table, {})[key] = value
    return result
