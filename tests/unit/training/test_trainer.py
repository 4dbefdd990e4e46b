"""The loop: what it computes, what it keeps, and what ends it."""

import copy
import dataclasses
import math
import os
import signal

import pytest
import torch
from torch import nn

from hiddenstate.errors import OutputError, SettingsError, ShapeError, TrainingError
from hiddenstate.seeding import seed_everything
from hiddenstate.training import TensorBatches, Trainer, TrainingSettings, trainer


def falling_then_rising(*losses):
    """A validation that returns these numbers, and keeps the weights that it was called with."""
    seen = []
    remaining = iter(losses)

    def validate(model):
        seen.append({name: tensor.clone() for name, tensor in model.state_dict().items()})
        return next(remaining)

    return validate, seen


def same(one, other):
    return one.keys() == other.keys() and all(
        torch.equal(tensor, other[name]) for name, tensor in one.items()
    )


def test_the_loop_equals_one_written_out_by_hand(example, settings):
    settings = dataclasses.replace(settings, epochs=2, clip_norm=0.5, seed=3)
    by_hand = copy.deepcopy(example.model)
    history = example.fit(settings, validate=falling_then_rising(2.0, 1.0)[0])
    optimiser = torch.optim.AdamW(
        [p for p in by_hand.parameters() if p.requires_grad], lr=0.01, weight_decay=0.0, fused=True
    )
    losses, norms = [], []
    batches = TensorBatches([example.x, example.y], settings)
    for number in (1, 2):
        seed_everything(3, "epoch", number)
        by_hand.train()
        for x, y in batches.epoch(number):
            optimiser.zero_grad()
            loss = nn.functional.mse_loss(by_hand(x), y)
            loss.backward()
            norms.append(nn.utils.clip_grad_norm_(by_hand.parameters(), 0.5).item())
            optimiser.step()
            losses.append(loss.item())
    assert same(example.weights(), by_hand.state_dict())
    assert [epoch.train_loss for epoch in history.epochs] == pytest.approx(
        [sum(losses[:3]) / 3, sum(losses[3:]) / 3]
    )
    assert history.epochs[1].gradient_norm == pytest.approx(sum(norms[3:]) / 3)
    assert history.epochs[1].learning_rate == 0.01


def test_it_learns_and_says_so(example, settings):
    history = example.fit(dataclasses.replace(settings, epochs=40))
    assert [epoch.number for epoch in history.epochs] == list(range(1, 41))
    assert history.epochs[history.best_epoch - 1].validation_loss < 0.5 * history.epochs[0].validation_loss
    assert history.stopped == "all 40 epochs done"


def test_the_best_epoch_is_kept_not_the_last(example, settings):
    validate, seen = falling_then_rising(3.0, 1.0, 1.0)
    history = example.fit(settings, validate=validate)
    assert history.best_epoch == 2, "the first of equals"
    assert same(example.weights(), seen[1])
    assert not same(seen[1], seen[2])
    assert not example.model.training
    assert all(parameter.grad is None for parameter in example.model.parameters())


def test_averages_are_validated_and_kept_but_not_trained_on(example, settings):
    validate, seen = falling_then_rising(3.0, 2.0, 1.0)
    example.fit(dataclasses.replace(settings, average_decay=0.9), validate=validate)
    averaged = example.weights()
    assert same(averaged, seen[2])
    validate, raw = falling_then_rising(3.0, 2.0, 1.0)
    example.fit(settings, validate=validate)
    assert not same(averaged, raw[2])
    # Training went on from the raw weights: what dropout and batches gave the buffers is the same.
    assert torch.equal(averaged["norm.running_mean"], raw[2]["norm.running_mean"])


def test_validation_sees_evaluation_mode_without_gradients(example, settings):
    modes = []

    def validate(model):
        modes.append((model.training, torch.is_grad_enabled()))
        return 1.0

    def loss(model, batch):
        modes.append((model.training, torch.is_grad_enabled()))
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    example.fit(dataclasses.replace(settings, epochs=2), validate=validate, loss=loss)
    assert modes == ([(True, True)] * 3 + [(False, False)]) * 2


def test_patience_ends_a_run_that_no_longer_improves(example, settings):
    validate, seen = falling_then_rising(3.0, 1.0, 2.0, 1.0, 1.5, 0.1)
    history = example.fit(dataclasses.replace(settings, epochs=6, patience=3), validate=validate)
    assert len(history.epochs) == 5
    assert history.best_epoch == 2
    assert history.stopped == "no better validation loss in the last 3 epochs"
    assert same(example.weights(), seen[1])


