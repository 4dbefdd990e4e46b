"""Why a word gets its tag, and what a CRF adds up on its best path; for taggers and for models of commands."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from tests.story.tagged_files import flights

from hiddenstate.data.tagged_table import table_of_texts
from hiddenstate.errors import InspectionError
from hiddenstate.inspection import tag_evidence, tag_path
from hiddenstate.inspection.modes import evaluation_mode
from hiddenstate.inspection.tag_reader import TagReader
from hiddenstate.models.intent_slots import IntentHeadSettings
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.tasks.intent import IntentTask
from hiddenstate.tasks.intent_settings import IntentSettings
from hiddenstate.tasks.tag import TagTask
from hiddenstate.tasks.tag_settings import TagSettings
from hiddenstate.training import Trainer, TrainingSettings

SMALL = TaggerSettings(hidden_size=12, embedding_size=12, character_size=6, casing_size=3)
TRAIN = flights(60)
TEXT = "flights from dallas to Boston today"


def built(seed=0, output="crf", scheme="bio"):
    """A task and a network with weights that say something."""
    task = TagTask.fit(TRAIN, TagSettings(scheme=scheme), replace(SMALL, output=output))
    return task, network_of(task, seed)


def network_of(task, seed):
    torch.manual_seed(seed)
    model = task.build_model()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "head" in name or "table" in name:
                parameter.normal_(0, 1)
    return model


@pytest.fixture(scope="module")
def learnt():
    task = TagTask.fit(TRAIN, TagSettings(), replace(SMALL, embedding_dropout=0.1, output_dropout=0.1))
    torch.manual_seed(0)
    model = task.build_model()
    training = TrainingSettings(epochs=8, batch_size=4, learning_rate=0.02)
    Trainer(training).fit(model, task.loss, task.batches(TRAIN, batch_size=4, seed=0), None)
    return task, [model]


def test_the_word_before_a_city_speaks_for_its_tag(learnt):
    task, models = learnt
    for word, preposition in ((3, "from"), (5, "to")):
        found = tag_evidence(task, models, TEXT, word=word)
        assert (
            found.integrated.output
            == f'probability of B-{preposition} for word {word}, "{TEXT.split()[word - 1]}"'
        )
        assert found.integrated.places == tuple(TEXT.split())
        others = [place for place in range(6) if place != word - 1]
        for shares in (found.integrated, found.occlusion):
            best = max(others, key=lambda place: shares.by_place()[place])
            assert shares.places[best] == preposition
        assert found.attention is None


@pytest.mark.parametrize("output", ["crf", "softmax"])
@pytest.mark.parametrize("scheme", ["bio", "iobes"])
def test_shares_are_complete_and_begin_with_the_probability_that_is_predicted(output, scheme):
    task, model = built(output=output, scheme=scheme)
    models = [model, network_of(task, 1)]
    result = task.predict(models, table_of_texts([TEXT], task.settings.tokens))
    for word in (1, 5):
        found = tag_evidence(task, models, TEXT, word=word)
        assert found.integrated.output_value == pytest.approx(
            float(result.probabilities[0][word - 1]), abs=1e-5
        )
        assert abs(found.integrated.gap) < 1e-3
        assert found.integrated.baseline_value == pytest.approx(found.occlusion.baseline_value, abs=1e-9)


def test_the_least_sure_word_is_the_one_that_is_asked_about():
    task, model = built()
    result = task.predict([model], table_of_texts([TEXT], task.settings.tokens))
    least = int(result.probabilities[0].argmin()) + 1
    assert f"for word {least}, " in tag_evidence(task, [model], TEXT).integrated.output


def test_a_word_that_is_left_out_keeps_its_place_with_a_vector_of_zeros():
    task, model = built()
    found = tag_evidence(task, [model], TEXT, word=3)
    with evaluation_mode(model), torch.no_grad():
        reader = TagReader(task, [model], TEXT)
        tag = int(reader.tagged().best[2])
        x = reader.x[None].clone()
        x[0, 1] = 0.0
        without = float(reader.chance(x, word=2, tag=tag))
    assert found.occlusion.by_place()[1] == pytest.approx(found.occlusion.output_value - without, abs=1e-9)


def test_dropout_and_modes():
    task, model = built()
    model.train()
    one, other = (tag_evidence(task, [model], TEXT, word=2) for _ in range(2))
    np.testing.assert_array_equal(one.integrated.values, other.integrated.values)
    assert model.words.output_dropout.training


def test_the_words_of_a_model_of_commands_are_asked_in_the_same_way():
    task = IntentTask.fit(TRAIN, (TagSettings(), IntentSettings()), (SMALL, IntentHeadSettings()))
    model = network_of(task, 0)
    result = task.predict([model], table_of_texts([TEXT], task.words.settings.tokens))
    found = tag_evidence(task.words, [model], TEXT, word=4)
    assert found.integrated.output_value == pytest.approx(float(result.slots.probabilities[0][3]), abs=1e-5)
    assert abs(found.integrated.gap) < 1e-3


def test_a_path_adds_up_to_the_best_of_all_and_its_probability_is_its_share():
    task, model = built()
    text = "from dallas to"
    path = tag_path(task, model, text)
    with evaluation_mode(model), torch.no_grad():
        reader = TagReader(task, [model], text)
        (scores,) = reader.scores(reader.x[None], reader.lengths)
        crf = reader.heads[0].crf
        every = {
            tags: float(crf.score(scores, torch.tensor([tags]), reader.lengths))
            for tags in itertools.product(range(len(task.tags.names)), repeat=3)
        }
    best = max(every, key=every.get)
    assert path.tags == tuple(task.tags.names[number] for number in best)
    assert path.score == pytest.approx(every[best], abs=1e-9)
    total = math.fsum(math.exp(score - every[best]) for score in every.values())
    assert path.probability == pytest.approx(1 / total, abs=1e-9)
    assert path.sums[-1] + path.end == pytest.approx(path.score)
    assert len(path.emissions) == len(path.transitions) == len(path.words) == 3


def test_without_a_crf_there_is_no_path():
    task, model = built(output="softmax")
    with pytest.raises(
        InspectionError, match="path: expected a network with a CRF, got one that answers each word"
    ):
        tag_path(task, model, TEXT)


@pytest.mark.parametrize("word", [0, -1, 7])
def test_a_word_that_is_not_there(word):
    task, model = built()
    with pytest.raises(InspectionError, match=f"word: expected 1 to 6, got {word}. Words count from 1."):
        tag_evidence(task, [model], TEXT, word=word)


def test_a_text_without_words():
    task, model = built()
    with pytest.raises(InspectionError, match="word: expected a text with words, got 1"):
        tag_evidence(task, [model], "", word=1)
    for ask in (lambda: tag_evidence(task, [model], " "), lambda: tag_path(task, model, " ")):
        with pytest.raises(InspectionError, match="text: expected at least one word"):
            ask()


def test_another_kind_of_network_is_refused():
    task, _ = built()
    for models, kinds in (([torch.nn.LSTM(2, 2)], "LSTM"), ([], "none")):
        with pytest.raises(InspectionError, match=f"expected the networks of a tagger, got {kinds}"):
            tag_evidence(task, models, TEXT)
