"""The program of a whole task: what it says for encoded input is what the task predicts in the user's units."""

import numpy as np
import pytest
import torch
from tests.unit.tasks.test_forecast import fit, panel, series

from hiddenstate.data.labels import LabelSettings
from hiddenstate.data.text_table import table_of
from hiddenstate.data.windows import Origins
from hiddenstate.models.direct import DirectSettings
from hiddenstate.models.segments import SegmentSettings
from hiddenstate.models.text_classifier import TextModelSettings
from hiddenstate.program import Interpreter
from hiddenstate.seeding import seed_everything
from hiddenstate.tasks.classify import ClassifyTask
from hiddenstate.tasks.classify_program import classifier_program
from hiddenstate.tasks.classify_settings import ClassifySettings
from hiddenstate.tasks.forecast_program import decoding_constants, forecaster_program
from hiddenstate.workflows.weights import weights_of

DIRECT = DirectSettings(hidden_size=6, embedding_size=5)
TEXTS = ["the plot was Superb indeed", "a poor, dire film", "", "great great great", "quite unknown words"]


def built(task, members=2):
    seed_everything(0, "weights")
    models = tuple(task.build_model().eval() for _ in range(members))
    with torch.no_grad():
        for model in models:
            for parameter in model.parameters():
                parameter.add_(0.2 * torch.randn(parameter.shape))
    return models


def arrays(models, constants):
    return {name: tensor.numpy() for name, tensor in weights_of(models).items()} | constants


@pytest.mark.parametrize(
    ("network", "options"),
    [
        (DIRECT, {}),
        (DIRECT, {"scale": "log"}),
        (DIRECT, {"loss": "absolute"}),
        (DIRECT, {"levels": (0.1, 0.4, 0.6, 0.9)}),
        (SegmentSettings(hidden_size=6), {"family": "segments"}),
    ],
    ids=["linear", "log", "a point", "no median", "segments"],
)
def test_a_forecast_in_the_users_units(network, options):
    data = panel(series(24 * 30, known=1, past=1))
    task = fit(data, network, **options)
    models = built(task)
    origins = Origins(np.zeros(5, np.int64), np.arange(400, 405))
    task.calibrate(models, data, Origins(np.zeros(40, np.int64), np.arange(420, 460)))
    program, constants = forecaster_program(task, models), decoding_constants(task)
    windows = task.builder.build(data, origins)._asdict()
    inputs = {name: windows[name] for name in program.inputs}
    found = Interpreter(program, arrays(models, constants))(inputs)["quantiles"]
    expected = task.predict(models, data, origins).values
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-4)  # the task's networks run in float32
    assert program.facts == {"targets": ["target0"], "decoded": True}
    assert program.outputs["quantiles"].labels == tuple(f"{level:g}" for level in task.levels)
    scaling = program.inputs["past_targets"].scaling
    assert (scaling is None) == (options.get("scale") == "log")
    if scaling is not None:
        values = data.series[0].targets[380:400]
        scaled = (values - np.array(scaling.mean)) / np.array(scaling.spread)
        np.testing.assert_allclose(scaled, windows["past_targets"][0, -20:], atol=1e-5)


def test_with_several_series_quantiles_stay_scaled_and_that_is_said():
    data = panel(series(24 * 20, name="a"), series(24 * 20, name="b", seed=1))
    task = fit(data, DIRECT)
    models = built(task, 1)
    program, constants = forecaster_program(task, models), decoding_constants(task)
    assert not constants
    assert program.facts["decoded"] is False
    assert program.inputs["past_targets"].scaling is None


@pytest.mark.parametrize(
    ("labels", "settings"),
    [
        (["+", "-", "-", "+", "+"], LabelSettings()),
        (["a:x", "a:y", "b:z", "b:z", "a:x"], LabelSettings(hierarchy=":")),
        (["a;b", "a", "b;c", "c", "a;c"], LabelSettings(separator=";")),
    ],
    ids=["one level", "levels", "several labels"],
)
@pytest.mark.parametrize("temperature", [1.0, 1.7])
def test_probabilities_of_a_classifier(labels, settings, temperature):
    network = TextModelSettings(hidden_size=6, embedding_size=5, character_size=4)
    table = table_of(TEXTS, labels)
    task = ClassifyTask.fit(table, ClassifySettings(labels=settings), network)
    task.temperature, task.threshold = temperature, 0.3
    models = built(task)
    program = classifier_program(task, models)
    words, _, _ = task.encoder.encode(task.encoder.forms(TEXTS))
    padded = words.padded()
    inputs = {"words": padded, "lengths": words.lengths, "grams": padded_grams(task, TEXTS, padded.shape)}
    found = Interpreter(program, arrays(models, {}))(inputs)
    for level, expected in enumerate(task.predict_levels(models, table_of(TEXTS))):
        np.testing.assert_allclose(found[f"probabilities{level}"], expected.probabilities, atol=2e-6)
        assert program.outputs[f"probabilities{level}"].labels == expected.labels
        for row, weights in enumerate(expected.weights):
            np.testing.assert_allclose(found["attention"][row, : len(weights)], weights, atol=2e-6)
    assert program.facts == {"threshold": 0.3, "multi_label": task.labels.multi}


def padded_grams(task, texts, shape):
    """(B, T, G) numbers of each word's n-grams, -1 for none."""
    grams = np.full((*shape, 130), -1)
    for row, forms in enumerate(task.encoder.forms(texts)):
        for place, numbers in enumerate(task.encoder.characters.encode(forms)):
            grams[row, place, : len(numbers)] = numbers
    return grams
