"""Every setting changes something that can be seen; a wrong value is refused in words."""

import dataclasses

import pytest
import torch

from hiddenstate.errors import SettingsError
from hiddenstate.settings import from_toml, to_toml
from hiddenstate.training import TrainingSettings

# Field -> (settings in which it matters, one value, another). What is compared: the learning curve
# (but not the seconds), the final weights and why training stopped.
CHANGES = {
    "epochs": ({}, 2, 3),
    "batch_size": ({}, 8, 12),
    "steps_per_epoch": ({}, None, 2),
    "optimiser": ({}, "adamw", "sgd"),
    "learning_rate": ({}, 0.01, 0.02),
    "momentum": ({}, 0.9, 0.5),
    "weight_decay": ({}, 0.0, 0.1),
    "clip_norm": ({"optimiser": "sgd"}, None, 0.1),
    "schedule": ({}, "constant", "cosine"),
    "warmup_epochs": ({}, 0.0, 0.5),
    "final_rate": ({"schedule": "cosine"}, 0.01, 0.5),
    "decay_factor": ({"schedule": "step", "decay_epochs": 1}, 0.5, 0.1),
    "decay_epochs": ({"schedule": "step"}, 1, 2),
    "average_decay": ({}, None, 0.9),
    "patience": ({"learning_rate": 5.0, "epochs": 6}, None, 1),
    "stop_below": ({}, None, 1e9),
    "max_minutes": ({}, None, 1e-9),
    "seed": ({}, 0, 1),
}


def outcome(example, settings):
    history = example.fit(settings)
    curve = [dataclasses.replace(epoch, seconds=0.0) for epoch in history.epochs]
    return curve, history.stopped, example.weights()


def differ(one, other):
    same_weights = all(torch.equal(tensor, other[2][name]) for name, tensor in one[2].items())
    return one[:2] != other[:2] or not same_weights


def test_every_field_is_tested():
    tested = {*CHANGES, "threads"}  # the number of threads must not change what is learnt: see below
    assert tested == {field.name for field in dataclasses.fields(TrainingSettings)}


def test_training_runs_on_the_threads_that_were_asked_for(example, settings):
    before = torch.get_num_threads()
    seen = []

    def validate(model):
        seen.append(torch.get_num_threads())
        return 1.0

    for threads in (1, 2):
        example.fit(dataclasses.replace(settings, epochs=1, threads=threads), validate=validate)
    assert seen == [1, 2]
    assert torch.get_num_threads() == before


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_setting_changes_the_outcome(example, settings, field):
    context, one, other = CHANGES[field]
    settings = dataclasses.replace(settings, **context)
    first = outcome(example, dataclasses.replace(settings, **{field: one}))
    again = outcome(example, dataclasses.replace(settings, **{field: one}))
    second = outcome(example, dataclasses.replace(settings, **{field: other}))
    assert not differ(first, again), "otherwise the difference below would mean nothing"
    assert differ(first, second)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"epochs": 0}, "epochs: expected 1 or more, got 0"),
        ({"threads": 0}, "threads: expected 1 or more, got 0"),
        ({"patience": 0}, "patience: expected 1 or more, got 0"),
        ({"learning_rate": -1.0}, r"learning_rate: expected a number above 0, got -1\.0"),
        ({"learning_rate": float("nan")}, "learning_rate: expected a number above 0, got nan"),
        ({"clip_norm": 0.0}, "clip_norm: expected a number above 0"),
        ({"weight_decay": -0.1}, "weight_decay: expected 0 or more"),
        ({"average_decay": 1.0}, "average_decay: expected at least 0 and below 1"),
        ({"final_rate": 0.0}, "final_rate: expected above 0 and at most 1"),
        ({"optimiser": "adamm"}, r'expected a known optimiser, got "adamm"\. Did you mean "adam"'),
        ({"schedule": "cosin"}, r'expected a known schedule, got "cosin"\. Did you mean "cosine"'),
        ({"epochs": 2, "warmup_epochs": 2.0}, "warmup_epochs: expected fewer than the 2 epochs, got 2"),
    ],
)
def test_a_wrong_value_is_refused(values, message):
    with pytest.raises(SettingsError, match=message):
        TrainingSettings(**values)


def test_settings_survive_the_file():
    settings = TrainingSettings(average_decay=0.99, schedule="plateau", max_minutes=2.5)
    assert from_toml(TrainingSettings, to_toml(settings)) == settings
