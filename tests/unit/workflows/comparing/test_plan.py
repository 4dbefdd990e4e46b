"""What the user may choose, and what is refused."""

import pytest

from hiddenstate.errors import InputError, OutputError, SettingsError
from hiddenstate.workflows.comparing.arena import candidates_of
from hiddenstate.workflows.comparing.plan import Plan, seconds_of
from hiddenstate.workflows.comparing.runs import Ledger, Run

LABELS = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}
EVERY = candidates_of(LABELS, attention=True)


def test_eight_where_nothing_is_said_all_or_some_by_name():
    assert len(Plan(budget=1).chosen(EVERY)) == 8
    assert len(Plan(budget=1, every=True).chosen(EVERY)) == 24
    assert len({candidate.name for candidate in EVERY}) == 24
    (found,) = Plan(budget=1, only=("bigru, 2 layers + attention",)).chosen(EVERY)
    assert (found.cell, found.bidirectional, found.num_layers, found.attention) == ("gru", True, 2, True)
    usual = Plan(budget=1).chosen(EVERY)
    assert {candidate.cell for candidate in usual} == {"lstm", "gru", "rnn"}
    assert {candidate.bidirectional for candidate in usual} == {True, False}
    assert {candidate.num_layers for candidate in usual} == {1, 2}
    assert {candidate.attention for candidate in usual} == {True, False}


def test_wrong_words_are_refused():
    with pytest.raises(SettingsError, match=r'expected a candidate, got "BiLTSM". Did you mean "BiLSTM"'):
        Plan(budget=1, only=("BiLTSM",)).chosen(EVERY)
    with pytest.raises(SettingsError, match=r'expected a word for --equal, got "parameter". Did you mean'):
        Plan(budget=1, equal="parameter")
    with pytest.raises(SettingsError, match="--seeds: expected 1 or more, got 0"):
        Plan(budget=1, seeds=0)
    with pytest.raises(SettingsError, match="--budget: expected a time such as 90s or 10min, got"):
        seconds_of("soon")


def test_runs_come_back_and_those_of_others_are_refused(tmp_path):
    path = tmp_path / "c.runs.json"
    ledger = Ledger.open(path, "same", force=False)
    ledger.shape = {"GRU": {"epochs": 3}}
    ledger.add(Run("GRU", 1, sums=(1.0, 2.0), seconds=3.0, validation=0.5), spent=7.0)
    again = Ledger.open(path, "same", force=False)
    assert again.runs == ledger.runs
    assert (again.spent, again.shape) == (7.0, ledger.shape)
    with pytest.raises(OutputError, match="expected finished runs of the same data and settings"):
        Ledger.open(path, "other", force=False)
    assert Ledger.open(path, "other", force=True).runs == []
    assert Ledger.open(path, "same", force=True).runs == ledger.runs  # an interrupted --force goes on, too
    path.write_text("{")
    assert Ledger.open(path, "same", force=True).runs == []
    with pytest.raises(InputError, match=r"expected the finished runs of a comparison, got: .*use --force"):
        Ledger.open(path, "same", force=False)


def test_all_cells_and_those_that_read_forwards_only():
    cells = {**LABELS, "lstm-peephole": "Peephole LSTM", "lstm-layernorm": "Layer-norm LSTM"}
    names = [candidate.name for candidate in candidates_of(cells, attention=False)]
    assert len(set(names)) == 5 * 2 * 2
    assert "Peephole BiLSTM, 2 layers" in names[8:]
    assert not any("Peephole" in name or "norm" in name for name in names[:8])
    forwards = candidates_of(LABELS, attention=False, both=False)
    assert len(forwards) == 6
    assert not any(candidate.bidirectional for candidate in forwards)
