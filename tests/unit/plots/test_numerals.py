import math

import pytest

from hiddenstate.plots.numerals import (
    axis_format,
    decimals,
    fixed,
    label_expression,
    number,
    whole_ticks,
    with_unit,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567.8, "1,234,568"),
        (999.96, "1,000"),
        (12.345, "12.3"),
        (0.5, "0.500"),
        (0.0, "0"),
        (-4512.3, "-4,512"),
        (3.8e-05, "3.8e-05"),
        (math.inf, "–"),
        (None, "–"),
    ],
)
def test_numbers_are_written_for_people(value, text):
    assert number(value) == text


def test_a_column_takes_its_decimals_from_the_smallest_value():
    assert decimals([171.9, 0.63, math.nan]) == 3
    assert fixed(171.9, 3) == "171.900"
    assert fixed(-0.0004, 2) == "0.00"


def test_a_unit_stays_on_the_line_of_its_number():
    assert with_unit(4512.3, "MW") == "4,512\N{NO-BREAK SPACE}MW"
    assert with_unit(math.nan, "MW") == "–"
    assert with_unit(3.2, None) == "3.20"


def test_whole_ticks_are_round_and_few():
    assert whole_ticks(1, 1) == [1]
    assert whole_ticks(1, 200) == [30, 60, 90, 120, 150, 180]
    assert whole_ticks(0.25, 0.75) == []


def test_axis_numbers_stay_short():
    assert axis_format([math.nan, 5.0]) == ",f"
    assert axis_format([-2e6, 5.0]) == "~s"
    assert axis_format([]) == ",f"


def test_names_cannot_break_out_of_a_label_expression():
    expression = label_expression({0: '"}[0]; alert(1) //'})
    assert expression == '{"0": "\\"}[0]; alert(1) //"}[datum.value]'
