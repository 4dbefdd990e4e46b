"""Learning rates by step, against values worked out by hand."""

import pytest

from hiddenstate.training import TrainingSettings
from hiddenstate.training.schedules import SCHEDULES

STEPS = 10


def schedule(name, **settings):
    return SCHEDULES[name](
        TrainingSettings(**{"epochs": 10, "learning_rate": 1.0, "schedule": name} | settings), STEPS
    )


@pytest.mark.parametrize("name", SCHEDULES)
def test_rates_stay_between_nothing_and_the_learning_rate(name):
    made = schedule(name, learning_rate=0.5, warmup_epochs=1.5)
    rates = [made.rate(step) for step in range(10 * STEPS)]
    assert all(0 < rate <= 0.5 for rate in rates)
    assert max(rates) == 0.5


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_warm_up_rises_to_the_full_rate(name):
    made = schedule(name, warmup_epochs=2.0)
    rates = [made.rate(step) for step in range(21)]
    assert rates[:20] == sorted(rates[:20])
    assert rates[0] < 0.1
    assert rates[20] == 1.0


def test_the_plain_warm_up_is_a_line():
    made = schedule("constant", warmup_epochs=0.5)
    assert [made.rate(step) for step in range(7)] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0, 1.0, 1.0])


def test_cosine_falls_to_the_final_rate_at_the_last_step():
    made = schedule("cosine", epochs=1, final_rate=0.2)
    rates = [made.rate(step) for step in range(STEPS)]
    assert rates[0] == 1.0
    assert rates[-1] == pytest.approx(0.2)
    assert rates[3] == pytest.approx(0.2 + 0.8 * 0.75)  # a third of the way: cos(60 degrees) = 1/2
    assert made.rate(1000) == pytest.approx(0.2), "a run that is longer than planned stays low"


def test_one_cycle_rises_for_three_tenths_by_itself():
    made = schedule("one_cycle", final_rate=0.1)
    assert made.rate(0) == pytest.approx(1 / 25)
    assert made.rate(15) == pytest.approx((1 + 1 / 25) / 2)
    assert made.rate(30) == 1.0
    assert made.rate(99) == pytest.approx(0.1)


def test_step_decay_cuts_every_few_epochs_down_to_the_final_rate():
    made = schedule("step", decay_epochs=2, decay_factor=0.1, final_rate=0.005)
    assert [made.rate(step) for step in (0, 19, 20, 39, 40, 60, 99)] == pytest.approx(
        [1.0, 1.0, 0.1, 0.1, 0.01, 0.005, 0.005]
    )


def test_plateau_cuts_after_epochs_without_improvement():
    made = schedule("plateau", decay_epochs=2, decay_factor=0.5, final_rate=0.2)
    rates = []
    for loss in (3.0, 2.0, 2.0, 2.5, 1.0, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5):
        made.observe(loss)
        rates.append(made.rate(0))
    assert rates == [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25, 0.2, 0.2, 0.2]


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_restored_schedule_goes_on_where_it_was(name):
    made, losses = schedule(name, decay_epochs=2), [3.0, 2.0, 2.5, 2.5, 2.1, 2.2, 1.0]
    for cut in range(len(losses)):
        made, restored = schedule(name, decay_epochs=2), schedule(name, decay_epochs=2)
        for loss in losses[:cut]:
            made.observe(loss)
        restored.restore(made.state())
        for step, loss in enumerate(losses[cut:]):
            made.observe(loss)
            restored.observe(loss)
            assert restored.rate(step) == made.rate(step)
