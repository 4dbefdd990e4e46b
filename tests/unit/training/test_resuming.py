"""A run that was cut off goes on as if nothing had happened, or is refused."""

import dataclasses
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from hiddenstate.errors import TrainingError
from hiddenstate.training import TrainingSettings
from hiddenstate.training.optimisers import OPTIMISERS
from hiddenstate.training.schedules import SCHEDULES

FILE = "checkpoint.safetensors"


class Cut(Exception):  # noqa: N818  nothing went wrong
    """Something outside ends the run."""


def cut_at(epoch, step):
    def on(*place):
        if place == (epoch, step):
            raise Cut

    return on


def without_seconds(history):
    return [dataclasses.replace(epoch, seconds=0.0) for epoch in history.epochs], history.best_epoch


def saved_tensors(folder):
    with safe_open(folder / FILE, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118


def check_resumed_equals_uninterrupted(example, settings, recorder, folder, place=(3, 2)):
    whole, folder = folder / "whole", folder / "cut"
    uninterrupted = without_seconds(example.fit(settings, checkpoints=whole)), example.weights()
    with pytest.raises(Cut):
        example.fit(settings, checkpoints=folder, watcher=recorder(cut_at(*place)))
    watcher = recorder()
    resumed = without_seconds(example.fit(settings, checkpoints=folder, resume=True, watcher=watcher))
    assert watcher.events[0] == ("start", settings.epochs, 3, place[0] - 1)
    assert watcher.events[1] == ("step", place[0], 1)
    assert resumed == uninterrupted[0]
    for name, tensor in example.weights().items():
        assert torch.equal(tensor, uninterrupted[1][name]), name
    # The best weights may stem from before the cut; the last ones and the optimiser's memory do not.
    tensors, expected = saved_tensors(folder), saved_tensors(whole)
    assert tensors.keys() == expected.keys()
    for name, tensor in tensors.items():
        assert torch.equal(tensor, expected[name]), name


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_every_optimiser_goes_on_bit_for_bit(example, settings, recorder, tmp_path, optimiser):
    settings = dataclasses.replace(settings, epochs=5, optimiser=optimiser, weight_decay=0.01)
    check_resumed_equals_uninterrupted(example, settings, recorder, tmp_path)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_goes_on_bit_for_bit(example, settings, recorder, tmp_path, schedule):
    # A high learning rate: the validation loss goes up and down, which the plateau must remember.
    settings = dataclasses.replace(
        settings, epochs=6, schedule=schedule, decay_epochs=1, learning_rate=0.3, average_decay=0.9
    )
    check_resumed_equals_uninterrupted(example, settings, recorder, tmp_path, place=(5, 1))


def test_plain_gradient_descent_without_a_memory_goes_on(example, settings, recorder, tmp_path):
    settings = dataclasses.replace(settings, optimiser="sgd", momentum=0.0)
    check_resumed_equals_uninterrupted(example, settings, recorder, tmp_path)


KILLED = Path(__file__).with_name("killed_run.py")


def run_script(*arguments):
    return subprocess.run([sys.executable, str(KILLED), *map(str, arguments)], capture_output=True, text=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_in_the_middle_of_an_epoch_the_run_ends_bit_for_bit_the_same(tmp_path):
    killed = run_script("killed", tmp_path)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (tmp_path / FILE).exists()
    resumed = run_script("resumed", tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    outcome = json.loads(resumed.stdout)
    assert outcome["resumed_after"] == 4
    resumed, uninterrupted = outcome["resumed"], outcome["uninterrupted"]
    # The comparison means something: the plateau had cut before, and the best epoch came after the kill.
    assert resumed["rates"][4] < resumed["rates"][0]
    assert resumed["best_epoch"] > 4
    assert resumed == uninterrupted
    assert len(resumed["rates"]) == 8


def test_resuming_before_the_first_checkpoint_starts_at_the_beginning(example, settings, recorder, tmp_path):
    watcher = recorder()
    example.fit(settings, checkpoints=tmp_path, resume=True, watcher=watcher)
    assert watcher.events[0] == ("start", 3, 3, 0)


def test_resuming_a_finished_run_returns_it(example, settings, recorder, tmp_path):
    settings = dataclasses.replace(settings, patience=1, learning_rate=5.0, epochs=9)
    first = without_seconds(example.fit(settings, checkpoints=tmp_path))
    weights = example.weights()
    assert len(first[0]) < 9
    watcher = recorder()
    again = example.fit(settings, checkpoints=tmp_path, resume=True, watcher=watcher)
    assert [event[0] for event in watcher.events] == ["start", "end"]
    assert without_seconds(again) == first
    assert again.stopped == "no better validation loss in the last 1 epochs"
    for name, tensor in example.weights().items():
        assert torch.equal(tensor, weights[name])


def test_a_run_that_was_out_of_time_goes_on_with_more(example, settings, tmp_path):
    uninterrupted = without_seconds(example.fit(settings))
    short = dataclasses.replace(settings, max_minutes=1e-9)
    assert "time limit" in example.fit(short, checkpoints=tmp_path).stopped
    history = example.fit(settings, checkpoints=tmp_path, resume=True)
    assert without_seconds(history) == uninterrupted


@pytest.fixture
def trained(example, settings, tmp_path):
    example.fit(settings, checkpoints=tmp_path, identity={"horizon": 48, "columns": ("a", "b")})
    return tmp_path


IDENTITY = {"horizon": 48, "columns": ("a", "b")}


def test_the_same_run_is_accepted(example, settings, trained):
    example.fit(settings, checkpoints=trained, identity=IDENTITY, resume=True)


@pytest.mark.parametrize(
    ("changes", "identity", "message"),
    [
        (
            {"learning_rate": 0.02},
            IDENTITY,
            r"same settings, got one with learning_rate = 0\.01 where this run has 0\.02",
        ),
        (
            {"average_decay": 0.9},
            IDENTITY,
            r"same settings, got one with average_decay = not set where this run has 0\.9",
        ),
        ({}, {**IDENTITY, "horizon": 24}, "same run, got one with horizon = 48 where this run has 24"),
        ({}, {}, "same run, got one with horizon = 48 where this run has not set"),
    ],
)
def test_other_settings_are_refused(example, settings, trained, changes, identity, message):
    with pytest.raises(TrainingError, match=message):
        example.fit(
            dataclasses.replace(settings, **changes), checkpoints=trained, identity=identity, resume=True
        )


def fit_changed(example, settings, trained, change):
    from hiddenstate.training import TensorBatches, Trainer

    torch.manual_seed(7)
    model = type(example.model)()
    change(model)
    trainer = Trainer(settings, checkpoints=trained, identity=IDENTITY)
    batches = TensorBatches([example.x, example.y], settings)
    trainer.fit(model, lambda model, batch: model(batch[0]).mean(), batches, example.validate, resume=True)


def test_another_shape_is_refused(example, settings, trained):
    def change(model):
        model.head = torch.nn.Linear(4, 2)

    message = r"same model, got one with head\.weight = float32 \(1, 4\) where this run has float32 \(2, 4\)"
    with pytest.raises(TrainingError, match=message):
        fit_changed(example, settings, trained, change)


def test_other_frozen_weights_are_refused(example, settings, trained):
    with pytest.raises(TrainingError, match="same frozen parameters"):
        fit_changed(example, settings, trained, lambda model: model.frozen.weight.data.mul_(2))


def test_other_data_are_refused(example, settings, trained):
    example.x, example.y = example.x[:16], example.y[:16]
    with pytest.raises(
        TrainingError, match="same data, got one with steps per epoch = 3 where this run has 2"
    ):
        example.fit(settings, checkpoints=trained, identity=IDENTITY, resume=True)


def flip(path, place):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-10]),
        lambda path: path.write_bytes(b""),
        lambda path: flip(path, -3),
        lambda path: save_file({"x": torch.zeros(1)}, path),
    ],
    ids=["truncated", "empty", "one bit", "other contents"],
)
def test_a_damaged_checkpoint_is_refused(example, settings, trained, damage):
    damage(trained / FILE)
    with pytest.raises(
        TrainingError, match=r"checkpoint\.safetensors: expected a checkpoint, got: .*Delete it"
    ):
        example.fit(settings, checkpoints=trained, identity=IDENTITY, resume=True)


