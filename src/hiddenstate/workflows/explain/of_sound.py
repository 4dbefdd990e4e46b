"""A look into a model that hears one recording."""

from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from hiddenstate import plots
from hiddenstate.data.sound import features
from hiddenstate.data.sound.batches import SoundBatch
from hiddenstate.data.sound.table import is_recording
from hiddenstate.data.text_table import TextTable
from hiddenstate.errors import InputError
from hiddenstate.inspection.leaving_out import leave_one_out
from hiddenstate.plots.heard_sound import HeardSound, heard_sound
from hiddenstate.plots.playable import Clip, Playable
from hiddenstate.records import Classification
from hiddenstate.tasks.temperature import soften
from hiddenstate.workflows.explain.gradients import GRADIENTS, gradient_sections
from hiddenstate.workflows.explain.inside import ATTENTION, Inside, Reading, Shown, readings_of
from hiddenstate.workflows.hearing.gate_strips import has_attention, one_recording, strips_of
from hiddenstate.workflows.hearing.saved import SavedHearing, open_hearing

SOUND = "sound"
"""Attention, gates, wave form and frames on one time axis, and the recording itself."""
STRETCHES = 10
"""Parts of a recording that are hidden one by one."""
NEXT, LEAST = 3, 0.001
"""Runners-up that are named, and the probability below which none is."""


def inside_sound(folder: Path, file: Path) -> Inside:
    """The saved model in `folder` on one recording.

    Raises `InputError` for a file that is no recording, or cannot be read.
    """
    if not is_recording(file):
        raise InputError(f"{file}: expected one recording, got something else. Name a sound file.")
    saved = open_hearing(folder)
    recordings = saved.run.recordings()
    batch = one_recording(saved.task, str(file), recordings)
    inputs, model = (batch.frames, batch.lengths), saved.models[0]
    result = saved.task.predict(saved.models, TextTable((str(file),), None, str(file)), recordings)
    shift = saved.run.model.stride * saved.run.frontend.shift_ms / 1000
    names = [f"{step * shift:.2f} s" for step in range(int(batch.lengths[0]))]
    readings = readings_of(model, inputs, {"recurrent": names})
    count = f", heard by network 1 of {len(saved.models)}" if len(saved.models) > 1 else ""
    lacking = {} if has_attention(model) else {ATTENTION: _instead(model)}
    return Inside(
        title="Why this answer?",
        subtitle=f"{file.name}{count}",
        headline=_headline(result),
        text=_words(result, len(names)),
        model=model,
        inputs=inputs,
        readings=readings,
        shown=_shown(saved, file, result, readings),
        lacking=lacking,
    )


def _shown(
    saved: SavedHearing, file: Path, result: Classification, readings: tuple[Reading, ...]
) -> dict[str, Shown]:
    """The recording on its time axis, where it is sound, and the gradients."""
    answer = int(result.probabilities[0].argmax())
    recordings, model = saved.run.recordings(), saved.models[0]
    batch = one_recording(saved.task, str(file), recordings)

    def loss(network: nn.Module) -> Tensor:
        logits = network(batch.frames, batch.lengths).logits
        return cross_entropy(logits, logits.new_full((1,), answer).long())

    def drawn() -> tuple[plots.Section, ...]:
        samples, rate = recordings.samples(str(file)), saved.run.frontend.rate
        sound = HeardSound(
            file.name,
            len(samples) / rate,
            samples,
            recordings.frames(str(file)),
            result.weights[0],
            strips_of([reading.layer for reading in readings]),
            has_attention(model),
            falls(saved, batch, answer),
        )
        clip = Clip(file.name, _headline(result), samples, rate)
        return (
            plots.Chart(heard_sound(sound, "What was heard, and what the network did meanwhile")),
            Playable("The recording", [clip], ""),
        )

    shown: dict[str, Shown] = {}
    if file.suffix.lower() not in features.ENDINGS:
        shown[SOUND] = cache(drawn)
    shown[GRADIENTS] = cache(lambda: gradient_sections(model, loss, fresh=saved.task.build_model))
    return shown


def falls(saved: SavedHearing, batch: SoundBatch, answer: int) -> NDArray[np.float64]:
    """(stretches,) by how much the probability of class `answer` falls when a stretch of the steps is set to 0, the
    mean of standardised frames, as masks do in training.
    """
    stretches = np.array_split(np.arange(int(batch.lengths[0])), min(STRETCHES, int(batch.lengths[0])))

    def without(hidden: NDArray[np.bool_]) -> NDArray[np.float64]:
        frames = batch.frames[:1].repeat(len(hidden), 1, 1)
        for row, taken in zip(frames, hidden, strict=True):
            for place in np.flatnonzero(taken):
                row[torch.from_numpy(stretches[place])] = 0.0
        lengths = batch.lengths[:1].repeat(len(hidden))
        with torch.no_grad():
            each = [torch.softmax(model(frames, lengths).logits.double(), -1) for model in saved.models]
        mean = torch.stack(each).mean(dim=0).numpy()
        return np.asarray(soften(mean, saved.task.temperature)[:, answer])

    return leave_one_out(without, len(stretches))


def _instead(model: nn.Module) -> str:
    """Why there is no attention of its own, and what shows the same question."""
    pool = getattr(getattr(model, "pool", None), "label", "its last step")
    return (
        f"expected a model with attention, got one that pools by {pool.lower()}: it weighs nothing. "
        "Show sound, units, gates, memory or walk."
    )


def _headline(result: Classification) -> str:
    place = int(result.predicted[0])
    if place < 0:
        return "The answer: none of these"
    return f"The answer: {result.labels[place]}, {100 * result.probabilities[0, place]:.1f} % sure"


def _words(result: Classification, steps: int) -> str:
    order = np.argsort(-result.probabilities[0], kind="stable")
    first = 0 if int(result.predicted[0]) < 0 else 1
    rest = [
        f"{result.labels[place]} {100 * result.probabilities[0, place]:.1f} %"
        for place in order[first : first + NEXT]
        if result.probabilities[0, place] >= LEAST
    ]
    parts = [f"Next: {', '.join(rest)}."] if rest else []
    parts.append(f"{steps} {'step' if steps == 1 else 'steps'} heard.")
    return " ".join(parts)
