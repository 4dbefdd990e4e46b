"""The door opens quickly and needs nothing heavy."""

import os
import resource
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-m", "hiddenstate"]


def test_help_takes_little_more_than_the_libraries_that_print_it():
    """About a quarter of a second in all; a slow or busy machine is slow for both."""

    def seconds(*arguments):
        """Processor time of one call: what it takes on a machine that does nothing else."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    libraries = ("-c", "import typer, typer.rich_utils, rich.traceback")
    pairs = [(seconds("-m", "hiddenstate", "--help"), seconds(*libraries)) for _ in range(5)]
    ours, theirs = (min(times) for times in zip(*pairs, strict=True))
    assert ours < 1.7 * theirs


def test_every_command_is_registered_once():
    from hiddenstate.cli.main import app

    names = [command.callback.__name__ for command in app.registered_commands]
    assert len(names) == len(set(names))


def test_help_names_every_command():
    text = subprocess.run([*COMMAND, "--help"], check=True, capture_output=True, text=True).stdout
    for command in ("train", "evaluate", "predict", "summary", "demo", "lab"):
        assert command in text


def test_the_doors_import_nothing_heavy():
    heavy = "('torch', 'polars', 'altair', 'sklearn', 'numba')"
    code = f"import sys, hiddenstate.cli.main; print(*(name for name in {heavy} if name in sys.modules))"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout.strip()
        == ""
    )


def test_version_and_unknown_commands():
    version = subprocess.run([*COMMAND, "--version"], check=True, capture_output=True, text=True).stdout
    assert version.startswith("hiddenstate ")
    wrong = subprocess.run([*COMMAND, "tarin"], capture_output=True, text=True)
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr


def test_a_reader_that_goes_away_is_no_error():
    # `hiddenstate --help | true`: the pipe is closed before anything is written.
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as pipe:
        run = subprocess.run(
            [*COMMAND, "--help"], stdout=pipe, stderr=subprocess.PIPE, text=True, cwd=Path("/")
        )
    assert "Traceback" not in run.stderr