def test_a_checkpoint_of_another_format_is_refused(example, settings, trained):
    path = trained / FILE
    with safe_open(path, framework="pt") as file:
        header = json.loads(file.metadata()["hiddenstate"])
    save_file(saved_tensors(trained), path, {"hiddenstate": json.dumps({**header, "format": 2})})
    with pytest.raises(TrainingError, match="expected checkpoint format 1, got 2"):
        example.fit(settings, checkpoints=trained, identity=IDENTITY, resume=True)


def test_a_checkpoint_holds_no_frozen_weights_and_leaves_nothing_beside_it(trained):
    assert [path.name for path in trained.iterdir()] == [FILE]
    names = list(saved_tensors(trained))
    assert "model/head.weight" in names
    assert not [name for name in names if "frozen" in name]


def test_a_folder_may_move_between_runs(example, settings, recorder, tmp_path):
    with pytest.raises(Cut):
        example.fit(settings, checkpoints=tmp_path / "a", watcher=recorder(cut_at(2, 1)))
    shutil.move(tmp_path / "a", tmp_path / "b")
    history = example.fit(settings, checkpoints=tmp_path / "b", resume=True)
    assert len(history.epochs) == 3


def test_settings_of_the_checkpoint_are_all_of_them_but_the_time(trained):
    with safe_open(trained / FILE, framework="pt") as file:
        saved = json.loads(file.metadata()["hiddenstate"])["identity"]["settings"]
    filled = TrainingSettings(momentum=0.5, steps_per_epoch=1, average_decay=0.5, stop_below=0.1)
    assert saved.keys() | {"momentum", "steps_per_epoch", "average_decay", "stop_below"} == {
        field.name for field in dataclasses.fields(filled) if field.name != "max_minutes"
    }
