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


@pytest.mark.parametrize(
    "name", [name for name in FILES if name.startswith(("labelled", "series", "tagged", "intents"))]
)
def test_the_train_command_is_complete(name, tmp_path):
    choice = choose_for(FILES[name](tmp_path), Limits())
    flags = flags_of(choice.commands[-1])
    flags.pop("out"), flags.pop("source")
    task = TASKS[choice.guess.kind]
    assert flags.pop("task", task) == task
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


@pytest.mark.parametrize(
    ("start", "task"),
    [("tagged", "tag"), ("intents", "intent"), ("pairs", "translate"), ("plain", "generate")],
)
def test_every_kind_has_its_task(start, task, tmp_path):
    for number, name in enumerate(name for name in FILES if name.startswith(start)):
        folder = tmp_path / str(number)
        folder.mkdir()
        choice = choose_for(FILES[name](folder), Limits(), kind=None)
        assert f"--task {task} " in choice.commands[-1], name
        assert choice.commands[-1].startswith("hiddenstate train ")


def test_recordings_are_told_apart_by_what_stands_beside_them(tmp_path):
    labels = tmp_path / "labels.csv"
    labels.write_text("file,label\n" + "".join(f"a{n}.wav,{'yes' if n % 2 else 'no'}\n" for n in range(40)))
    assert choose_for(labels, Limits()).commands == (f"hiddenstate train {labels} --task hear --out model/",)
    spoken = tmp_path / "spoken.csv"
    spoken.write_text(
        "file,transcript\n"
        + "".join(f"a{n}.wav,the number {n} and {n * n} are said here\n" for n in range(40))
    )
    assert choose_for(spoken, Limits()).commands[-1].endswith("--task transcribe --out model/")


def test_two_files_of_sentences_are_put_side_by_side(tmp_path):
    for ending, word in (("en", "dogs"), ("de", "Hunde")):
        lines = [f"two {word} " + "play " * (n % 7) + str(n) for n in range(30)]
        (tmp_path / f"val.{ending}").write_text("\n".join(lines) + "\n")
    *before, train = choose_for(tmp_path / "val.en", Limits()).commands
    assert train == "hiddenstate train pairs.tsv --task translate --out model/"
    for command in before:
        subprocess.run(["sh", "-c", command], cwd=tmp_path, check=True)
    assert (tmp_path / "pairs.tsv").read_text().splitlines()[1] == "two dogs play 1\ttwo Hunde play 1"
