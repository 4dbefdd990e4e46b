"""The printed commands work: the shell ones make a readable file, and `train` knows the flags of its own."""

import gzip
import shlex
import subprocess
from pathlib import Path

import pytest
import typer.main
from tests.unit.data.recognition import held_out, tuned_on

from hiddenstate.cli.flags import FLAGS, merge
from hiddenstate.cli.main import app
from hiddenstate.data.text_table import TextSettings, load_texts
from hiddenstate.workflows.choosing.choice import choose_for
from hiddenstate.workflows.choosing.command import TASKS
from hiddenstate.workflows.choosing.limits import Limits
from hiddenstate.workflows.kinds import KINDS, kind_for

FILES = {**tuned_on.FILES, **held_out.FILES}


def flags_of(command: str) -> dict[str, object]:
    """The flags of a printed command, taken to pieces by the command line's own parser."""
    group = typer.main.get_command(app)
    context = group.commands["train"].make_context("train", shlex.split(command)[2:])
    return {name: value for name, value in context.params.items() if value not in (None, False, [], ())}


def test_every_task_named_is_one_that_train_knows():
    assert set(TASKS.values()) <= set(KINDS)


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(("labelled", "series"))])
def test_the_train_command_is_complete(name, tmp_path):
    choice = choose_for(FILES[name](tmp_path), Limits())
    flags = flags_of(choice.commands[-1])
    flags.pop("out"), flags.pop("source")
    task = TASKS[choice.guess.kind]
    values = merge({}, {flag: value for flag, value in flags.items() if flag in FLAGS[task]}, [], task=task)
    assert set(flags) <= set(FLAGS[task])
    kind_for(task, values)


@pytest.mark.parametrize("name", ["labelled_texts_fasttext", "labelled_texts_spam_lines"])
@pytest.mark.parametrize("packed", [False, True])
def test_the_shell_commands_make_a_file_that_training_reads(name, packed, tmp_path):
    path = FILES[name](tmp_path)
    if packed:
        path = path.with_name(path.name + ".gz")
        path.write_bytes(gzip.compress(path.with_suffix("").read_bytes()))
    *before, train = choose_for(path, Limits()).commands
    for command in before:
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    flags = flags_of(train)
    table = load_texts(
        tmp_path / Path(str(flags["source"])),
        TextSettings(text=str(flags["text"]), target=str(flags["target"])),
    )
    assert len(table) == 300
    assert len(set(table.known_labels())) in (2, 7)


def test_a_task_that_is_not_there_yet_is_said(tmp_path):
    choice = choose_for(FILES["pairs_csv"](tmp_path), Limits())
    assert choice.commands == ()
    assert any("not take this kind of data in this version" in line for line in choice.lines())
    assert "sequence to sequence" in choice.advice.architecture