def test_frozen_parameters_do_not_move(example, settings):
    example.fit(dataclasses.replace(settings, average_decay=0.9, weight_decay=0.1))
    torch.manual_seed(7)
    before = nn.Linear(2, 3)  # what the example builds first
    assert torch.equal(example.model.frozen.weight, before.weight)
    assert not torch.equal(example.model.head.weight, type(example.model)().head.weight)


def poisoned(at, value):
    """The squared error, but `value` at a step counted from 1 over the whole run."""
    count = 0

    def loss(model, batch):
        nonlocal count
        count += 1
        error = nn.functional.mse_loss(model(batch[0]), batch[1])
        return error * value if count == at else error

    return loss


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_ends_training_with_the_best_weights(example, settings, recorder, value):
    validate, seen = falling_then_rising(1.0, 2.0)
    watcher = recorder()
    message = rf"epoch 3, step 2: expected a finite loss, got loss {value}.*learning_rate \(now 0\.01\)"
    with pytest.raises(TrainingError, match=message):
        example.fit(settings, validate=validate, loss=poisoned(8, value), watcher=watcher)
    assert same(example.weights(), seen[0])
    assert watcher.history.best_epoch == 1
    assert "expected a finite loss" in watcher.history.stopped


def test_gradients_that_are_not_finite_end_training_before_the_weights_are_spoilt(example, settings):
    def loss(model, batch):
        return model.head.bias.sum().sub(model.head.bias.detach().sum()).sqrt()  # slope of sqrt at 0

    with pytest.raises(
        TrainingError, match=r"epoch 1, step 1: .* got gradients of norm inf.*clip_norm \(now 1\)"
    ):
        example.fit(settings, loss=loss)
    assert all(torch.isfinite(tensor).all() for tensor in example.weights().values())


def test_a_validation_that_is_not_finite_ends_training(example, settings):
    validate, seen = falling_then_rising(1.0, float("nan"))
    with pytest.raises(TrainingError, match="epoch 2: expected a finite validation loss, got nan"):
        example.fit(settings, validate=validate)
    assert same(example.weights(), seen[0])


def test_a_loss_with_axes_is_refused(example, settings):
    with pytest.raises(ShapeError, match=r"expected a loss without axes, got one of shape \(8, 1\)"):
        example.fit(settings, loss=lambda model, batch: model(batch[0]))


class Nothing:
    def __init__(self, length):
        self.length = length

    def epoch(self, number):
        return iter(())

    def __len__(self):
        return self.length


@pytest.mark.parametrize(
    ("length", "message"),
    [(0, "expected at least one batch per epoch, got none"), (3, "epoch 1: expected 3 batches, got none")],
)
def test_nothing_to_train_on_is_refused(example, settings, length, message):
    with pytest.raises(TrainingError, match=message):
        Trainer(settings).fit(example.model, lambda model, batch: None, Nothing(length), example.validate)


def press(at, times=1):
    """Real Ctrl-C signals after a step."""

    def on(epoch, step):
        if (epoch, step) == at:
            for _ in range(times):
                os.kill(os.getpid(), signal.SIGINT)

    return on


def test_ctrl_c_keeps_the_best_weights(example, settings, recorder):
    validate, seen = falling_then_rising(1.0, 2.0)
    watcher = recorder(press((3, 2)))
    history = example.fit(settings, validate=validate, watcher=watcher)
    assert len(history.epochs) == 2
    assert history.best_epoch == 1
    assert "interrupted by Ctrl-C" in history.stopped
    assert same(example.weights(), seen[0])
    assert watcher.events[-1] == ("end",)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_within_a_step_waits_for_its_end(example, settings, recorder):
    watcher = recorder()
    finished = []

    def loss(model, batch):
        if len(watcher.events) == 3:  # start and two steps
            os.kill(os.getpid(), signal.SIGINT)
        finished.append(True)
        return nn.functional.mse_loss(model(batch[0]), batch[1])

    history = example.fit(settings, loss=loss, watcher=watcher)
    assert "interrupted" in history.stopped
    assert len(finished) == 3
    assert history.epochs == ()
    assert history.best_epoch is None


def test_ctrl_c_during_validation_is_heard_at_once(example, settings):
    def validate(model):
        os.kill(os.getpid(), signal.SIGINT)
        return pytest.fail("validation went on")

    history = example.fit(dataclasses.replace(settings, average_decay=0.9), validate=validate)
    assert "interrupted" in history.stopped


