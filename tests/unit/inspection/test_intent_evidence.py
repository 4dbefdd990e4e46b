"""Which words the intent of a command rests on."""

import numpy as np
import pytest
import torch
from tests.story.tagged_files import flights

from hiddenstate.data.tagged_table import table_of_texts
from hiddenstate.errors import InputError, InspectionError
from hiddenstate.inspection import intent_evidence
from hiddenstate.models.intent_slots import IntentHeadSettings
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.tasks.intent import IntentTask
from hiddenstate.tasks.intent_settings import IntentSettings
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.training import Trainer, TrainingSettings

SMALL = TaggerSettings(
    hidden_size=8, embedding_size=8, character_size=0, casing_size=3, embedding_dropout=0.1
)
TRAIN = flights(60)
TEXT = "fares from dallas to Boston today"


def trained(seed, pool="max+attention", epochs=5):
    task = IntentTask.fit(TRAIN, (TagSettings(), IntentSettings()), (SMALL, IntentHeadSettings(pool=pool)))
    torch.manual_seed(seed)
    model = task.build_model()
    if epochs:
        training = TrainingSettings(epochs=epochs, batch_size=4, learning_rate=0.02)
        Trainer(training).fit(model, task.loss, task.batches(TRAIN, batch_size=4, seed=0), None)
    return task, model


@pytest.fixture(scope="module")
def learnt():
    task, first = trained(0)
    task.temperature = 1.7  # as after calibration
    return task, [first, trained(1)[1]]


def test_the_word_that_decides_gets_most_and_shares_are_complete(learnt):
    task, models = learnt
    found = intent_evidence(task, models, TEXT)
    assert found.integrated.output == 'probability of the intent "fare"'
    assert int(found.integrated.by_place().argmax()) == 0, "fares"
    assert abs(found.integrated.gap) < 1e-3
    assert {curve.method for curve in found.faithfulness} == {
        "integrated gradients",
        "occlusion",
        "attention",
    }


def test_it_begins_with_the_answer_and_the_attention_of_prediction(learnt):
    task, models = learnt
    found = intent_evidence(task, models, TEXT)
    predicted = task.predict(models, table_of_texts([TEXT], task.words.settings.tokens)).intents
    assert found.integrated.output_value == pytest.approx(predicted.probabilities[0].max(), abs=1e-6)
    np.testing.assert_allclose(found.attention.weights[0], predicted.weights[0], atol=1e-6)


def test_leaving_out_is_reading_the_text_without_the_word(learnt):
    task, models = learnt
    found = intent_evidence(task, models, TEXT, intent="flight")
    # Without casing and letters of its own, a word that is taken out leaves the others as they are.
    shorter = task.predict(
        models, table_of_texts(["fares from dallas to Boston"], task.words.settings.tokens)
    )
    chance = shorter.intents.probabilities[0, task.labels.names.index("flight")]
    assert found.occlusion.by_place()[5] == pytest.approx(found.occlusion.output_value - chance, abs=1e-6)


def test_a_pool_without_attention_shows_none():
    task, model = trained(0, pool="max", epochs=0)
    found = intent_evidence(task, [model], TEXT)
    assert found.attention is None
    assert [curve.method for curve in found.faithfulness] == ["integrated gradients", "occlusion"]


def test_what_is_refused(learnt):
    task, models = learnt
    with pytest.raises(
        InputError, match=r'intent: expected one that the model knows, got "fair"\. Did you mean "fare"'
    ):
        intent_evidence(task, models, TEXT, intent="fair")
    with pytest.raises(InspectionError, match="expected the networks of a model of commands, got LSTM"):
        intent_evidence(task, [torch.nn.LSTM(2, 2)], TEXT)
