"""The cell's equations with a model's own numbers, for one unit, step by step."""

from dataclasses import dataclass
from typing import Literal

Function = Literal["σ", "tanh", "relu", ""]


@dataclass(frozen=True)
class Term:
    """One number of an equation, and how it comes about."""

    symbol: str
    """"W_f x_t", "b_f", "f_t · C_{t-1}"."""
    value: float
    products: tuple[tuple[str, float, float], ...] = ()
    """What it is the sum of: (name, weight, value) of each product; empty where there is nothing to take apart."""


@dataclass(frozen=True)
class Line:
    """One equation: value = function(sum of terms), or the product of the terms."""

    symbol: str
    """"f_t": what is computed."""
    terms: tuple[Term, ...]
    function: Function
    """What is applied to the sum; "" for none."""
    value: float
    product: bool = False
    """Whether the terms are multiplied."""

    @property
    def argument(self) -> float:
        """What the function is applied to: the sum of the terms."""
        return sum(term.value for term in self.terms)


@dataclass(frozen=True)
class Step:
    """One step of one unit."""

    number: int
    """Counted from 1, in the order of the input."""
    label: str
    """The word or time stamp that was read."""
    lines: tuple[Line, ...]
    """In the order in which the cell computes them."""


@dataclass(frozen=True)
class Walk:
    """One unit of one layer through one sequence, in the order in which the layer reads."""

    layer: str
    """What a reader calls the layer."""
    cell: str
    unit: int
    steps: tuple[Step, ...]
    equations: tuple[str, ...]
    """The cell in symbols."""
    start: tuple[tuple[str, float], ...] = ()
    """(symbol, value) of the unit's state before the first step."""