def test_before_the_first_validation_ctrl_c_keeps_the_averages(example, settings, recorder):
    averaged = dataclasses.replace(settings, average_decay=0.9)
    example.fit(averaged, watcher=recorder(press((1, 3))))
    weights = example.weights()
    validate, seen = falling_then_rising(1.0)
    example.fit(dataclasses.replace(averaged, epochs=1), validate=validate)
    assert same(weights, seen[0])


def test_a_second_ctrl_c_really_quits(example, settings):
    def loss(model, batch):
        os.kill(os.getpid(), signal.SIGINT)  # waits for the end of the step
        os.kill(os.getpid(), signal.SIGINT)  # does not
        return pytest.fail("the step went on")

    with pytest.raises(KeyboardInterrupt):
        example.fit(settings, loss=loss)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_raised_by_somebody_elses_handler_is_understood(example, settings):
    def loss(model, batch):
        raise KeyboardInterrupt

    assert "interrupted" in example.fit(settings, loss=loss).stopped


@pytest.fixture
def clock(monkeypatch):
    """Time that passes only when a test says so, in seconds."""
    hands = [0.0]
    monkeypatch.setattr(trainer.time, "monotonic", lambda: hands[0])
    return hands


def test_the_time_limit_ends_an_epoch_early_but_validates_it(example, settings, recorder, clock):
    def on(epoch, step):
        clock[0] += 10

    settings = dataclasses.replace(settings, max_minutes=50 / 60)  # five steps of ten seconds
    watcher = recorder(on)
    history = example.fit(settings, watcher=watcher)
    assert history.stopped == "time limit of 0.833333 minutes reached"
    assert [event for event in watcher.events if event[0] == "step"][-1] == ("step", 2, 2)
    assert [epoch.seconds for epoch in history.epochs] == [30, 20]
    assert all(epoch.validation_loss > 0 for epoch in history.epochs)


def test_the_time_limit_counts_validation_and_finishes_no_epoch_twice(example, settings, clock):
    def validate(model):
        clock[0] += 60
        return 1.0

    history = example.fit(dataclasses.replace(settings, max_minutes=2.0), validate=validate)
    assert len(history.epochs) == 2
    assert history.stopped == "time limit of 2 minutes reached"


def test_a_watcher_is_told_everything_in_order(example, settings, recorder):
    watcher = recorder()
    validate, _ = falling_then_rising(1.0, 2.0)
    example.fit(
        dataclasses.replace(settings, epochs=2, steps_per_epoch=2), validate=validate, watcher=watcher
    )
    assert watcher.events == [
        ("start", 2, 2, 0),
        ("step", 1, 1),
        ("step", 1, 2),
        ("epoch", 1, True),
        ("step", 2, 1),
        ("step", 2, 2),
        ("epoch", 2, False),
        ("end",),
    ]


def test_resuming_needs_a_folder(example, settings):
    with pytest.raises(SettingsError, match="resume: expected a folder for checkpoints, got none"):
        example.fit(settings, resume=True)


def test_a_checkpoint_that_cannot_be_written_ends_training_with_the_best_weights(example, settings, tmp_path):
    (tmp_path / "file").touch()
    validate, seen = falling_then_rising(1.0)
    with pytest.raises(OutputError, match="expected to be able to write here"):
        example.fit(settings, validate=validate, checkpoints=tmp_path / "file" / "state")
    assert same(example.weights(), seen[0])


def test_a_model_in_double_precision_trains(settings):
    model = nn.Linear(2, 1).double()
    settings = TrainingSettings(epochs=1, average_decay=0.9, clip_norm=None)
    x = torch.randn(8, 2, dtype=torch.float64)
    history = Trainer(settings).fit(
        model, lambda m, batch: m(batch[0]).square().mean(), TensorBatches([x], settings), lambda m: 1.0
    )
    assert history.best_epoch == 1


def test_without_a_validation_the_last_weights_are_kept():
    seen = []

    def loss(model, batch):
        seen.append([parameter.detach().clone() for parameter in model.parameters()])
        return (model(torch.ones(4, 2)) - 3.0).pow(2).mean()

    torch.manual_seed(0)
    model = torch.nn.Linear(2, 1)
    batches = TensorBatches((torch.ones(8, 2),), TrainingSettings(batch_size=4))
    history = Trainer(TrainingSettings(epochs=3, patience=1)).fit(model, loss, batches, None)
    assert history.best_epoch == 3
    assert all(math.isnan(epoch.validation_loss) for epoch in history.epochs)
    assert not torch.equal(seen[-1][0], model.weight), "the last step of the last epoch counts"
