"""``hiddenstate stream``: one answer for each line of standard input."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer


def stream(
    model: Annotated[Path, typer.Argument(help="Folder that training wrote.", show_default=False)],
    on_error: Annotated[
        str, typer.Option("--on-error", help="What a broken line does: stop, or skip and say so.")
    ] = "stop",
    quantiles: Annotated[
        bool, typer.Option("--quantiles", help="Every quantile of a forecast, not the median alone.")
    ] = False,
) -> None:
    """Answer each line of standard input as it comes, in constant memory, for ever.

    \b
    hiddenstate stream model/ < rows.csv > predictions.csv     # a forecast after each row with a target
    tail -f messages.txt | hiddenstate stream model/           # a label for each line of text
    """
    from hiddenstate.choices import choose
    from hiddenstate.workflows.stream import ON_ERROR
    from hiddenstate.workflows.stream import stream as answers

    policy = choose(ON_ERROR, on_error, "value of --on-error")
    lines = iter(sys.stdin.buffer.readline, b"")

    def warn(text: str) -> None:
        print(f"hiddenstate: {text}", file=sys.stderr, flush=True)

    try:
        for line in answers(model, lines, warn=warn, on_error=policy, quantiles=quantiles):
            sys.stdout.write(line)
            sys.stdout.flush()
    except KeyboardInterrupt:
        return  # what was answered is out: the way to end a stream that does not end
    except BrokenPipeError:
        # The reader has gone. Standard output is replaced so that the last flush does not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
