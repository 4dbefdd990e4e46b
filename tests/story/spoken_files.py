"""Recordings that are easy to learn: each letter is a feature that is on for some frames."""

import csv

import numpy as np

LETTERS = "abc "
TINY = [
    "--hidden-size", "12", "--layers", "1", "--epochs", "25", "--batch-size", "8", "--learning-rate", "0.01",
    "--set", "model.stack=1", "--set", "model.dropout=0.0", "--seed", "1", "--quiet",
]  # fmt: skip
WORDS = ("a", "bc", "cab", "ba")


def frames_of(text, random):
    pieces = []
    for letter in text:
        for on, count in ((LETTERS.index(letter), 3), (None, 2)):
            piece = random.normal(0, 0.1, (count, len(LETTERS)))
            if on is not None:
                piece[:, on] += 3.0
            pieces.append(piece)
    return np.concatenate(pieces).astype(np.float32)


def write_spoken(folder, count=60):
    """A table of `count` recordings by six speakers; the path of the table."""
    random = np.random.default_rng(0)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "t.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "text", "speaker"])
        for row in range(count):
            text = " ".join(random.choice(WORDS, random.integers(1, 4)))
            np.save(folder / f"{row}.npy", frames_of(text, random))
            rows.writerow([f"{row}.npy", text, f"s{row % 6}"])
    return folder / "t.csv"
