"""The cells that the lab puts side by side, each with the way in which it starts."""

from dataclasses import dataclass

from hiddenstate.cells import ForgetBias
from hiddenstate.cells.forget_bias import DEFAULT_FORGET_BIAS
from hiddenstate.choices import choose
from hiddenstate.layers import Stacked


@dataclass(frozen=True)
class Start:
    """One contestant: a cell and where the bias of its gate that keeps begins."""

    name: str
    """What a table calls it; short enough for the legend of a chart on a phone. "bias" is that of the forget gate."""
    cell: str
    """A name in `CELLS`."""
    forget_bias: ForgetBias = DEFAULT_FORGET_BIAS

    def build(self, input_size: int, hidden_size: int, memory_steps: int) -> Stacked:
        """One layer with fresh weights, from torch's global generator; `memory_steps` is for chrono."""
        return Stacked(
            self.cell,
            input_size,
            hidden_size=hidden_size,
            forget_bias=self.forget_bias,
            memory_steps=memory_steps if self.forget_bias == "chrono" else None,
        )


STARTS: dict[str, Start] = {
    "rnn": Start("RNN", "rnn"),
    "lstm-0": Start("LSTM, bias 0", "lstm", 0.0),
    "lstm-1": Start("LSTM, bias 1", "lstm", 1.0),
    "lstm-chrono": Start("LSTM, chrono", "lstm", "chrono"),
    "gru": Start("GRU", "gru"),
}


def chosen_starts(names: tuple[str, ...] | None) -> list[Start]:
    """The contestants called `names`, all of them for None. Raises `SettingsError` for an unknown name."""
    return [choose(STARTS, name, "cell of the lab") for name in names or STARTS]
