"""How large and how fast a recurrent layer is, from a formula: before anything is trained."""

import re
from dataclasses import dataclass

from hiddenstate.errors import SettingsError

GATES = {"lstm": 4, "gru": 3, "rnn": 1}
BIASES = {"lstm": 4, "gru": 4, "rnn": 1}
"""Vectors of biases: a GRU's candidate has one inside and one outside its reset gate."""
STATES = {"lstm": 2, "gru": 1, "rnn": 1}
CALL_US = 0.5
"""Microseconds of a call, however small the layer is."""
PRODUCTS_PER_US = 23_000
"""Multiply-adds that one desktop core does in a microsecond while weights stream from its cache."""
BYTES = 4
"""Of a weight in float32."""
SIZES = (256, 192, 128, 96, 64, 48, 32, 24, 16, 8)
"""Hidden sizes that are tried, the largest first."""
FORMULA = (
    "parameters = layers x directions x hidden x (gates x (input + hidden) + biases), gates 4, 3, 1 and biases "
    "4, 4, 1 for LSTM, GRU, RNN; "
    f"microseconds a step = {CALL_US} + parameters / {PRODUCTS_PER_US:,} on one desktop core; "
    f"bytes = {BYTES} x (parameters + states)"
)


@dataclass(frozen=True)
class Footprint:
    """Recurrent layers of one size; embedding and head are not in it."""

    cell: str
    input_size: int
    hidden_size: int
    num_layers: int = 1
    bidirectional: bool = False

    @property
    def parameters(self) -> int:
        """Weights and biases.

        >>> Footprint("lstm", 100, 128).parameters
        117248
        """
        directions = 1 + self.bidirectional
        inputs = [self.input_size] + [directions * self.hidden_size] * (self.num_layers - 1)
        gates, biases = GATES[self.cell], BIASES[self.cell]
        units = self.hidden_size * directions
        return sum(units * (gates * (size + self.hidden_size) + biases) for size in inputs)

    @property
    def step_us(self) -> float:
        """Microseconds of one step of one sequence, an estimate."""
        return CALL_US + self.parameters / PRODUCTS_PER_US

    @property
    def memory(self) -> int:
        """Bytes of weights and state."""
        directions = 1 + self.bidirectional
        states = STATES[self.cell] * self.num_layers * directions * self.hidden_size
        return BYTES * (self.parameters + states)

    def fits(self, step_us: float | None, memory: int | None) -> bool:
        """Whether both budgets hold; ``None`` is no limit."""
        return (step_us is None or self.step_us <= step_us) and (memory is None or self.memory <= memory)

    def __str__(self) -> str:
        return (
            f"{self.parameters:,} parameters in the recurrent layers, {self.memory / 1024:,.0f} KiB, about "
            f"{self.step_us:.1f} microseconds a step"
        )


def microseconds(text: str) -> float:
    """A time such as "50us", "0.2ms" or "1 s" in microseconds; raises `SettingsError` for anything else.

    >>> microseconds("50us"), microseconds("0.2 ms")
    (50.0, 200.0)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(us|µs|μs|ms|s)\s*", text)
    if found is None or float(found[1]) <= 0:
        raise SettingsError(f'--step-budget: expected a time such as 50us or 2ms, got "{text}". Correct it.')
    return float(found[1]) * {"ms": 1e3, "s": 1e6}.get(found[2], 1.0)


def kibibytes(text: str) -> int:
    """An amount of memory such as "32k", "1.5M" or "512" in bytes; raises `SettingsError` for anything else.

    >>> kibibytes("32k"), kibibytes("1M"), kibibytes("512")
    (32768, 1048576, 512)
    """
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([kKmM]?)(?:i?[bB])?\s*", text)
    if found is None or float(found[1]) <= 0:
        raise SettingsError(f'--ram: expected an amount such as 32k or 1M, got "{text}". Correct it.')
    return int(float(found[1]) * {"": 1, "k": 1024, "m": 1024**2}[found[2].lower()])
