"""What the search says of a budget, and what it searches."""

import pytest

from hiddenstate.errors import InputError
from hiddenstate.records import Epoch
from hiddenstate.settings import to_dict
from hiddenstate.workflows.classes import run_settings as classes
from hiddenstate.workflows.forecasts import run_settings as forecasts
from hiddenstate.workflows.hearing import run_settings as hearing
from hiddenstate.workflows.intents import run_settings as intents
from hiddenstate.workflows.tags import run_settings as tags
from hiddenstate.workflows.transcripts import run_settings as transcripts
from hiddenstate.workflows.translations import run_settings as translations
from hiddenstate.workflows.tuning.search import _Judge
from hiddenstate.workflows.tuning.space import SPACES, OneOf, around, with_choice
from hiddenstate.workflows.writers import run_settings as writers

SERIES = {"data": {"time": "t", "targets": ["y"]}, "task": {"horizon": 3}}
RUNS = {
    "forecast": lambda values: forecasts.complete({**values, **SERIES}),
    "forecast over segments": lambda values: forecasts.complete(
        {**values, "data": SERIES["data"], "task": {"horizon": 3, "family": "segments"}}
    ),
    "classify": lambda values: classes.complete({**values, "data": {"text": "a", "target": "b"}}, 1000),
    "tag": tags.complete,
    "intent": intents.complete,
    "hear": hearing.complete,
    "generate": writers.complete,
    "transcribe": transcripts.complete,
    "translate": translations.complete,
}


def epoch(number, seconds):
    return Epoch(number, 1.0, 1.0, 0.1, seconds, 1.0)


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (5.5, "about 10 s, got 5.5 s. 5 epochs fit: raise the budget, or use --set training.epochs=5."),
        (1.5, "1 epoch fits: raise the budget, or use --set training.epochs=1."),
    ],
)
def test_a_budget_for_less_than_one_run_says_how_many_epochs_fit(budget, said):
    judge = _Judge(None, None, 10, budget)
    with pytest.raises(InputError, match="--budget: expected time for one run of 10 epochs") as error:
        judge.on_epoch(epoch(2, 1.0), True)
    assert said in str(error.value)


@pytest.mark.parametrize("name", SPACES)
def test_every_value_of_a_space_is_one_that_training_takes(name):
    """Each end of each range makes settings, and they differ from the others: no place is misspelt."""
    whole = to_dict(RUNS[name]({}))
    space = around(SPACES[name], whole)
    for place, part in space.items():
        values = part.values if isinstance(part, OneOf) else (part.low, part.high)
        table, key = place.split(".")
        changed = [to_dict(RUNS[name](with_choice({}, {place: value}))) for value in values]
        assert [one[table][key] for one in changed] == list(values)
