import numpy as np
import pytest
import torch

from hiddenstate.errors import SettingsError
from hiddenstate.seeding import generator
from hiddenstate.tasks.memory_tasks import MEMORY_TASKS, Adding, Copy, DelayedRecall, TemporalOrder

LENGTH = 30


def draw(kind, length=LENGTH, count=200, seed=0):
    return kind.create(length).draw(generator(seed, "test"), count)


@pytest.mark.parametrize("name", MEMORY_TASKS)
def test_every_task_keeps_its_promises(name):
    kind = MEMORY_TASKS[name]
    for length in (kind.shortest, LENGTH):
        task = kind.create(length)
        batch = draw(kind, length, 7)
        assert batch.inputs.shape == (7, task.steps, kind.input_size)
        assert batch.inputs.dtype == torch.float32
        assert batch.targets.shape == (7, kind.answers)
        answers = torch.zeros(7, kind.answers, kind.output_size, requires_grad=True)
        task.loss(answers, batch.targets).backward()
        assert torch.isfinite(answers.grad).all()


@pytest.mark.parametrize("name", MEMORY_TASKS)
def test_the_same_seed_draws_the_same_and_another_does_not(name):
    one, same, other = (draw(MEMORY_TASKS[name], seed=seed) for seed in (0, 0, 1))
    assert torch.equal(one.inputs, same.inputs)
    assert not torch.equal(one.inputs, other.inputs)


@pytest.mark.parametrize("name", MEMORY_TASKS)
def test_who_remembers_nothing_has_the_error_of_chance(name):
    kind = MEMORY_TASKS[name]
    task, batch = kind.create(LENGTH), draw(kind, count=20_000)
    answers = torch.zeros(20_000, kind.answers, kind.output_size)
    answers[..., 0] = 1.0  # the mean of a sum, or always the first class
    assert task.error(answers, batch.targets) == pytest.approx(kind.chance_error, abs=0.01)


def test_adding_asks_for_the_sum_of_the_marked_numbers():
    batch = draw(Adding)
    numbers, marks = batch.inputs.unbind(dim=-1)
    torch.testing.assert_close((numbers * marks).sum(dim=1, keepdim=True), batch.targets)
    assert (marks[:, : LENGTH // 2].sum(dim=1) == 1).all()
    assert (marks[:, LENGTH // 2 :].sum(dim=1) == 1).all()


def test_copy_shows_the_symbols_once_and_asks_after_the_signal():
    batch = draw(Copy)
    read = batch.inputs.argmax(dim=-1)
    assert torch.equal(read[:, :10], batch.targets)
    assert (read[:, 10 + LENGTH - 1] == 9).all()
    rest = torch.cat([read[:, 10 : 9 + LENGTH], read[:, 10 + LENGTH :]], dim=1)
    assert (rest == 8).all()
    assert Copy(LENGTH).steps == LENGTH + 20


def test_the_order_of_the_signs_is_the_class():
    batch = draw(TemporalOrder)
    read = batch.inputs.argmax(dim=-1)
    assert (read[:, 0] == 6).all()
    assert (read[:, -1] == 7).all()
    for row, target in zip(read, batch.targets[:, 0], strict=True):
        places = torch.nonzero((row == 4) | (row == 5)).flatten()
        assert len(places) == 2
        assert 3 <= places[0] < 6
        assert 15 <= places[1] < 18
        first, second = (row[places] - 4).tolist()
        assert target == 2 * first + second


def test_recall_asks_for_the_first_symbol_which_never_comes_again():
    batch = draw(DelayedRecall)
    read = batch.inputs.argmax(dim=-1)
    assert torch.equal(read[:, :1], batch.targets)
    assert (read[:, 1:] >= 8).all()
    assert len(np.unique(batch.targets)) == 8


@pytest.mark.parametrize(("name", "length"), [("adding", 1), ("copy", 0), ("order", 9), ("recall", 1)])
def test_too_short_a_length_is_refused(name, length):
    with pytest.raises(
        SettingsError, match=rf"length: expected at least {length + 1} for the task {name}, got {length}"
    ):
        MEMORY_TASKS[name].create(length)
