import numpy as np
import pytest
import torch

from hiddenstate.data.labels import LabelSettings
from hiddenstate.data.text_table import table_of
from hiddenstate.errors import InputError, InspectionError
from hiddenstate.inspection import text_evidence
from hiddenstate.models.text_classifier import TextModelSettings
from hiddenstate.seeding import seed_everything
from hiddenstate.tasks.classify import ClassifyTask
from hiddenstate.tasks.classify_settings import ClassifySettings
from hiddenstate.training import Trainer, TrainingSettings

GOOD, BAD = "good great fine superb lovely".split(), "bad awful poor dire nasty".split()
TEXT = "the plot was Superb indeed"


def reviews():
    random = np.random.default_rng(0)
    rows = [((GOOD, "+"), (BAD, "-"))[row % 2] for row in range(60)]
    texts = [
        f"the {random.choice(['film', 'plot', 'end'])} was {words[row // 2 % 5]} indeed"
        for row, (words, _) in enumerate(rows)
    ]
    return table_of(texts, [label for _, label in rows])


def trained(task, seed=0):
    settings = TrainingSettings(epochs=8, batch_size=8, learning_rate=0.02)
    seed_everything(seed, "weights")
    model = task.build_model()
    Trainer(settings).fit(model, task.loss, task.batches(reviews(), batch_size=8, seed=0), None)
    return model


@pytest.fixture(scope="module")
def fitted():
    network = TextModelSettings(hidden_size=8, embedding_size=8, character_size=4)
    task = ClassifyTask.fit(reviews(), ClassifySettings(), network)
    models = [trained(task, seed) for seed in (0, 1)]
    task.temperature = 1.7  # as after calibration
    return task, models


def test_the_word_that_decides_gets_most(fitted):
    task, models = fitted
    found = text_evidence(task, models, TEXT)
    assert found.integrated.places == ("the", "plot", "was", "Superb", "indeed")
    assert found.integrated.output == 'probability of "+"'
    assert int(found.integrated.by_place().argmax()) == int(found.occlusion.by_place().argmax()) == 3


def test_shares_are_complete_and_start_from_the_answer_that_prediction_gives(fitted):
    task, models = fitted
    found = text_evidence(task, models, TEXT)
    predicted = task.predict(models, table_of([TEXT]))
    assert abs(found.integrated.gap) < 1e-3
    assert found.integrated.output_value == pytest.approx(predicted.probabilities[0].max(), abs=1e-6)
    np.testing.assert_allclose(found.attention.weights[0], predicted.weights[0], atol=1e-6)


def test_leaving_out_is_reading_the_text_without_the_word(fitted):
    task, models = fitted
    found = text_evidence(task, models, TEXT)
    shorter = task.predict(models, table_of(["the plot was indeed", ""])).probabilities
    number = task.labels.levels[-1].index("+")
    drop = found.occlusion.output_value - shorter[0, number]
    assert found.occlusion.by_place()[3] == pytest.approx(drop, abs=1e-6)
    assert found.occlusion.baseline_value == pytest.approx(shorter[1, number], abs=1e-6)


def test_dropout_and_modes(fitted):
    task, models = fitted
    models[0].train()
    first, again = (text_evidence(task, models, TEXT) for _ in range(2))
    np.testing.assert_array_equal(first.integrated.values, again.integrated.values)
    assert models[0].training
    models[0].eval()


def test_any_label_can_be_asked_for(fitted):
    task, models = fitted
    one, other = (text_evidence(task, models, TEXT, label=label) for label in "+-")
    np.testing.assert_allclose(one.integrated.values, -other.integrated.values, atol=1e-4)
    with pytest.raises(InputError, match=r'label: expected one that the model knows, got "\*"\. Valid: '):
        text_evidence(task, models, TEXT, label="*")


@pytest.mark.parametrize(("text", "words"), [("", 0), ("superb", 1), ("zzz qqq", 2)])
def test_no_word_one_word_and_unknown_words(fitted, text, words):
    task, models = fitted
    found = text_evidence(task, models, text)
    assert found.integrated.values.shape == (words, 1)
    assert abs(found.integrated.gap) < 1e-3
    assert found.attention.weights.shape == (1, words)
    if words < 2:
        assert np.isnan(found.attention.agreement)
        assert found.faithfulness[0].believable is None


def test_the_curves_tell_true_shares_from_false_ones(fitted):
    task, models = fitted
    long = "the film was indeed the end was indeed and the plot was superb was the end was the film"
    found = text_evidence(task, models, long, label="+")
    by_method = {curve.method: curve for curve in found.faithfulness}
    assert set(by_method) == {"integrated gradients", "occlusion", "attention"}
    assert by_method["occlusion"].score > 0


def test_another_kind_of_network_is_refused(fitted):
    for models, kinds in (([torch.nn.LSTM(2, 2)], "LSTM"), ([], "none")):
        with pytest.raises(InspectionError, match=f"expected the networks of a text classifier, got {kinds}"):
            text_evidence(fitted[0], models, TEXT)


@pytest.mark.parametrize("pool", ["last", "mean", "max"])
def test_a_pool_is_no_attention(pool):
    task = ClassifyTask.fit(reviews(), ClassifySettings(), TextModelSettings(hidden_size=4, pool=pool))
    found = text_evidence(task, [task.build_model()], TEXT)
    assert found.attention is None
    assert [curve.method for curve in found.faithfulness] == ["integrated gradients", "occlusion"]
    assert abs(found.integrated.gap) < 1e-3


def test_several_labels_a_text():
    table = table_of(
        ["good film", "bad film", "good bad film", "good", "bad"] * 4, ["a", "b", "a b", "a", "b"] * 4
    )
    settings = ClassifySettings(labels=LabelSettings(separator=" "))
    task = ClassifyTask.fit(table, settings, TextModelSettings(hidden_size=4, embedding_size=4))
    torch.manual_seed(0)
    model = task.build_model()
    found = text_evidence(task, [model], "good bad film", label="b")
    predicted = task.predict([model], table_of(["good bad film"])).probabilities[0]
    assert found.integrated.output_value == pytest.approx(predicted[1], abs=1e-6)
    assert abs(found.integrated.gap) < 1e-3
