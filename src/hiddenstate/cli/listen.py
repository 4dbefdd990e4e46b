"""``hiddenstate listen``: what is heard in a stream of sound."""

import os
import sys
from io import BufferedReader
from pathlib import Path
from typing import Annotated, cast

import typer


def listen(
    model: Annotated[Path, typer.Argument(help="Folder that training wrote.", show_default=False)],
    rate: Annotated[
        int | None, typer.Option(help="Samples a second of the stream; the model's own if not given.")
    ] = None,
    frames: Annotated[
        bool, typer.Option("--frames", help="An answer for every frame of 10 ms, not for each sound alone.")
    ] = False,
    threshold: Annotated[
        float | None, typer.Option(help="Probability from which on an answer counts; the model's own.")
    ] = None,
    refractory_ms: Annotated[float, typer.Option(help="Pause after an answer.")] = 200.0,
) -> None:
    """Hear sounds in raw 16-bit samples of one channel on standard input, in constant memory, for ever.

    Prints seconds, label and probability of each sound as CSV, and at the end the real-time factor.

    \b
    hiddenstate listen digits/ < stream.pcm
    arecord -f S16_LE -c 1 -r 16000 -t raw | hiddenstate listen digits/ --rate 16000
    """
    from hiddenstate.runtime.listening import ListenSettings
    from hiddenstate.workflows.listen import HEADER, Listening, line_of

    settings = ListenSettings(threshold=threshold, refractory_ms=refractory_ms)
    listening = Listening(model, rate=rate, settings=settings)
    try:
        sys.stdout.write(HEADER)
        for moment in listening.moments(cast(BufferedReader, sys.stdin.buffer).read1):
            if moment.event != frames:
                sys.stdout.write(line_of(moment))
                sys.stdout.flush()
        print(listening.said, file=sys.stderr)
    except KeyboardInterrupt:
        print(listening.said, file=sys.stderr)
    except BrokenPipeError:
        # The reader has gone. Standard output is replaced so that the last flush does not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
