"""A trained model on a stream made of its validation recordings: false alarms against misses."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.sound import Frontend
from hiddenstate.data.sound.gluing import Glued, glue
from hiddenstate.data.sound.reading import Samples
from hiddenstate.data.sound.recordings import Recordings
from hiddenstate.data.sound.table import SoundFileSettings, load_recordings
from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import ProgramError
from hiddenstate.program import Program
from hiddenstate.records.always_on import AlwaysOn, OperatingPoint
from hiddenstate.runtime.listening import Listener, why_not_listening
from hiddenstate.seeding import generator
from hiddenstate.tasks.hear_program import hear_program
from hiddenstate.tasks.operating_points import operating_points
from hiddenstate.workflows.hearing.fit import FittedHearing
from hiddenstate.workflows.hearing.run_settings import HearingRun
from hiddenstate.workflows.weights import weights_of

LONGEST_SECONDS = 600.0
"""Of recordings in the stream: of more, some are drawn."""


def always_on_or_why(
    fitted: FittedHearing, run: HearingRun, table: TextTable, recordings: Recordings
) -> AlwaysOn | str:
    """`always_on` of a trained model on its validation recordings, or in words why it has none."""
    try:
        program = hear_program(fitted.task, fitted.models, run.frontend)
    except ProgramError:
        return f"only torch computes the cell {run.model.cell}"
    reason = why_not_listening(program)
    if reason is not None:
        return reason
    found = always_on(
        program,
        {name: tensor.detach().cpu().numpy() for name, tensor in weights_of(fitted.models).items()},
        table,
        recordings,
        none_label=run.task.none_label,
        noise=run.augment.noise,
        seed=run.training.seed,
    )
    return found or "there are no validation recordings to make a stream of"


def always_on(
    program: Program,
    weights: Mapping[str, NDArray[Any]],
    table: TextTable,
    recordings: Recordings,
    *,
    none_label: str | None = None,
    noise: str | None = None,
    seed: int = 0,
) -> AlwaysOn | None:
    """Let a model that can listen hear `table` as one stream; None where no recording has a label that it knows.

    `noise`: the folder of the user's own background sounds, which then stand in the gaps.
    """
    random = generator(seed, "always on")
    labels = program.outputs["probabilities"].labels
    rows = [row for row, label in enumerate(table.known_labels()) if label in labels or label == none_label]
    rows = _within(rows, table, recordings, random)
    stated = [table.known_labels()[row] for row in rows]
    sounds = [label if label != none_label else None for label in stated]
    if not any(label is not None for label in sounds):
        return None
    glued = glue(
        [recordings.samples(table.texts[row]) for row in rows],
        sounds,
        recordings.frontend.rate,
        random,
        _noise(recordings, noise),
    )
    own = program.facts["threshold"] or 0.0
    points = points_of(program, weights, glued, own)
    others = sum(label is None for label in sounds)
    return AlwaysOn(points, len(sounds) - others, others, glued.seconds, own)


def points_of(
    program: Program, weights: Mapping[str, NDArray[Any]], glued: Glued, own: float
) -> tuple[OperatingPoint, ...]:
    """The errors at each threshold, with the smoothing and the pause that ``listen`` has by default.

    The network hears each sound once: where one begins, but not what it is taken for, depends on the threshold.
    """
    listener = Listener(program, weights)
    frames = Frontend(listener.frontend).frames(glued.samples)
    loud = listener.what_is_loud(frames)
    return operating_points(
        glued.spans,
        loud,
        cache(lambda start: listener.sound_from(frames, loud, start)),
        seconds=glued.seconds,
        refractory_frames=listener.refractory_frames,
        own=own,
    )


def _within(
    rows: Sequence[int], table: TextTable, recordings: Recordings, random: np.random.Generator
) -> list[int]:
    """Rows in an order of chance, as many as `LONGEST_SECONDS` hold."""
    chosen: list[int] = []
    total = 0.0
    for row in random.permutation(np.asarray(rows, dtype=np.int64)):
        total += len(recordings.samples(table.texts[row])) / recordings.frontend.rate
        if chosen and total > LONGEST_SECONDS:
            break
        chosen.append(int(row))
    return chosen


def _noise(recordings: Recordings, folder: str | None) -> tuple[Samples, ...]:
    if folder is None:
        return ()
    found = load_recordings(Path(folder), SoundFileSettings(), labelled=False)
    return tuple(recordings.samples(file) for file in found.texts)
