"""The program of a whole tagger and of a reader of commands says for encoded words what the networks say."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.story.tagged_files import flights

from hiddenstate.errors import ProgramError
from hiddenstate.layers.crf import FORBIDDEN
from hiddenstate.models.intent_slots import IntentHeadSettings
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.program import Interpreter, Program
from hiddenstate.runtime.word_inputs import word_inputs
from hiddenstate.seeding import seed_everything
from hiddenstate.tasks.intent import IntentTask
from hiddenstate.tasks.intent_settings import IntentSettings
from hiddenstate.tasks.tag import TagTask
from hiddenstate.tasks.tag_program import commands_program, tagging_program
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.workflows.weights import weights_of

NETWORK = TaggerSettings(hidden_size=6, embedding_size=5, character_size=4, casing_size=3)
TABLE = flights(20)


def built(task, members=2):
    seed_everything(0, "weights")
    models = tuple(task.build_model().eval() for _ in range(members))
    with torch.no_grad():
        for model in models:
            for parameter in model.parameters():
                parameter.add_(0.3 * torch.randn(parameter.shape))
    return models


def inputs_of(task, batch):
    """The inputs of the program for the rows of a batch, whose casing torch has padded already."""
    forms = [[word.form.lower() for word in TABLE.words[row]] for row in batch.rows.tolist()]
    found = word_inputs(task.encoder, forms)
    return found | {"casing": batch.casing.numpy()} if task.network.casing_size else found


@pytest.mark.parametrize("network", [NETWORK, replace(NETWORK, character_size=0, casing_size=0, cell="gru")])
@pytest.mark.parametrize("output", ["crf", "softmax"])
def test_scores_and_steps_of_a_tagger(network, output):
    task = TagTask.fit(TABLE, TagSettings(scheme="iobes"), replace(network, output=output))
    models = built(task)
    program = Program.from_json(tagging_program(task, models).to_json())
    (batch,) = task.batches(TABLE, batch_size=99).epoch(1)
    arrays = {name: tensor.numpy() for name, tensor in weights_of(models).items()}
    found = Interpreter(program, arrays)(inputs_of(task, batch))
    real = np.arange(batch.words.shape[1]) < batch.lengths.numpy()[:, np.newaxis]
    for number, model in enumerate(models):
        with torch.no_grad():
            expected = model(batch).scores.numpy()
        np.testing.assert_allclose(found[f"scores{number}"][real], expected[real], atol=2e-6)
        assert not found[f"scores{number}"][~real].any()
        assert program.outputs[f"scores{number}"].labels == task.tags.names
        steps = program.facts["steps"][number]
        own = np.zeros((len(task.tags.names),) * 2) if model.head.crf is None else model.head.crf.transitions
        allowed = np.array(steps["transitions"]) > FORBIDDEN / 2
        np.testing.assert_allclose(np.array(steps["transitions"])[allowed], np.array(own.tolist())[allowed])
        for before, tag in np.ndindex(*allowed.shape):
            assert allowed[before, tag] == task.tags.may_follow(before, tag)
    assert program.facts["output"] == output
    assert program.facts["scheme"] == "iobes"


@pytest.mark.parametrize("temperature", [1.0, 1.7])
def test_intents_are_those_of_the_task(temperature):
    settings, head = (TagSettings(), IntentSettings()), IntentHeadSettings()
    task = IntentTask.fit(TABLE, settings, (NETWORK, head))
    task.temperature, task.threshold = temperature, 0.3
    models = built(task)
    program = commands_program(task, models)
    (batch,) = task.batches(TABLE, batch_size=99).epoch(1)
    arrays = {name: tensor.numpy() for name, tensor in weights_of(models).items()}
    found = Interpreter(program, arrays)(inputs_of(task.words, batch))
    expected = task.predict(models, TABLE).intents
    for place, row in enumerate(batch.rows.tolist()):
        np.testing.assert_allclose(found["probabilities"][place], expected.probabilities[row], atol=2e-6)
        weights = expected.weights[row]
        np.testing.assert_allclose(found["attention"][place, : len(weights)], weights, atol=2e-6)
    assert program.outputs["probabilities"].labels == task.labels.names
    assert program.facts["threshold"] == 0.3


def test_a_cell_that_only_torch_computes_has_no_program():
    task = TagTask.fit(TABLE, TagSettings(), replace(NETWORK, cell="lstm-peephole"))
    with pytest.raises(ProgramError, match="expected an RNN, LSTM or GRU"):
        tagging_program(task, built(task, 1))
