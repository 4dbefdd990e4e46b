"""A walk through a cell's equations, for the terminal and as a section of a page, from the same numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from hiddenstate.records import Line, Step, Term, Walk

if TYPE_CHECKING:
    import rich.console

MINUS = "\N{MINUS SIGN}"
CALLED = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN", "rnn_relu": "RNN with relu"}
_BELOW = re.compile(r"_(\{[^}]*\}|\w+)")


def signed(value: float) -> str:
    """Three decimals, with a real minus sign.

    >>> signed(-0.12345), signed(-0.0001)
    ('−0.123', '0.000')
    """
    text = f"{value:.3f}"
    return text.lstrip("-") if not text.strip("-0.") else text.replace("-", MINUS)


def total(values: list[float]) -> str:
    """Numbers as the sum that a person writes: signs between them.

    >>> total([0.5, -0.25])
    '0.500 − 0.250'
    """
    parts = [signed(values[0])]
    for value in values[1:]:
        text = signed(value)
        parts.append(f"{MINUS} {text[1:]}" if text.startswith(MINUS) else f"+ {text}")
    return " ".join(parts)


def with_numbers(line: Line) -> str:
    """The right-hand side with numbers: ``σ(0.310 − 0.020 + 1.000) = σ(1.290)``."""
    values = [term.value for term in line.terms]
    if line.product:
        return " · ".join(signed(value) for value in values)
    if not line.function:
        return total(values)
    whole = f"{line.function}({total(values)})"
    return whole if len(values) == 1 else f"{whole} = {line.function}({signed(line.argument)})"


def taken_apart(term: Term) -> str:
    """What a term is the sum of: ``W_i x_t = 8.000 · 1.000 [x0]``; empty where there is nothing to add up."""
    counted = [product for product in term.products if product[1] != 0]
    idle = len(term.products) > 1 and not any(value for _, _, value in counted)
    if not counted or idle:
        return ""
    named = len(term.products) == 1 and " · " in term.symbol
    parts = [
        f"{signed(weight)} · {signed(value)}" + ("" if named else f" [{name}]")
        for name, weight, value in counted
    ]
    complete = abs(sum(weight * value for _, weight, value in term.products) - term.value) < 1e-9
    return f"{term.symbol} = {' + '.join(parts)}{'' if complete else ' + …'}"


@dataclass(frozen=True)
class WalkTable:
    """A walk for people; `parts` also shows the products behind every sum."""

    walk: Walk
    parts: bool = True

    @property
    def title(self) -> str:
        """Which unit of which layer."""
        cell = CALLED.get(self.walk.cell, self.walk.cell)
        kind = "" if self.walk.layer.startswith(cell) else f" ({cell})"
        return f"Unit {self.walk.unit} of {self.walk.layer}{kind} in numbers"

    def terminal(self) -> rich.console.Group:
        """One block for each step, for `rich` to print."""
        from rich.console import Group
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        blocks: list[object] = [Text(self.title, "bold"), Text("")]
        blocks += [Text(f"  {_plain(equation)}", "dim") for equation in self.walk.equations]
        if self.walk.start:
            start = ", ".join(f"{symbol} = {signed(value)}" for symbol, value in self.walk.start)
            blocks.append(Text(f"\n  before the first step: {start}", "dim"))
        for step in self.walk.steps:
            blocks.append(Text(f"\n{_heading(step)}", "bold cyan"))
            grid = Table.grid(padding=(0, 1))
            for line in step.lines:
                grid.add_row(
                    Text(f"  {line.symbol}"),
                    Text("="),
                    Text(_plain(with_numbers(line))),
                    Text("="),
                    Text(signed(line.value), "bold"),
                )
            blocks.append(grid)
            if self.parts:
                apart = "\n".join(f"{_plain(text)}" for text in _parts(step))
                blocks.append(Padding(Text(apart, "dim"), (0, 0, 0, 6), expand=False))
        return Group(*blocks)  # type: ignore[arg-type]

    def html(self) -> str:
        """A section of a page: the equations, then one table for each step, which a slider can pick."""
        equations = "".join(f"<li>{_html(equation)}</li>" for equation in self.walk.equations)
        steps = "\n".join(self._step_html(step) for step in self.walk.steps)
        return (
            f'<section class="part walk"><h2>{escape(self.title)}</h2>'
            f'<ul class="equations">{equations}</ul>{steps}</section>'
        )

    def _step_html(self, step: Step) -> str:
        rows = "".join(
            f'<tr><th scope="row">{_html(line.symbol)}</th>'
            f'<td class="sum">{_html(with_numbers(line))}{self._parts_html(line)}</td>'
            f"<td><b>{signed(line.value)}</b></td></tr>"
            for line in step.lines
        )
        heading = escape(_heading(step))
        return (
            f'<div class="step" data-step="{step.number - 1}"><h3>{heading}</h3>'
            f'<div class="scroll" role="region" tabindex="0" aria-label="{heading}">'
            f"<table><tbody>{rows}</tbody></table></div></div>"
        )

    def _parts_html(self, line: Line) -> str:
        apart = [_html(text) for term in line.terms if (text := taken_apart(term))]
        return f"<small>{'<br>'.join(apart)}</small>" if self.parts and apart else ""


def _parts(step: Step) -> list[str]:
    """Every sum of a step taken apart, each once."""
    texts = [taken_apart(term) for line in step.lines for term in line.terms]
    return list(dict.fromkeys(text for text in texts if text))


def _heading(step: Step) -> str:
    return f"step {step.number}" if step.label == str(step.number) else f"step {step.number}: {step.label}"


def _plain(text: str) -> str:
    """An equation for a terminal, without braces."""
    return text.replace("{t-1}", "t-1")


def _html(text: str) -> str:
    """An equation with its indices set lower."""
    return _BELOW.sub(lambda match: f"<sub>{match[1].strip('{}')}</sub>", escape(text))
