"""What a file or folder holds: every rule is asked, and the best guess comes first."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hiddenstate.choices import closest
from hiddenstate.data.files import PARQUET
from hiddenstate.data.recognition.grid import (
    Grid,
    grid_of_lines,
    grid_of_objects,
    grid_of_parquet,
    objects_of,
)
from hiddenstate.data.recognition.guess import CLEAR, KINDS, Guess, Recognition
from hiddenstate.data.recognition.intents import guess_intent_table, guess_intents, intents_in
from hiddenstate.data.recognition.labelled_texts import (
    guess_labelled_lines,
    guess_labelled_texts,
    texts_in_folders,
)
from hiddenstate.data.recognition.pairs import guess_pairs, guess_twin, twin_in
from hiddenstate.data.recognition.plain import guess_plain
from hiddenstate.data.recognition.recordings import guess_sound_folder, guess_sound_table
from hiddenstate.data.recognition.sample import Sample, read_sample
from hiddenstate.data.recognition.series import guess_series
from hiddenstate.data.recognition.tagged import (
    guess_conll,
    guess_slashed,
    guess_token_objects,
    guess_token_table,
)
from hiddenstate.errors import InputError

TABLE_RULES = (
    guess_sound_table,
    guess_intent_table,
    guess_token_table,
    guess_pairs,
    guess_labelled_texts,
    guess_series,
)
LINE_RULES = (guess_conll, guess_slashed, guess_twin, guess_labelled_lines)
SPECIFIC = frozenset(("intents", "tagged", "recordings"))
"""Kinds with a mark of their own: where one fits, a general rule that fits too says less."""
GENERAL = 0.7
MOST_FILES = 20_000
TEXTS = frozenset((".txt", ".md", ".eml", ""))


def recognise(path: Path) -> Recognition:
    """Guess what `path` holds from a sample of it; nothing is trained and nothing written.

    Raises `InputError` for what is missing, empty, binary, or nothing that a rule knows.
    """
    if path.is_dir():
        guesses = list(_of_folder(path))
    elif path.suffix.lower() in PARQUET and path.exists():
        guesses = list(_of_grid(grid_of_parquet(path)))
    else:
        guesses = list(_of_sample(read_sample(path)))
    specific = any(guess.kind in SPECIFIC and guess.score >= CLEAR for guess in guesses)
    best: dict[str, Guess] = {}
    for guess in guesses:
        if specific and guess.kind not in SPECIFIC:
            guess = replace(guess, score=GENERAL * guess.score)
        if guess.score > 0.2 and (guess.kind not in best or guess.score > best[guess.kind].score):
            best[guess.kind] = guess
    if not best:
        raise InputError(
            f"{path}: expected {', '.join(KINDS.values())}, got nothing of these. "
            "Give a table with names in its first line, lines of text, or a folder of recordings."
        )
    return Recognition(str(path), tuple(sorted(best.values(), key=lambda guess: -guess.score)))


def _of_sample(sample: Sample) -> Iterator[Guess]:
    objects = objects_of(sample)
    if objects is not None:
        for found in (guess_intents(objects), guess_token_objects(objects)):
            if found is not None:
                yield _with(found, sample)
        yield from (_with(guess, sample) for guess in _of_grid(grid_of_objects(objects, sample.total)))
        return
    lined = False
    for line_rule in LINE_RULES:
        if (found := line_rule(sample)) is not None:
            lined = True
            yield _with(found, sample)
    grid = grid_of_lines(sample)
    if grid is not None and not lined:
        yield from (_with(guess, sample) for guess in _of_grid(grid))
    elif grid is None and not lined and (found := guess_plain(sample)) is not None:
        yield _with(found, sample)


def _of_grid(grid: Grid) -> Iterator[Guess]:
    for rule in TABLE_RULES:
        if (found := rule(grid)) is not None:
            yield found
    texts = [column for column in grid.columns if column.free]
    others = [column for column in grid.columns if column.classes]
    if len(texts) == 1 and not others:
        words = texts[0].mean_words
        yield Guess(
            "plain",
            0.55,
            (grid.described, f'"{texts[0].name}" is free text ({words:.1f} words), and nothing labels it.'),
            {"text": texts[0].name},
            (),
            {"rows": grid.total, "words": round(words, 1)},
        )


def _of_folder(folder: Path) -> Iterator[Guess]:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    files = files[:MOST_FILES]
    if not files:
        raise InputError(f"{folder}: expected files, got an empty folder. Check the path.")
    if (sounds := guess_sound_folder(folder, files)) is not None:
        yield sounds
        return
    if (intents := intents_in(folder)) is not None:
        yield intents
        return
    inside: dict[str, list[str]] = {}
    for path in files:
        if path.suffix.lower() in TEXTS and len(path.relative_to(folder).parts) > 1:
            inside.setdefault(path.parent.name, []).append(path.name)
    if (labelled := texts_in_folders({**inside})) is not None:
        yield labelled
        return
    twin = twin_in(folder)
    chosen = twin or _largest(files, folder)
    for guess in recognise(chosen).guesses:
        seen = (f"The folder's largest file, {chosen.relative_to(folder)}, was looked at.", *guess.evidence)
        yield replace(guess, evidence=seen, facts={**guess.facts, "file": str(chosen)})


def _largest(files: list[Path], folder: Path) -> Path:
    data = [
        path for path in files if path.stem.upper() not in ("README", "LICENSE", "LICENCE", "ATTRIBUTION")
    ]
    if not data:
        names = [path.name for path in files]
        raise InputError(f"{folder}: expected a file of data, got {closest('', names)} Name the file.")
    return max(data, key=lambda path: path.stat().st_size)


def _with(guess: Guess, sample: Sample) -> Guess:
    if not sample.hindrances:
        return guess
    return replace(guess, hindrances=(*sample.hindrances, *guess.hindrances))
