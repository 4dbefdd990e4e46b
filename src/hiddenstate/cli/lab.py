"""``hiddenstate lab``: why gated cells exist, shown on cells that are built and trained here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from hiddenstate.plots import Page, Table, Verdict

lab = typer.Typer(
    name="lab",
    help="Experiments with cells: how far gradients reach, who can remember.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Cells = Annotated[
    str | None,
    typer.Option(help="Some of rnn, lstm-0, lstm-1, lstm-chrono, gru, separated by commas; all."),
]
Seed = Annotated[int, typer.Option(help="Fixes every random number.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an earlier page.")]


@lab.command()
def gradients(
    length: Annotated[int, typer.Option(help="T: longest distance in steps.")] = 200,
    sequences: Annotated[int, typer.Option(help="Random sequences for each set of weights.")] = 32,
    draws: Annotated[int, typer.Option(help="Sets of fresh weights to average over.")] = 3,
    hidden_size: Annotated[int, typer.Option(help="Units of each cell.")] = 64,
    cells: Cells = None,
    seed: Seed = 0,
    out: Annotated[Path, typer.Option(help="HTML page.")] = Path("lab-gradients.html"),
    force: Force = False,
) -> None:
    """Why LSTM: gradient against distance for RNN, LSTM and GRU with fresh weights. Takes a few seconds.

    \b
    hiddenstate lab gradients --out gradients.html
    """
    from hiddenstate.workflows import lab_pages as pages
    from hiddenstate.workflows.lab_gradients import GradientLab, run_gradient_lab

    settings = GradientLab(
        length=length, sequences=sequences, draws=draws, hidden_size=hidden_size, cells=_names(cells),
        seed=seed,
    )  # fmt: skip
    _refuse_existing(out, force)
    flows = run_gradient_lab(settings)
    _show(
        pages.gradient_table(flows), pages.gradient_verdict(flows), pages.gradient_page(settings, flows), out
    )


@lab.command()
def memory(
    task: Annotated[str, typer.Option(help="adding, copy, order or recall.")] = "adding",
    length: Annotated[int, typer.Option(help="T: steps over which is to be remembered.")] = 200,
    cells: Cells = None,
    steps: Annotated[int, typer.Option(help="Training steps at most.")] = 3000,
    hidden_size: Annotated[
        int | None, typer.Option(help="Units of each cell; what the task needs if not given.")
    ] = None,
    batch_size: Annotated[int, typer.Option(help="Sequences a step.")] = 32,
    learning_rate: Annotated[float, typer.Option(help="Of Adam.")] = 1e-2,
    seed: Seed = 0,
    out: Annotated[
        Path | None, typer.Option(help="HTML page; lab-TASK-LENGTH.html if not given.", show_default=False)
    ] = None,
    force: Force = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
) -> None:
    """Train RNN, LSTM and GRU side by side on a task that needs a long memory, with fresh data at each step.

    \b
    hiddenstate lab memory --task adding --length 200
    hiddenstate lab memory --task copy --length 100 --cells lstm-chrono,gru
    """
    from hiddenstate.workflows import lab_pages as pages
    from hiddenstate.workflows.lab_memory import MemoryLab, run_memory_lab

    settings = MemoryLab(
        task=task, length=length, cells=_names(cells), steps=steps, hidden_size=hidden_size,
        batch_size=batch_size, learning_rate=learning_rate, seed=seed,
    )  # fmt: skip
    page = out or Path(f"lab-{task}-{length}.html")
    _refuse_existing(page, force)
    runs = run_memory_lab(settings, (lambda name: None) if quiet else _watched)
    _show(pages.memory_table(runs), pages.memory_verdict(runs), pages.memory_page(settings, runs), page)


def _watched(name: str) -> Any:
    """A bar, or a line for each measurement, under the name of the cell."""
    from hiddenstate.training import RichWatcher

    typer.echo(name, err=True)
    return RichWatcher()


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(name.strip() for name in text.split(","))


def _refuse_existing(path: Path, force: bool) -> None:
    """Before minutes of work, not after."""
    from hiddenstate.errors import OutputError

    if path.exists() and not force:
        raise OutputError(f"{path}: expected a new file, got one that exists. Use --force to replace it.")
    if not path.parent.is_dir():
        raise OutputError(f"{path}: expected a folder that exists, got {path.parent}. Create it first.")


def _show(table: Table, verdict: Verdict, page: Page, out: Path) -> None:
    from hiddenstate.cli.show import STYLES, console

    screen = console()
    screen.print(table.terminal())
    screen.print()
    screen.print(f"Verdict: {verdict.headline}.", style=STYLES[verdict.outcome], highlight=False)
    if verdict.text:
        screen.print(verdict.text, highlight=False)
    page.save(out)
    screen.print(f"Page: {out.resolve()}", soft_wrap=True, highlight=False)
