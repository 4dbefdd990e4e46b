import pytest
import torch
from torch import Tensor, nn

from hiddenstate.cells import GRUCell, LSTMCell
from hiddenstate.errors import ShapeError
from hiddenstate.layers import Recurrent, Stacked
from hiddenstate.models.many_to_one import ManyToOne
from hiddenstate.models.summary import SummaryRow, summary

TABLE = """\
Layer               Output shape     Parameters
-----------------------------------------------
Input               (batch, 10, 64)           0
LSTM                (batch, 10, 32)      12,416
Per-step attention  (batch, 32)              42
Dense               (batch, 1)               33
-----------------------------------------------
Total                         12,491 (48.79 KB)"""


def per_step_model() -> ManyToOne:
    recurrent = Stacked("lstm", 64, hidden_size=32)
    return ManyToOne(recurrent, pool="per_step", time_steps=10, output_size=1)


def test_an_lstm_with_per_step_attention_has_12491_parameters() -> None:
    table = summary(per_step_model(), (10, 64))
    assert str(table) == TABLE
    assert table.total == 12_491
    assert table.size_kb == pytest.approx(48.79, abs=0.005)


def test_the_model_is_left_as_it_was() -> None:
    model = per_step_model()
    model.recurrent.eval()
    modes = [module.training for module in model.modules()]
    summary(model, (10, 64))
    assert [module.training for module in model.modules()] == modes
    assert not any(module._forward_hooks for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_the_size_follows_the_precision() -> None:
    assert summary(per_step_model().double(), (10, 64)).size_bytes == 2 * 4 * 12_491


def test_every_layer_of_a_stack_is_one_row() -> None:
    model = ManyToOne(
        Stacked("gru", 8, hidden_size=4, num_layers=2, bidirectional=True), pool="max", output_size=3
    )
    assert [(row.layer, row.output_shape) for row in summary(model, (5, 8)).rows] == [
        ("Input", (5, 8)),
        ("Bidirectional GRU", (5, 8)),
        ("Bidirectional GRU", (5, 8)),
        ("Max over time", (8,)),
        ("Dense", (3,)),
    ]
    assert summary(model, (5, 8)).total == sum(parameter.numel() for parameter in model.parameters())


def test_a_single_layer_is_a_model() -> None:
    assert summary(Recurrent(GRUCell(2, 3)), (4, 2)).rows[1:] == (SummaryRow("GRU", (4, 3), 3 * 3 * 5 + 12),)


class _Odd(nn.Module):
    """A shared layer, one that is never run, a parameter of its own, and a token input."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(10, 4)
        self.shared = Recurrent(LSTMCell(4, 4))
        self.holder = nn.Sequential(nn.Sequential(self.shared))
        self.unused = nn.Linear(4, 5)
        self.scale = nn.Parameter(torch.ones(7))

    def forward(self, tokens: Tensor) -> Tensor:
        outputs, _ = self.shared(self.embed(tokens))
        return self.shared(outputs)[0]


def test_shared_unused_and_loose_parameters_are_counted_once() -> None:
    model = _Odd()
    table = summary(model, torch.zeros(1, 6, dtype=torch.int64))
    assert table.rows == (
        SummaryRow("Input", (6,), 0),
        SummaryRow("Embedding", (6, 4), 40),
        SummaryRow("LSTM", (6, 4), 16 * 9),
        SummaryRow("LSTM", (6, 4), 0),
        SummaryRow("Dense (not run)", None, 25),
        SummaryRow("Other parameters", None, 7),
    )
    assert table.total == sum(parameter.numel() for parameter in model.parameters())
    assert "Dense (not run)   -                      25" in str(table)


def test_an_input_that_the_model_cannot_take_is_named() -> None:
    with pytest.raises(ShapeError, match=r"expected shape \(batch, time, 64\), got \(1, 10, 63\)"):
        summary(per_step_model(), (10, 63))
    model = nn.Sequential(nn.Linear(3, 2))
    with pytest.raises(ShapeError, match=r"summary: expected input shapes that the model takes, got \(4,\)"):
        summary(model, (4,))
    assert not model[0]._forward_hooks
    assert model.training


def test_a_wide_total_keeps_the_table_aligned() -> None:
    lines = str(summary(nn.Sequential(nn.Linear(1, 1)), (1,))).splitlines()
    assert len({len(line) for line in lines}) == 1
