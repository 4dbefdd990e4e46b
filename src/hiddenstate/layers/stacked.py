"""Layers on top of each other, in one or both directions."""

from collections.abc import Mapping, Sequence
from typing import Any, final

from torch import Tensor, nn

from hiddenstate.cells import CELLS, Cell, ForgetBias
from hiddenstate.cells.forget_bias import DEFAULT_FORGET_BIAS
from hiddenstate.choices import choose
from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.layers.bidirectional import Bidirectional
from hiddenstate.layers.dropout import NO_DROPOUT, DropoutSettings
from hiddenstate.layers.recurrent import Recurrent
from hiddenstate.layers.repeated import Repeated


@final
class Stacked(nn.Module):
    """One or more recurrent layers; each reads the outputs of the one below.

    `cell` is a name in `CELLS`. `forget_bias` is where the bias of the gate that keeps starts, in every
    layer and direction: a number, or "chrono", which needs `memory_steps`, the training length in steps
    (Tallec & Ollivier, 2018). The layers are in `layers`, bottom first.

    Raises `SettingsError` for an unknown cell or a size below 1.

    >>> import torch
    >>> stack = Stacked("lstm", 3, hidden_size=5, num_layers=2, bidirectional=True)
    >>> outputs, states = stack(torch.randn(2, 7, 3))
    >>> outputs.shape, states[1].forward.h.shape
    (torch.Size([2, 7, 10]), torch.Size([2, 5]))
    """

    def __init__(
        self,
        cell: str,
        input_size: int,
        *,
        hidden_size: int,
        num_layers: int = 1,
        bidirectional: bool = False,
        dropout: DropoutSettings = NO_DROPOUT,
        forget_bias: ForgetBias = DEFAULT_FORGET_BIAS,
        memory_steps: int | None = None,
    ) -> None:
        super().__init__()
        if num_layers < 1:
            raise SettingsError(
                f"num_layers: expected at least 1, got {num_layers}. Use 1 for a single layer."
            )
        kind = choose(CELLS, cell, "cell")

        def build(size: int) -> Cell[Any, Any]:
            return kind.create(size, hidden_size, forget_bias=forget_bias, memory_steps=memory_steps)

        self.layers = nn.ModuleList()
        size = input_size
        for number in range(num_layers):
            entering = dropout.between_layers if number else dropout.inputs
            layer = (
                Bidirectional(
                    build(size),
                    build(size),
                    input_dropout=entering,
                    recurrent_dropout=dropout.recurrent,
                    zoneout=dropout.zoneout,
                )
                if bidirectional
                else Recurrent(
                    build(size),
                    input_dropout=entering,
                    recurrent_dropout=dropout.recurrent,
                    zoneout=dropout.zoneout,
                )
            )
            self.layers.append(layer)
            size = layer.output_size
        self.output_size = size
        """Features of each output step."""
        self.bidirectional = bidirectional

    def forward(
        self, x: Tensor | Repeated, lengths: Tensor | None = None, state: Sequence[Any] | None = None
    ) -> tuple[Tensor, tuple[Any, ...]]:
        """Read x (batch, time, input); lengths and state as in `Recurrent.forward`, one state per layer.

        Returns the top layer's outputs (batch, time, output_size) and each layer's final state, bottom first.
        """
        if state is None:
            state = [None] * len(self.layers)
        elif len(state) != len(self.layers):
            raise ShapeError(
                f"state: expected one for each of the {len(self.layers)} layers, got {len(state)}. "
                "Take it from an earlier call."
            )
        final_states = []
        outputs: Any = x
        for layer, before in zip(self.layers, state, strict=True):
            outputs, after = layer(outputs, lengths, before)
            final_states.append(after)
        return outputs, tuple(final_states)

    def torch_weights(self) -> dict[str, Tensor]:
        """The parameters as the state dict of the torch.nn.LSTM, GRU or RNN that computes the same."""
        weights: dict[str, Tensor] = {}
        for suffix, cell in self._cells():
            weights |= cell.torch_weights(suffix)
        return weights

    def load_torch_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Take the parameters of a torch.nn.LSTM, GRU or RNN (tanh): pass its ``state_dict()``.

        Raises `ShapeError` where a weight is missing, left over or of another shape.
        """
        cells = self._cells()
        left_over = [name for name in weights if not any(name.endswith(suffix) for suffix, _ in cells)]
        left_over += [name for name in weights if name.startswith("weight_hr")]
        if left_over:
            raise ShapeError(
                f"weights: expected {len(self.layers)} layer(s) without projection, "
                f"got also {', '.join(left_over)}. Check num_layers, bidirectional and proj_size."
            )
        for suffix, cell in cells:
            cell.load_torch_weights(weights, suffix)

    def _cells(self) -> list[tuple[str, Cell[Any, Any]]]:
        """Every cell with the ending that its parameters have in torch's state dict."""
        cells: list[tuple[str, Cell[Any, Any]]] = []
        for number, layer in enumerate(self.layers):
            if isinstance(layer, Bidirectional):
                cells.append((f"_l{number}", layer.forwards.cell))
                cells.append((f"_l{number}_reverse", layer.backwards.cell))
            elif isinstance(layer, Recurrent):
                cells.append((f"_l{number}", layer.cell))
        return cells
