"""The formula counts what the layers really have, and a network stays within its budgets."""

import pytest

from hiddenstate.data.recognition.guess import KINDS, Guess
from hiddenstate.errors import SettingsError
from hiddenstate.layers import Stacked
from hiddenstate.workflows.choosing.advice import RULES, advise
from hiddenstate.workflows.choosing.footprint import Footprint, kibibytes, microseconds
from hiddenstate.workflows.choosing.limits import Limits

TEXTS = Guess("labelled_texts", 1.0, (), {}, (), {"rows": 5000, "words": 12.0, "longest": 40})


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize(("layers", "both"), [(1, False), (2, False), (1, True), (2, True)])
def test_parameters_are_those_of_the_layers(cell, layers, both):
    module = Stacked(cell, 7, hidden_size=5, num_layers=layers, bidirectional=both)
    parameters = sum(parameter.numel() for parameter in module.parameters())
    assert Footprint(cell, 7, 5, layers, both).parameters == parameters


def test_every_kind_has_a_rule():
    assert set(RULES) == set(KINDS)


def test_a_budget_makes_the_network_smaller():
    free = advise(TEXTS, Limits()).network
    fast = advise(TEXTS, Limits(step_us=3.0)).network
    small = advise(TEXTS, Limits(memory=64 * 1024)).network
    assert free.hidden_size == 128
    assert fast.step_us <= 3.0 < free.step_us
    assert small.memory <= 64 * 1024 < free.memory
    assert fast.hidden_size < free.hidden_size


def test_a_budget_that_nothing_fits_is_said():
    advice = advise(TEXTS, Limits(memory=100))
    assert any("Nothing fits the budget" in line for line in advice.cautions)


def test_streaming_forbids_reading_backwards():
    assert advise(TEXTS, Limits()).network.bidirectional
    advice = advise(TEXTS, Limits(streaming=True))
    assert not advice.network.bidirectional
    assert "bidirectional" not in advice.architecture
    assert advice.flags["pool"] == "last"


def test_long_texts_get_attention_and_many_a_second_layer():
    short = advise(
        Guess("labelled_texts", 1.0, (), facts={"rows": 900, "words": 3.0, "longest": 6}), Limits()
    )
    many = advise(Guess("labelled_texts", 1.0, (), facts={"rows": 90_000, "words": 30.0}), Limits())
    assert "attention" not in short.architecture
    assert "attention" in many.architecture
    assert (short.network.num_layers, many.network.num_layers) == (1, 2)


@pytest.mark.parametrize("text", ["50", "fast", "-3us", "0us"])
def test_a_time_that_is_none_is_refused(text):
    with pytest.raises(SettingsError, match="--step-budget: expected a time such as 50us or 2ms"):
        microseconds(text)


@pytest.mark.parametrize("text", ["32q", "much", "0k"])
def test_an_amount_that_is_none_is_refused(text):
    with pytest.raises(SettingsError, match="--ram: expected an amount such as 32k or 1M"):
        kibibytes(text)
