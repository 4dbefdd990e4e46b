"""Frames in pieces give the text of the whole."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from hiddenstate.data.transcripts import Utterances
from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.models.transcriber import TranscriberSettings
from hiddenstate.tasks.live_transcript import LiveTranscript
from hiddenstate.tasks.transcribe import TranscribeTask, reader_of
from hiddenstate.tasks.transcribe_settings import TranscribeSettings

ONE_WAY = TranscriberSettings(hidden_size=6, bidirectional=False)
LIVE = TranscribeSettings(deltas=False, standardise="training", beam=1, order=0)


def task_and_model(settings=LIVE, network=ONE_WAY):
    frames = (np.random.default_rng(0).normal(size=(100, 4)).astype(np.float32) * 5 + 3,)
    table = Utterances(("x",), frames, ("abcd",), "t")
    task = TranscribeTask.fit(table, settings, network)
    torch.manual_seed(1)
    model = task.build_model().eval()
    model.head.weight.data *= 40  # so that letters change from step to step
    return task, model, table


def listening(task, model):
    return LiveTranscript(task.coder, reader_of(model), both=task.network.bidirectional)


@pytest.mark.parametrize("piece", [1, 2, 7, 100])
def test_pieces_of_any_size_give_the_text_of_the_whole(piece):
    task, model, table = task_and_model()
    live = listening(task, model)
    parts = [live.accept(table.frames[0][first : first + piece]) for first in range(0, 100, piece)]
    whole = task.predict([model], table).texts[0]
    assert len(whole) > 3
    assert live.finish() == whole
    assert all(later.startswith(earlier) for earlier, later in pairwise(parts))


@pytest.mark.parametrize(
    ("settings", "network"),
    [
        (LIVE, TranscriberSettings(hidden_size=6)),
        (TranscribeSettings(deltas=True, standardise="training"), ONE_WAY),
        (TranscribeSettings(deltas=False), ONE_WAY),
    ],
)
def test_models_that_need_the_future_are_refused(settings, network):
    task, model, _ = task_and_model(settings, network)
    with pytest.raises(SettingsError, match="expected a network that needs nothing of the future"):
        listening(task, model)


def test_other_features_are_refused():
    task, model, _ = task_and_model()
    with pytest.raises(ShapeError, match=r"expected \(frames, 4\) as in training, got \(5, 3\)"):
        listening(task, model).accept(np.zeros((5, 3), dtype=np.float32))
