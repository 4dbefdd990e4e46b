"""Long recordings: pieces give what the whole gives."""

import numpy as np
import pytest
import torch

from hiddenstate.data.transcripts import Utterances
from hiddenstate.data.utterance_batches import UtteranceBatch
from hiddenstate.models.transcriber import Transcriber, TranscriberSettings
from hiddenstate.tasks import transcribe
from hiddenstate.tasks.long_recordings import cut_at_pauses, read_in_pieces
from hiddenstate.tasks.transcribe import TranscribeTask, reader_of
from hiddenstate.tasks.transcribe_settings import TranscribeSettings


def network(**more):
    torch.manual_seed(0)
    return Transcriber(4, 3, TranscriberSettings(hidden_size=6, num_layers=2, **more)).eval()


def in_pieces(model, frames, **more):
    return read_in_pieces(
        reader_of(model), frames, stack=model.stack, both=model.layers.bidirectional, **more
    )


def whole(model, frames):
    empty = torch.zeros(1, dtype=torch.int64)
    batch = UtteranceBatch(
        torch.from_numpy(frames)[None], torch.tensor([len(frames)]), empty[:0], empty, empty
    )
    with torch.no_grad():
        return model(batch).log_probabilities[0].numpy()


@pytest.mark.parametrize("piece", [1, 7, 50])
def test_one_direction_in_pieces_is_the_whole(piece):
    frames = np.random.default_rng(0).normal(size=(200, 4)).astype(np.float32)
    model = network(bidirectional=False)
    np.testing.assert_allclose(in_pieces(model, frames, piece=piece), whole(model, frames), atol=1e-5)


def test_both_directions_in_pieces_come_close_and_closer_with_more_overlap():
    frames = np.random.default_rng(0).normal(size=(301, 4)).astype(np.float32)
    model = network()
    truth = whole(model, frames)
    far = [
        np.abs(in_pieces(model, frames, piece=20, overlap=overlap) - truth).max() for overlap in (0, 5, 40)
    ]
    assert far[0] > far[1] > far[2]
    assert far[2] < 1e-3


def test_parts_between_pauses_are_the_whole_and_none_is_too_long():
    logs = np.log(np.random.default_rng(0).dirichlet([1, 1, 1], 500))
    parts = list(cut_at_pauses(logs, longest=60))
    np.testing.assert_array_equal(np.concatenate([part for _, part in parts]), logs)
    assert max(len(part) for _, part in parts) <= 60
    assert [first for first, _ in parts] == np.cumsum([0, *(len(part) for _, part in parts)])[:-1].tolist()


def test_a_long_recording_beside_short_ones_is_read_in_pieces(monkeypatch):
    random = np.random.default_rng(1)
    frames = tuple(random.normal(size=(length, 4)).astype(np.float32) for length in (30, 400, 20))
    table = Utterances(("a", "b", "c"), frames, ("ab", "ba", "a"), "t")
    settings = TranscribeSettings(order=0, deltas=False)
    task = TranscribeTask.fit(table, settings, TranscriberSettings(hidden_size=6, bidirectional=False))
    model = task.build_model().eval()
    expected = task.log_probabilities([model], table)
    monkeypatch.setattr(transcribe, "LONGEST_WHOLE", 100)
    for own, other in zip(task.log_probabilities([model], table), expected, strict=True):
        np.testing.assert_allclose(own, other, atol=1e-5)
