import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from hiddenstate.errors import InputError
from hiddenstate.inspection.toy import TOYS, toy_cell, toy_inputs

NUMBERS = st.floats(-99, 99).map(lambda value: round(value, 3))


def spelled(terms):
    """A sum as a person would type it."""
    return " ".join(f"{'-' if factor < 0 else '+'} {abs(factor)}{name}" for name, factor in terms) or "0"


@given(st.lists(st.tuples(st.sampled_from(["", "x0", "x1", "h0", "h1"]), NUMBERS), min_size=1, max_size=6))
def test_every_sum_that_can_be_typed_is_read(terms):
    cell = toy_cell(f"lstm; i = 0, {spelled(terms)}", features=2).cell
    for name, parameter, column in (
        ("x0", cell.W, 0),
        ("x1", cell.W, 1),
        ("h0", cell.U, 0),
        ("h1", cell.U, 1),
    ):
        expected = sum(factor for term, factor in terms if term == name)
        assert parameter[1, column].item() == pytest.approx(expected)
        assert parameter[0, column].item() == 0.0
    assert cell.b[1].item() == pytest.approx(sum(factor for term, factor in terms if not term))


@given(st.sampled_from(["", "lstm; f = ", "gru; n = 1, "]), st.text("0123456789.xh+-*·, ;=fl", max_size=12))
def test_whatever_is_typed_gives_a_cell_or_a_clear_refusal(begin, text):
    refusal = None
    try:
        toy_cell(begin + text)
    except InputError as error:
        refusal = str(error)
    assert refusal is None or "expected" in refusal


def test_short_spellings():
    cell = toy_cell("rnn; h = -x+.5*h1+2, h0").cell
    assert cell.W.tolist() == [[-1.0], [0.0]]
    assert cell.U.tolist() == [[0.0, 0.5], [1.0, 0.0]]
    assert cell.b.tolist() == [2.0, 0.0]


@pytest.mark.parametrize("name", TOYS)
def test_the_toys_run(name):
    outputs, _ = toy_cell(name)(toy_inputs("1 0 0 0"))
    held, lost = outputs[0, -1].tolist()
    assert abs(held) > 2 * abs(lost), "unit 0 remembers the first input, unit 1 forgets it"
    assert torch.isfinite(outputs).all()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lstn", 'expected a cell, got "lstn". Did you mean "lstm"'),
        ("lstm; g = 1", 'expected a gate of the lstm, got "g"'),
        ("lstm; f 1", 'expected gate = expression, got "f 1"'),
        ("lstm; f = 1; f = 2", "each gate once, got f twice"),
        ("lstm; f = 2y", 'got "2y"'),
        ("lstm; f = 2 3", 'got "2 3"'),
        ("lstm; f =", 'got ""'),
        ("lstm; f = h", 'got "h"'),
        ("lstm; f = 1, 2, 3; i = 1, 2", "expected one expression or 3"),
        ("lstm; f = x1", r"expected x0 to x0, as there are 1 input\(s\), got x1"),
        ("lstm; f = h2", r"expected h0 to h1, as there are 2 unit\(s\), got h2"),
        ("rnn; h = " + ", ".join("123456789"), "at most 8 units, got 9"),
    ],
)
def test_what_cannot_be_read_is_said(text, words):
    with pytest.raises(InputError, match=words):
        toy_cell(text)


@pytest.mark.parametrize("text", ["", "1 a", "1,2 3", "1,,2"])
def test_inputs_that_are_none(text):
    with pytest.raises(InputError, match="inputs: expected"):
        toy_inputs(text)
