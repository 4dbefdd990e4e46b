"""Intent and slots from one network: what counts as right, what is learnt, "none of these"."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.story.tagged_files import flights

from hiddenstate.data.tagged_table import TaggedTable
from hiddenstate.errors import BundleError, SettingsError
from hiddenstate.models.intent_slots import IntentHeadSettings
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.tasks.intent import IntentTask, command_metrics, first_intents, right_answers
from hiddenstate.tasks.intent_settings import IntentSettings
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.training import TrainingSettings
from hiddenstate.workflows.intents.fit import fit_intents

NETWORK = TaggerSettings(
    hidden_size=16,
    embedding_size=12,
    character_size=8,
    casing_size=4,
    embedding_dropout=0.1,
    output_dropout=0.1,
)
HEAD = IntentHeadSettings(dropout=0.0)
TRAINING = TrainingSettings(epochs=8, batch_size=4, learning_rate=0.02)
TRAIN, VALIDATION, TEST = flights(80), flights(30, seed=2), flights(40, seed=9)


def fitted(train=TRAIN, validation=VALIDATION, intents=IntentSettings(), training=TRAINING):  # noqa: B008
    return fit_intents(
        train, validation, task=(TagSettings(), intents), network=(NETWORK, HEAD), training=training
    )


@pytest.fixture(scope="module")
def learnt():
    return fitted()


def with_intents(table, name):
    """The same texts with an intent that `name` makes of the old one and its row."""
    intents = tuple(name(intent, row) for row, intent in enumerate(table.intents))
    return TaggedTable(table.texts, table.words, table.tags, table.source, intents)


def test_both_questions_are_learnt(learnt):
    metrics = command_metrics(learnt.task.predict(learnt.models, TEST))
    assert metrics["intent_accuracy"] == 1.0
    assert metrics["slot_f1"] > 0.6
    assert metrics["command_accuracy"] <= metrics["intent_accuracy"]


def test_of_several_intents_the_first_is_learnt_and_each_is_right():
    both = with_intents(TRAIN, lambda intent, row: f"{intent}#other" if row % 3 else intent)
    settings = IntentSettings(separator="#")
    assert set(first_intents(both, settings)) == {"fare", "flight"}
    task = IntentTask.fit(both, (TagSettings(), settings), (NETWORK, HEAD))
    assert task.labels.names == ("fare", "flight")
    result = task.predict([task.build_model()], with_intents(TEST, lambda intent, row: "fare#flight"))
    assert right_answers(result).all()
    assert not right_answers(task.predict([task.build_model()], with_intents(TEST, lambda *_: "else"))).any()


def test_none_of_these_has_a_threshold():
    settings = IntentSettings(none_label="none")
    outside = with_intents(VALIDATION, lambda intent, row: "none" if row % 5 == 0 else intent)
    result = fitted(validation=outside, intents=settings)
    assert result.task.threshold is not None
    assert result.task.labels.names == ("fare", "flight")
    result.task.threshold = 1.1
    answers = result.task.predict(result.models, with_intents(TEST, lambda *_: "none"))
    assert set(answers.named()) == {""}
    assert right_answers(answers).all()


def test_a_stored_task_answers_the_same(learnt):
    task = learnt.task
    settings = ((task.words.settings, task.settings), (NETWORK, HEAD))
    again = IntentTask.from_dict(task.to_dict(), *settings)
    one, other = (each.predict(learnt.models, TEST) for each in (task, again))
    assert one.slots.tags == other.slots.tags
    np.testing.assert_array_equal(one.intents.probabilities, other.intents.probabilities)
    with pytest.raises(BundleError, match="damaged"):
        IntentTask.from_dict({"words": {}}, *settings)


def test_the_share_weighs_both_losses():
    def loss(share):
        settings = (TagSettings(), IntentSettings(share=share))
        task = IntentTask.fit(TRAIN, settings, (NETWORK, HEAD))
        torch.manual_seed(0)
        model = task.build_model().eval()
        (batch,) = task.batches(TRAIN, batch_size=80).epoch(1)
        return task.loss(model, batch).item()

    assert loss(0.5) == pytest.approx((loss(0.25) + loss(0.75)) / 2, rel=1e-5)
    assert loss(0.25) != loss(0.75)


def test_watching_the_loss_is_another_validation(learnt):
    by_loss = IntentTask.fit(TRAIN, (TagSettings(watch="loss"), IntentSettings()), (NETWORK, HEAD))
    model = learnt.models[0]
    assert by_loss.validator(TEST)(model) != learnt.task.validator(TEST)(model)


def test_wrong_settings_are_refused():
    with pytest.raises(SettingsError, match=r"a share between 0 and 1, got 1\.0"):
        IntentSettings(share=1.0)
    with pytest.raises(SettingsError, match='expected a mark such as "#"'):
        IntentSettings(separator="")
    with pytest.raises(SettingsError, match="dropout"):
        replace(HEAD, dropout=1.0)
