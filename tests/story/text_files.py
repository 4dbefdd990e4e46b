"""Small files of labelled texts for the stories about classification."""

from pathlib import Path

import numpy as np

WORDS = {
    "weather": ["rain", "sun", "storm", "wind", "cloud"],
    "sport": ["goal", "match", "team", "race", "score"],
    "food": ["soup", "bread", "salt", "oven", "taste"],
}
FILLER = ["the", "a", "we", "saw", "today", "very", "near", "big", "old", "quite"]
TINY = [
    "--text", "text", "--target", "label", "--hidden-size", "8", "--epochs", "6", "--batch-size", "16",
    "--learning-rate", "0.02", "--set", "model.embedding_size=12", "--seed", "3", "--quiet",
]  # fmt: skip


def rows(count: int = 240, seed: int = 0) -> list[tuple[str, str]]:
    """Texts of filler words around one word that says what they are about."""
    random = np.random.default_rng(seed)
    pairs = []
    for number in range(count):
        label = list(WORDS)[number % len(WORDS)]
        words = list(random.choice(FILLER, size=random.integers(3, 9)))
        words.insert(int(random.integers(0, len(words))), str(random.choice(WORDS[label])))
        words.append(f"n{number}-{seed}")  # no text stands twice
        pairs.append((" ".join(words), label))
    return pairs


def write(path: Path, pairs: list[tuple[str, str]]) -> Path:
    """A CSV file with the columns text and label."""
    lines = ["text,label", *(f'"{text}",{label}' for text, label in pairs)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
