import math

import numpy as np
import pytest
import torch
from torch import nn

from hiddenstate.errors import InspectionError
from hiddenstate.inspection import load_trace, save_trace, trace, walk
from hiddenstate.inspection.toy import toy_cell, toy_inputs

SYMBOLS = {"C̃": "C_tilde"}


def value_of(line):
    """The line's value once more, from its terms alone."""
    if line.product:
        return math.prod(term.value for term in line.terms)
    total = sum(term.value for term in line.terms)
    return {"σ": lambda a: 1 / (1 + math.exp(-a)), "tanh": math.tanh, "relu": lambda a: max(a, 0), "": float}[
        line.function
    ](total)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
@pytest.mark.parametrize("bias", [True, False])
def test_every_line_adds_up_to_what_the_model_computed(kind, bias):
    torch.manual_seed(0)
    module = kind(3, 4, batch_first=True, bidirectional=True, bias=bias).double()
    found = trace(module, torch.randn(2, 6, 3, dtype=torch.float64), torch.tensor([6, 4]))
    for place, layer in enumerate(found.layers):
        told = walk(found, unit=2, layer=place, row=1)
        assert len(told.steps) == 4
        order = [4, 3, 2, 1] if layer.direction == "backward" else [1, 2, 3, 4]
        assert [step.number for step in told.steps] == order, "in the order in which the layer reads"
        for step in told.steps:
            for line in step.lines:
                assert line.value == pytest.approx(value_of(line), abs=1e-12)
                symbol = line.symbol.removesuffix("_t")
                expected = layer.values[SYMBOLS.get(symbol, symbol)][1, step.number - 1, 2]
                assert line.value == pytest.approx(expected, abs=1e-12), line.symbol
                for term in line.terms:
                    if term.products:
                        assert term.value == pytest.approx(sum(a * b for _, a, b in term.products), abs=1e-12)
        assert len(told.equations) == len(told.steps[0].lines)
        # Each line of numbers has its equation.
        assert [line.symbol for line in told.steps[0].lines] == [
            text.split(" =")[0] for text in told.equations
        ]


def test_a_toy_with_numbers_that_can_be_checked_by_hand():
    found = trace(toy_cell("lstm; f = 0; i = 0, 2x; C = x; o = 0"), toy_inputs("1 0"))
    (first, second) = walk(found, unit=1).steps
    lines = {line.symbol: line for line in first.lines}
    assert lines["i_t"].argument == 2.0
    assert lines["i_t"].terms[0].products == (("x0", 2.0, 1.0),)
    assert lines["C_t"].value == pytest.approx(1 / (1 + math.exp(-2)) * math.tanh(1))
    again = {line.symbol: line for line in second.lines}
    assert again["C_t"].value == pytest.approx(0.5 * lines["C_t"].value)


def test_long_sums_name_their_largest_products():
    torch.manual_seed(0)
    found = trace(nn.GRU(50, 4, batch_first=True), torch.randn(1, 3, 50))
    term = walk(found, unit=0).steps[0].lines[0].terms[0]
    sizes = [abs(weight * value) for _, weight, value in term.products]
    assert len(sizes) == 3
    assert sizes == sorted(sizes, reverse=True)
    products = found[0].weights.W[0] * found[0].inputs[0, 0]
    assert sizes[0] == pytest.approx(np.abs(products).max())


def test_part_of_a_row_and_names():
    found = trace(nn.LSTM(1, 4, batch_first=True), torch.randn(1, 9, 1), labels=[list("abcdefghi")])
    told = walk(found, unit=0, first=3, count=2, input_names=("load",))
    assert [step.label for step in told.steps] == ["c", "d"]
    assert told.steps[0].lines[0].terms[0].products[0][0] == "load"
    assert len(walk(found, unit=0, first=8, count=5).steps) == 2


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"unit": 4}, r"unit: expected 0 to 3 \(LSTM, layer 1 has 4\), got 4"),
        ({"unit": -1}, "unit: expected 0 to 3"),
        ({"unit": 0, "layer": 1}, "layer: expected one of"),
        ({"unit": 0, "row": 3}, "row: expected 0 to 1, got 3"),
        ({"unit": 0, "first": 6}, "first step: expected 1 to 5, got 6"),
        ({"unit": 0, "row": 1}, "a row with at least one step"),
    ],
)
def test_what_is_not_there_is_named(settings, words):
    found = trace(nn.LSTM(3, 4, batch_first=True), torch.randn(2, 5, 3), torch.tensor([5, 0]))
    with pytest.raises(InspectionError, match=words):
        walk(found, **settings)


def test_a_trace_without_weights_says_where_to_get_them(tmp_path):
    found = trace(nn.LSTM(3, 4), torch.randn(5, 1, 3))
    with pytest.raises(InspectionError, match="load it from safetensors"):
        walk(load_trace(save_trace(found, tmp_path / "t.json")), unit=0)
    assert walk(load_trace(save_trace(found, tmp_path / "t.safetensors")), unit=0) == walk(found, unit=0)
