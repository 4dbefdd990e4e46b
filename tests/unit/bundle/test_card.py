"""The model card is Markdown that says what a reader must know."""

import pytest

from hiddenstate.bundle import compose_card
from hiddenstate.errors import BundleError

FACTS = {
    "title": "Demand of Victoria",
    "summary": "Forecasts half-hourly demand for a day.",
    "data": {"source": "demand.csv", "rows": 17520},
    "metrics": [{"model": "LSTM", "MAE": 101.256, "skill": 0.5}, {"model": "weekly | naive", "MAE": 200}],
    "limits": ["One state only.", "No holidays."],
    "usage": "    hiddenstate predict model/ latest.csv",
}


def test_sections_stand_in_the_order_of_the_card():
    card = compose_card({"period": "2014", **FACTS, "verdict": "Use it."})
    headings = [line for line in card.splitlines() if line.startswith("#")]
    assert headings == [
        "# Demand of Victoria",
        "## Data",
        "## Period",
        "## How well it does",
        "## Verdict",
        "## Limits",
        "## How to use it",
    ]


def test_facts_become_tables_and_bullets():
    card = compose_card(FACTS)
    assert "| source | demand.csv |\n| rows | 17520 |" in card
    assert "| model | MAE | skill |\n| --- | ---: | ---: |\n| LSTM | 101.3 | 0.5 |" in card
    assert "| weekly \\| naive | 200 |  |" in card
    assert "- One state only.\n- No holidays." in card


@pytest.mark.parametrize("missing", ["title", "summary", "data", "metrics", "limits", "usage"])
def test_a_card_without_the_essentials_is_refused(missing):
    with pytest.raises(BundleError, match=f"expected the facts {missing}, got none"):
        compose_card({**FACTS, missing: ""})


def test_an_unknown_fact_is_refused():
    with pytest.raises(BundleError, match=r'got "limit"\. Did you mean "limits"'):
        compose_card({**FACTS, "limit": "none"})
