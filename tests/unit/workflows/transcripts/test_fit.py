"""Every setting of a transcriber changes what comes out."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.story.spoken_files import WORDS, frames_of

from hiddenstate.data.transcripts import Utterances
from hiddenstate.data.utterance_batches import AugmentSettings
from hiddenstate.errors import SettingsError
from hiddenstate.models.transcriber import TranscriberSettings
from hiddenstate.tasks.transcribe_settings import TranscribeSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.transcripts.fit import fit_transcripts
from hiddenstate.workflows.transcripts.run_settings import complete

TASK = TranscribeSettings(order=3, beam=4)
NETWORK = TranscriberSettings(hidden_size=6, num_layers=2, stack=2)
STILL = AugmentSettings(time_masks=0, feature_masks=0, speed=0.0)
MOVED = AugmentSettings(time_masks=2, feature_masks=2, speed=0.1)
TRAINING = TrainingSettings(epochs=2, batch_size=4, learning_rate=0.02)


def table(count=12):
    random = np.random.default_rng(0)
    texts = tuple(" ".join(random.choice(WORDS, 2)) for _ in range(count))
    return Utterances(texts, tuple(frames_of(text, random) for text in texts), texts, "t")


def fitted(task=TASK, network=NETWORK, augment=STILL):
    data = table()
    rows = np.arange(len(data))
    return fit_transcripts(
        data.take(rows[:9]),
        data.take(rows[9:]),
        task=task,
        network=network,
        augment=augment,
        training=TRAINING,
    )


def weights(result):
    return [tensor for model in result.models for tensor in model.state_dict().values()]


def same(one, other):
    own, theirs = weights(one), weights(other)
    return len(own) == len(theirs) and all(
        a.shape == b.shape and torch.equal(a, b) for a, b in zip(own, theirs, strict=True)
    )


def test_the_same_settings_give_the_same_weights():
    assert same(fitted(), fitted())


@pytest.mark.parametrize(
    "change",
    [
        {"task": replace(TASK, deltas=False)},
        {"task": replace(TASK, standardise="training")},
        {"task": replace(TASK, members=2)},
        {"network": replace(NETWORK, cell="lstm")},
        {"network": replace(NETWORK, stack=1)},
        {"network": replace(NETWORK, dropout=0.0)},
        {"network": replace(NETWORK, bidirectional=False)},
        {"augment": replace(STILL, time_masks=2)},
        {"augment": replace(STILL, feature_masks=2)},
        {"augment": replace(STILL, speed=0.1)},
    ],
    ids=str,
)
def test_a_setting_changes_the_weights(change):
    assert not same(fitted(), fitted(**change))


def test_how_far_masks_reach_matters():
    base = fitted(augment=MOVED)
    assert not same(base, fitted(augment=replace(MOVED, longest_time_mask=2)))
    assert not same(base, fitted(augment=replace(MOVED, widest_feature_mask=1)))


def test_the_search_and_the_stamps_obey_their_settings():
    result = fitted()
    data = table()
    logs = result.task.log_probabilities(result.models, data)
    result.task.coder.settings = replace(TASK, beam=1)
    (greedy, words) = result.task.coder.words(logs[0])
    result.task.coder.settings = replace(TASK, beam=1, frame_seconds=0.02)
    later = result.task.coder.words(logs[0])[1]
    assert [word.stop for word in later] == pytest.approx([2 * word.stop for word in words])
    assert fitted(task=replace(TASK, order=0)).task.coder.language is None
    assert isinstance(greedy, str)


def test_settings_out_of_range_are_refused():
    with pytest.raises(SettingsError, match=r"task.beam: expected 1 or more, got 0"):
        TranscribeSettings(beam=0)
    with pytest.raises(SettingsError, match=r"task.frame_seconds: expected a time above 0, got 0"):
        TranscribeSettings(frame_seconds=0)
    with pytest.raises(SettingsError, match=r"model.stack: expected 1 or more frames, got 0"):
        TranscriberSettings(stack=0)
    with pytest.raises(SettingsError, match=r"split.test: expected a share from 0 to below 1, got 1.5"):
        complete({"split": {"test": 1.5}})
    with pytest.raises(SettingsError, match=r"split.refit: no such setting"):
        complete({"split": {"refit": True}})


def test_the_shift_of_the_frames_is_the_time_of_a_frame():
    assert complete({"frontend": {"shift_ms": 20.0}}).task.frame_seconds == pytest.approx(0.02)
    assert complete({}).task.frame_seconds == pytest.approx(0.01)
