"""The ``hiddenstate`` command: one subcommand per user verb, one clear line per mistake."""

import os
import sys
from typing import Annotated

import typer

from hiddenstate import __version__
from hiddenstate.cli.budget import budget
from hiddenstate.cli.choose import choose
from hiddenstate.cli.compare import compare
from hiddenstate.cli.demo import demo
from hiddenstate.cli.evaluate import evaluate
from hiddenstate.cli.explain import explain
from hiddenstate.cli.export import export
from hiddenstate.cli.generate import generate
from hiddenstate.cli.lab import lab
from hiddenstate.cli.lint import lint
from hiddenstate.cli.listen import listen
from hiddenstate.cli.predict import predict
from hiddenstate.cli.stream import stream
from hiddenstate.cli.summary import summary
from hiddenstate.cli.train import train
from hiddenstate.cli.tune import tune
from hiddenstate.cli.verify import verify
from hiddenstate.cli.walk import walk
from hiddenstate.errors import HiddenstateError

app = typer.Typer(
    name="hiddenstate",
    help="Recurrent networks with nothing hidden: from a file to a trained, explained, compared model.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    choose, train, evaluate, predict, compare, summary, explain, walk, export, verify, stream, budget, demo,
    tune, generate, lint, listen,
):  # fmt: skip
    app.command()(command)
app.add_typer(lab)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hiddenstate {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    pass


def run() -> None:
    """Run the command line. Mistakes end in one line on standard error and exit code 2, never a traceback."""
    try:
        app()
    except HiddenstateError as error:
        print(f"hiddenstate: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("hiddenstate: interrupted; nothing was written.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: not an error. Standard output is replaced so that
        # the interpreter's last flush does not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
