"""Sentence templates, such as ``turn (on|off) [the] {name}``, and sentences drawn from them.

``(a|b)`` one of several, ``[a]`` or nothing, ``(a;b)`` all of them in any order, ``{list}`` or ``{list:slot}`` a
value of a list, ``<rule>`` another template by name. The notation is that of Home Assistant's intents.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from hiddenstate.choices import choose
from hiddenstate.errors import InputError

_MARK = re.compile(r"[()\[\]|;]|<\w+>|\{\w+(?::\w+)?\}|[^()\[\]|;<>{}]+")
CLOSING = {"(": ")", "[": "]"}
DEEPEST = 30
"""Rules within rules; deeper ones go round in a circle."""


@dataclass(frozen=True)
class Sequence:
    """One part after the other."""

    parts: "tuple[Part, ...]"


@dataclass(frozen=True)
class OneOf:
    """One of several."""

    options: "tuple[Part, ...]"


@dataclass(frozen=True)
class AnyOrder:
    """All of them, in any order."""

    parts: "tuple[Part, ...]"


@dataclass(frozen=True)
class Rule:
    """Another template."""

    name: str


@dataclass(frozen=True)
class Value:
    """A value of a list."""

    name: str


Part = str | Sequence | OneOf | AnyOrder | Rule | Value


@dataclass(frozen=True)
class Grammar:
    """What the names in templates stand for."""

    rules: Mapping[str, Part]
    values: Mapping[str, Callable[[np.random.Generator], str]]
    """For each list a function that draws a value."""

    def draw(self, part: Part, random: np.random.Generator) -> str:
        """A sentence of the template `part`, with single spaces.

        Raises `InputError` for an unknown name and for rules that call each other in a circle.

        >>> part = parse("[please] open ({place}|the <kind>) door")
        >>> grammar = Grammar({"kind": parse("(front|back)")}, {"place": lambda random: "kitchen"})
        >>> grammar.draw(part, np.random.default_rng(0))
        'please open the back door'
        """
        return " ".join(self._draw(part, random, 0).split())

    def _draw(self, part: Part, random: np.random.Generator, depth: int) -> str:
        if depth > DEEPEST:
            raise InputError("template: expected rules that end, got a circle. Correct the rules.")
        if isinstance(part, str):
            return part
        if isinstance(part, OneOf):
            return self._draw(part.options[random.integers(len(part.options))], random, depth)
        if isinstance(part, Rule):
            return self._draw(choose(self.rules, part.name, "rule", InputError), random, depth + 1)
        if isinstance(part, Value):
            return choose(self.values, part.name, "list", InputError)(random)
        if isinstance(part, AnyOrder):
            order = random.permutation(len(part.parts))
            return " ".join(self._draw(part.parts[place], random, depth) for place in order)
        return "".join(self._draw(inner, random, depth) for inner in part.parts)


def parse(template: str) -> Part:
    """Read a template. Raises `InputError` naming the template and what is wrong in it.

    >>> parse("[a] b")
    Sequence(parts=(OneOf(options=('', 'a')), ' b'))
    """
    marks = _MARK.findall(template)
    if "".join(marks) != template:
        raise InputError(f"template {template!r}: expected <rule> and {{list}} to be whole. Correct it.")
    reader = _Reader(template, marks)
    part = reader.alternatives(None)
    if reader.place < len(reader.marks):
        raise InputError(
            f"template {template!r}: expected an opening mark before {reader.marks[reader.place]!r}. Correct it."
        )
    return part


class _Reader:
    """Walks over the marks of a template once, from left to right."""

    def __init__(self, template: str, marks: list[str]) -> None:
        self.template = template
        self.marks = marks
        self.place = 0

    def alternatives(self, closing: str | None) -> Part:
        """All up to the mark `closing` or the end."""
        groups: dict[str, list[Part]] = {"|": [], ";": []}
        mark = ""
        while True:
            part = self.sequence()
            ended = self.place >= len(self.marks) or self.marks[self.place] not in groups
            found = mark if ended else self.marks[self.place]
            if mark and found != mark:
                raise InputError(
                    f'template {self.template!r}: expected "|" or ";" in one group, got both. Use brackets.'
                )
            mark = found
            groups[mark or "|"].append(part)
            if ended:
                break
            self.place += 1
        if closing is not None and (self.place >= len(self.marks) or self.marks[self.place] != closing):
            raise InputError(f"template {self.template!r}: expected a closing {closing!r}. Add it.")
        if groups[";"]:
            return AnyOrder(tuple(groups[";"]))
        return OneOf(tuple(groups["|"])) if len(groups["|"]) > 1 else groups["|"][0]

    def sequence(self) -> Part:
        """All up to the next mark that ends an alternative."""
        parts: list[Part] = []
        while self.place < len(self.marks) and self.marks[self.place] not in ("|", ";", ")", "]"):
            mark = self.marks[self.place]
            self.place += 1
            if mark in CLOSING:
                inner = self.alternatives(CLOSING[mark])
                self.place += 1
                parts.append(inner if mark == "(" else _optional(inner))
            elif mark[0] == "<":
                parts.append(Rule(mark[1:-1]))
            elif mark[0] == "{":
                parts.append(Value(mark[1:-1].split(":")[0]))
            else:
                parts.append(mark)
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))


def _optional(part: Part) -> OneOf:
    return OneOf(("", *part.options)) if isinstance(part, OneOf) else OneOf(("", part))
