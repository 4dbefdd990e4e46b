"""Telling running text."""

from hiddenstate.data.recognition.column import words_in
from hiddenstate.data.recognition.guess import Guess
from hiddenstate.data.recognition.sample import Sample


def guess_plain(sample: Sample) -> Guess | None:
    """Lines of letters without the order of a table."""
    lines = [line for line in sample.lines if line.strip()]
    text = "".join(lines)
    letters = sum(char.isalpha() or char.isspace() for char in text) / max(len(text), 1)
    if letters < 0.6:
        return None
    words = sum(map(words_in, lines)) / len(lines)
    return Guess(
        "plain",
        0.7 if sample.ending in (".txt", ".md", "") else 0.6,
        (
            f"About {sample.total:,} lines of running text, {words:.1f} words a line.",
            f"{100 * letters:.0f} % letters and spaces, {len(set(text))} different signs, and no common number "
            "of columns.",
        ),
        {},
        (),
        {"rows": sample.total, "signs": len(set(text)), "words": round(words, 1)},
    )
