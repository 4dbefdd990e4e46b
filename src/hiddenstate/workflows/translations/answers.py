"""Translations as people and programs read them: the sentence, and where each of its pieces has looked."""

from typing import Any

import numpy as np
import polars as pl

from hiddenstate.records import AttentionMap, Translation

PLACES = 4


def alignment(result: Translation, row: int) -> AttentionMap:
    """Where the pieces of one answer have looked, source by target; a dot stands for the space before a piece."""
    names = [
        tuple(piece.strip() or "·" for piece in pieces)
        for pieces in (result.source_pieces[row], result.target_pieces[row])
    ]
    return AttentionMap(names[0], names[1], result.weights[row])


def has_alignment(result: Translation, row: int) -> bool:
    """Whether the network has looked anywhere at all: not without attention, nor for an empty answer."""
    return bool(np.any(result.weights[row] > 0))


def translation_table(result: Translation) -> pl.DataFrame:
    """One row a text: the text, its translation and how probable it is."""
    return pl.DataFrame(
        {
            "text": list(result.sources),
            "translation": list(result.targets),
            "score": [round(score, PLACES) for score in result.scores],
        },
        schema={"text": pl.String, "translation": pl.String, "score": pl.Float64},
    )


def translation_records(result: Translation, unknown: list[list[str]]) -> list[dict[str, Any]]:
    """One object a text, with pieces, alignment (target by source) and characters never seen in training."""
    return [
        {
            "text": result.sources[row],
            "translation": result.targets[row],
            "score": round(result.scores[row], PLACES),
            "source_pieces": list(result.source_pieces[row]),
            "target_pieces": list(result.target_pieces[row]),
            "alignment": np.round(result.weights[row], PLACES).tolist(),
            "never_seen": unknown[row],
        }
        for row in range(len(result.sources))
    ]


def translation_lines(result: Translation, row: int, unknown: list[str]) -> list[str]:
    """One answer for the terminal: the sentence, then the piece that each of its own pieces looked at most."""
    lines = [result.targets[row] or "(nothing)"]
    if has_alignment(result, row):
        found = alignment(result, row)
        pairs = [
            f"{target} < {found.sources[int(np.argmax(found.weights[place]))]}"
            for place, target in enumerate(found.targets)
        ]
        lines.append("  looked at: " + ", ".join(pairs))
    if unknown:
        listed = ", ".join(f'"{text}"' for text in dict.fromkeys(unknown))
        lines.append(f"  never seen in training, read as unknown: {listed}")
    return lines
