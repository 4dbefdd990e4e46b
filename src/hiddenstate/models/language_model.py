"""The language model: the units of a text so far -> scores of every unit that could come next."""

from dataclasses import dataclass
from typing import Any, NamedTuple, final

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding, linear

from hiddenstate.cells import CELLS
from hiddenstate.errors import SettingsError
from hiddenstate.layers import Stacked
from hiddenstate.layers.dropout import DropoutSettings, VariationalDropout, check_share
from hiddenstate.layers.weight_drop import read_with_weight_drop
from hiddenstate.program.operations import CELL_STATES


@dataclass(frozen=True, kw_only=True)
class LanguageSettings:
    """The shape of a language model; section ``[model]`` of ``settings.toml``."""

    cell: str = "lstm"
    hidden_size: int = 384
    num_layers: int = 1
    embedding_size: int = 64
    tied: bool = False
    """Whether the vector of a unit is also what scores it; saves parameters where there are many units."""
    embedding_dropout: float = 0.0
    """Share of the features of the vectors that is dropped."""
    dropout: float = 0.1
    """Share of each layer's outputs that is dropped, before the next layer and before the scores."""
    weight_drop: float = 0.0
    """Share of the recurrent weights that is dropped."""

    def __post_init__(self) -> None:
        for name in ("hidden_size", "num_layers", "embedding_size"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{name}: expected at least 1, got {getattr(self, name)}. Correct it.")
        for name in ("embedding_dropout", "dropout", "weight_drop"):
            check_share(name, getattr(self, name))
        if self.cell in CELLS and self.cell not in CELL_STATES:
            raise SettingsError(
                f'model.cell: expected one that writes without torch ({", ".join(CELL_STATES)}), got "{self.cell}". '
                "Use one of these."
            )


class LanguageOutput(NamedTuple):
    """What the network says about B texts."""

    logits: Tensor
    """(B, T, units) scores of what follows each unit; softmax makes them probabilities."""
    state: tuple[Any, ...]
    """Of each layer after the last step: hand it to the next call."""


@final
class LanguageModel(nn.Module):
    """Reads units and scores the next one after each.

    `units`: how many there are. Sources: Mikolov et al. (2010), "Recurrent neural network based language model";
    tied vectors: Press & Wolf (2017), "Using the output embedding to improve language models".
    """

    def __init__(self, units: int, settings: LanguageSettings) -> None:
        super().__init__()
        self.settings = settings
        size = settings.embedding_size
        self.table = nn.Parameter(torch.randn(units, size) * (size**-0.5 if settings.tied else 1.0))
        self.recurrent = Stacked(
            settings.cell,
            size,
            hidden_size=settings.hidden_size,
            num_layers=settings.num_layers,
            dropout=DropoutSettings(inputs=settings.embedding_dropout, between_layers=settings.dropout),
        )
        self.dropout = VariationalDropout(settings.dropout)
        self.narrow = nn.Linear(settings.hidden_size, size, bias=False) if settings.tied else None
        """With tied vectors: from the layers to the size of the vectors."""
        self.scores = None if settings.tied else nn.Linear(settings.hidden_size, units, bias=False)
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, numbers: Tensor, state: Any = None) -> LanguageOutput:
        """Read numbers (B, T) int64 from `state`, or from nothing."""
        x = embedding(numbers, self.table)  # (B, T, embedding)
        share = self.settings.weight_drop
        outputs, final = read_with_weight_drop(self.recurrent, x, state, share=share)
        return LanguageOutput(self.score(self.dropout(outputs)), final)

    def score(self, outputs: Tensor) -> Tensor:
        """Scores (B, T, units) of what follows, from the top layer's outputs (B, T, hidden)."""
        if self.narrow is not None:
            return linear(self.narrow(outputs), self.table, self.bias)
        assert self.scores is not None
        return linear(outputs, self.scores.weight, self.bias)
