"""A model card in Markdown: what the model is, what it learnt from, how well it does, where it fails.

Sections follow Mitchell et al., "Model Cards for Model Reporting" (2019), in plain words.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from hiddenstate.choices import closest
from hiddenstate.errors import BundleError

SECTIONS = {
    "model": "What it is",
    "data": "Data",
    "period": "Period",
    "split": "Split",
    "metrics": "How well it does",
    "verdict": "Verdict",
    "limits": "Limits",
    "usage": "How to use it",
    "attribution": "Attribution",
}
"""Key of a fact -> heading of its section, in the card's order."""

REQUIRED = ("title", "summary", "data", "metrics", "limits", "usage")
"""A card without one of these would leave the reader to guess."""


def compose_card(facts: Mapping[str, Any]) -> str:
    """Markdown of a model card.

    `facts` has a ``title`` and a ``summary`` and any of `SECTIONS`. A fact may be text (a paragraph),
    a list of texts (bullets), a mapping (a table of two columns) or a list of mappings (a table with a
    column per key). Raises `BundleError` for an unknown or a missing fact.

    >>> print(compose_card({"title": "Demand", "summary": "Forecasts demand.", "data": {"rows": 17520},
    ...     "metrics": [{"model": "LSTM", "MAE": 101.25}], "limits": ["Victoria only."],
    ...     "usage": "hiddenstate predict"}))
    # Demand
    <BLANKLINE>
    Forecasts demand.
    <BLANKLINE>
    ## Data
    <BLANKLINE>
    | | |
    | --- | --- |
    | rows | 17520 |
    <BLANKLINE>
    ## How well it does
    <BLANKLINE>
    | model | MAE |
    | --- | ---: |
    | LSTM | 101.2 |
    <BLANKLINE>
    ## Limits
    <BLANKLINE>
    - Victoria only.
    <BLANKLINE>
    ## How to use it
    <BLANKLINE>
    hiddenstate predict
    <BLANKLINE>
    """
    valid = ("title", "summary", *SECTIONS)
    for key in facts:
        if key not in valid:
            raise BundleError(f'model card: expected a known fact, got "{key}". {closest(key, valid)}')
    missing = [key for key in REQUIRED if not facts.get(key)]
    if missing:
        raise BundleError(f"model card: expected the facts {', '.join(missing)}, got none. Give them.")
    parts = [f"# {facts['title']}", str(facts["summary"])]
    for key, heading in SECTIONS.items():
        if facts.get(key):
            parts += [f"## {heading}", _block(facts[key])]
    return "\n\n".join(parts) + "\n"


def _block(fact: Any) -> str:
    """A fact as a paragraph, a list or a table, by its form."""
    if isinstance(fact, Mapping):
        rows = [f"| {_cell(key)} | {_cell(value)} |" for key, value in fact.items()]
        return "\n".join(["| | |", "| --- | --- |", *rows])
    if isinstance(fact, Sequence) and not isinstance(fact, str):
        if all(isinstance(entry, Mapping) for entry in fact):
            return _table(fact)
        return "\n".join(f"- {entry}" for entry in fact)
    return str(fact).strip()


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """One line per mapping, one column per key; a key that a row lacks leaves its cell empty."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    numeric = {key for key in columns if all(isinstance(row.get(key, 0.0), int | float) for row in rows)}
    lines = ["| " + " | ".join(_cell(key) for key in columns) + " |"]
    lines.append("| " + " | ".join("---:" if key in numeric else "---" for key in columns) + " |")
    lines += ["| " + " | ".join(_cell(row.get(key, "")) for key in columns) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    """Text that stays inside its table cell; fractions to four significant figures."""
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return " ".join(text.split()).replace("|", "\\|")
