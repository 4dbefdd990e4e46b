"""A cell of a few units whose weights are typed as equations: teaching material for a walk."""

import re
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from hiddenstate.cells import CELLS, GRUCell
from hiddenstate.choices import choose, closest
from hiddenstate.errors import InputError
from hiddenstate.layers import Recurrent

UNITS = 2
MOST_UNITS = 8
TOYS: dict[str, dict[str, str]] = {
    # Unit 0 writes a large input once and keeps it; unit 1 forgets two thirds at each step.
    "lstm": {"f": "5, -1", "i": "8x - 4", "C": "2x", "o": "4"},
    "gru": {"r": "4", "z": "4 - 8x, -1", "n": "2x"},
    "rnn": {"h": "2x + 1.2h0, 2x + 0.3h1"},
}
"""Cell -> the gates that stand where none are typed."""
TOY_INPUTS = "1 0 0 0"

_TERM = re.compile(r"([+-]?)\s*(?:(\d+\.?\d*|\.\d+)\s*[*·]?\s*)?(?:([xh])(\d*))?\s*")
Expression = dict[str, float]
"""Variable ("x0", "h1", "" for the constant) -> its factor."""


def toy_cell(text: str, features: int = 1) -> Recurrent:
    """A cell from its equations, in double precision.

    text: the cell's name, then its gates, separated by semicolons: ``"lstm; f = 5, -1; i = 8x - 4"``. Each gate is
    what its function is applied to, for every unit, separated by commas; one for all may stand alone. ``x`` (or
    ``x0``, ``x1``) is the input, ``h0``, ``h1`` the units' last hidden states. A gate that is left out is that of
    `TOYS`; without text the cell is an LSTM. In a GRU, h in n is scaled by r.

    Raises `InputError` for a gate that the cell does not have and for what cannot be read.

    >>> toy_cell("lstm; f = 5, h0 - 1").cell.U[3]
    tensor([1., 0.], dtype=torch.float64, grad_fn=<SelectBackward0>)
    """
    name, typed = _parts(text)
    table = choose(TOYS, name, "cell", InputError)
    for letter in typed:
        if letter not in table:
            raise InputError(f'toy: expected a gate of the {name}, got "{letter}". {closest(letter, table)}')
    gates = {letter: _expressions(letter, typed.get(letter, table[letter])) for letter in table}
    units = max(UNITS, *(len(rows) for rows in gates.values()))
    for letter, rows in gates.items():
        if len(rows) not in (1, units):
            raise InputError(
                f"toy, {letter}: expected one expression or {units}, one for each unit, got {len(rows)}. "
                "Separate them by commas."
            )
    if units > MOST_UNITS:
        raise InputError(f"toy: expected at most {MOST_UNITS} units, got {units}. It is to be read by eye.")
    return _built(name, {letter: rows * (units // len(rows)) for letter, rows in gates.items()}, features)


def toy_inputs(text: str) -> Tensor:
    """(1, time, input) from numbers: steps separated by spaces, the inputs of a step by commas.

    >>> toy_inputs("1 0 0.5").shape, toy_inputs("1,0 0,1").shape
    (torch.Size([1, 3, 1]), torch.Size([1, 2, 2]))
    """
    try:
        rows = [[float(number) for number in step.split(",")] for step in text.split()]
    except ValueError:
        raise InputError(
            f'inputs: expected numbers such as "1 0 0.5", or "1,0 0,1" for two inputs, got "{text}". Correct it.'
        ) from None
    if not rows or len({len(row) for row in rows}) != 1:
        raise InputError(
            f'inputs: expected at least one step, each with as many numbers, got "{text}". '
            'Write "1,0 0,1" for two steps of two inputs.'
        )
    return torch.tensor(rows, dtype=torch.float64).unsqueeze(0)


def _parts(text: str) -> tuple[str, dict[str, str]]:
    """Name of the cell, and what was typed for each gate."""
    name, typed = "lstm", {}
    for number, part in enumerate(piece.strip() for piece in text.split(";")):
        letter, equals, expression = (piece.strip() for piece in part.partition("="))
        if not part:
            continue
        if not equals and number == 0:
            name = part.lower()
        elif not equals or not letter:
            raise InputError(f'toy: expected gate = expression, got "{part}". Write e.g. "f = 5, -1".')
        elif letter in typed:
            raise InputError(f"toy: expected each gate once, got {letter} twice. Take one out.")
        else:
            typed[letter] = expression
    return name, typed


def _expressions(letter: str, text: str) -> list[Expression]:
    return [_expression(letter, part.strip()) for part in text.split(",")]


def _expression(letter: str, text: str) -> Expression:
    """A sum such as ``0.5x - h1 + 1``."""
    found: Expression = {}
    place = 0
    while place < len(text):
        match = _TERM.match(text, place)
        assert match is not None  # every part of the pattern may be empty
        sign, factor, variable, number = match.groups()
        if not (factor or variable) or (place and not sign):
            break
        name = f"{variable}{number or 0}" if variable else ""
        if variable == "h" and not number:
            break
        found[name] = found.get(name, 0.0) + float(f"{sign}{factor or 1}")
        place = match.end()
    if not text or place < len(text):
        raise InputError(
            f'toy, {letter}: expected a sum of numbers, x, x0, x1, h0, h1 such as 0.5x - h1 + 1, got "{text}". '
            "Correct it."
        )
    return found


def _built(name: str, gates: Mapping[str, Sequence[Expression]], features: int) -> Recurrent:
    units = len(next(iter(gates.values())))
    cell = CELLS[name](features, units).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        for letter, rows in gates.items():
            begin = cell.blocks.index(letter) * units
            for unit, expression in enumerate(rows):
                for variable, factor in expression.items():
                    _place(cell, letter, begin + unit, variable, factor)
    if isinstance(cell, GRUCell):
        assert not cell.b_hn.any()
    return Recurrent(cell, path="loop")


def _place(cell: torch.nn.Module, letter: str, row: int, variable: str, factor: float) -> None:
    if not variable:
        cell.b[row] = factor  # type: ignore[operator]
        return
    matrix = cell.W if variable[0] == "x" else cell.U
    assert isinstance(matrix, Tensor)
    column, count = int(variable[1:]), matrix.shape[1]
    if column >= count:
        what = "input" if variable[0] == "x" else "unit"
        raise InputError(
            f"toy, {letter}: expected {variable[0]}0 to {variable[0]}{count - 1}, as there are {count} {what}(s), "
            f"got {variable}. Correct it, or give more of them."
        )
    matrix[row, column] = factor
