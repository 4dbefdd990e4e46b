"""The commands that lead from the file to a trained model."""

import shlex
from pathlib import Path

from hiddenstate.data.recognition.guess import Guess
from hiddenstate.workflows.choosing.advice import Advice

TASKS = {"labelled_texts": "classify", "series": "forecast"}
"""Kinds that ``hiddenstate train`` takes, and the word after its ``--task``."""
DEFAULT_HORIZON = 24


def commands_for(source: Path, guess: Guess, advice: Advice) -> tuple[str, ...]:
    """First those that make the file readable, then ``hiddenstate train``; none where the task is not there yet."""
    if guess.kind not in TASKS:
        return ()
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
    return (*lines, _train(path, guess, advice))


def _train(path: Path, guess: Guess, advice: Advice) -> str:
    task = TASKS[guess.kind]
    words = ["hiddenstate", "train", shlex.quote(str(path))]
    keys = ("text", "target") if task == "classify" else ("time", "target", "series")
    for key in keys:
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
