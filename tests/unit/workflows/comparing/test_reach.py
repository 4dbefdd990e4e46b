"""How far back a candidate reaches: more where it forgets less."""

import torch
from torch import nn

from hiddenstate.layers import Stacked
from hiddenstate.workflows.comparing.arena import Bench
from hiddenstate.workflows.comparing.reach import half_lives, reach_of


class Batches:
    def __init__(self, steps):
        torch.manual_seed(0)
        self.rows = [torch.randn(4, steps, 3), torch.randn(4, 2, 3)]

    def epoch(self, number):
        return iter(self.rows)


def bench(steps):
    def loss(model, batch):
        outputs, _ = model(batch, lengths=torch.full((len(batch),), batch.shape[1]))
        return outputs[:, -1].square().mean()

    return Bench(
        nn.Identity, loss, Batches(steps), 2, Batches(steps), lambda batch: batch.shape[0] * batch.shape[1]
    )


def lstm(forget_bias):
    torch.manual_seed(1)
    layer = Stacked("lstm", 3, hidden_size=6, num_layers=1, bidirectional=False)
    for cell in layer.modules():
        if hasattr(cell, "b") and isinstance(cell.b, nn.Parameter):
            with torch.no_grad():
                cell.b[6:12] = forget_bias
    return layer


def test_a_cell_that_forgets_reaches_less_far():
    short = reach_of(bench(40), lstm(-2.0))
    long = reach_of(bench(40), lstm(8.0))
    assert short is not None
    assert long is not None
    assert half_lives([short])[0] < 1  # f is about 0.12: half is lost within a step
    assert half_lives([long])[0] > 100


def test_a_model_without_recurrence_says_nothing():
    assert reach_of(bench(40), nn.Linear(3, 3)) is None
