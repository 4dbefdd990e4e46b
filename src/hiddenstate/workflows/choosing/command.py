"""The commands that lead from the file to a trained model."""

import shlex
from pathlib import Path

from hiddenstate.data.recognition.guess import Guess
from hiddenstate.workflows.choosing.advice import Advice

TASKS = {
    "labelled_texts": "classify",
    "series": "forecast",
    "tagged": "tag",
    "intents": "intent",
    "pairs": "translate",
    "plain": "generate",
    "recordings": "hear",
}
"""Kinds that ``hiddenstate train`` takes, and the word after its ``--task``."""
DEFAULT_HORIZON = 24
COLUMNS = {"classify": ("text", "target"), "forecast": ("time", "target", "series")}
"""Roles of columns that a task is told by a flag."""
TOLD = frozenset(COLUMNS)
"""Tasks that ``train`` tells from those flags, without ``--task``."""
SHAPED = frozenset({"classify", "forecast", "tag", "intent"})
"""Tasks whose network is named by flags; the others have sizes of their own."""


def commands_for(source: Path, guess: Guess, advice: Advice) -> tuple[str, ...]:
    """First those that make the file readable, then ``hiddenstate train``."""
    path = Path(str(guess.facts.get("file", source)))
    lines = []
    stem = path.name.removesuffix(".gz").removesuffix(path.suffix)
    for number, remedy in enumerate(guess.hindrances, start=1):
        if not remedy.command:
            continue
        target = Path(f"{stem}-{number}{remedy.ending}")
        reader = "zcat" if path.name.endswith(".gz") else "cat"
        cat = f"{reader} {shlex.quote(str(path))}"
        lines.append(remedy.command.replace("{cat}", cat).replace("{target}", shlex.quote(str(target))))
        path = target
    if guess.kind == "pairs" and (path.parent / guess.roles.get("target", "")).is_file():
        sides = [path.parent / guess.roles[side] for side in ("source", "target")]
        lines += _pasted(sides)
        path = Path("pairs.tsv")
    return (*lines, _train(path, guess, advice))


def _pasted(sides: list[Path]) -> list[str]:
    """Two files of sentences, line by line beside each other."""
    lines, plain = [], []
    for side in sides:
        if side.suffix == ".gz":
            lines.append(f"zcat {shlex.quote(str(side))} > {shlex.quote(side.stem)}")
        plain.append(shlex.quote(side.stem if side.suffix == ".gz" else str(side)))
    return [*lines, f"paste {' '.join(plain)} > pairs.tsv"]


def _task(guess: Guess) -> str:
    """Of recordings the one that their labels speak for: words to be written down, or a class."""
    if guess.kind == "recordings" and guess.facts.get("spoken"):
        return "transcribe"
    return TASKS[guess.kind]


def _train(path: Path, guess: Guess, advice: Advice) -> str:
    task = _task(guess)
    words = ["hiddenstate", "train", shlex.quote(str(path))]
    if task not in TOLD:
        words += ["--task", task]
    if task not in SHAPED:
        return " ".join([*words, "--out", "model/"])
    for key in COLUMNS.get(task, ()):
        if key in guess.roles:
            words += [f"--{key}", shlex.quote(guess.roles[key].replace(",", "\\,"))]
    network = advice.network
    if task == "forecast":
        words += ["--horizon", str(guess.facts.get("horizon") or DEFAULT_HORIZON)]
    else:
        words += ["--bidirectional" if network.bidirectional else "--one-directional"]
        words += ["--layers", str(network.num_layers)]
    words += ["--model", network.cell, "--hidden-size", str(network.hidden_size)]
    for flag, value in advice.flags.items():
        words += [f"--{flag}", value]
    return " ".join([*words, "--out", "model/"])
