import numpy as np
import pytest
import torch
from torch import nn

from hiddenstate.inspection import memory, trace
from hiddenstate.inspection.toy import toy_cell, toy_inputs


def remembered(text, inputs, **settings):
    return memory(trace(toy_cell(text), toy_inputs(inputs)), **settings).layers[0]


def test_the_half_life_is_what_the_forget_gate_says():
    # σ(ln 3) = 3/4: half is lost after ln 2 / -ln 0.75 steps, for any input.
    found = remembered("lstm; f = 1.0986122886681098, 0; i = 0; C = 0; o = 0", "1 5 -2")
    np.testing.assert_allclose(found.half_life, [np.log(2) / -np.log(0.75), 1.0])
    assert found.carriers().tolist() == [0, 1]
    assert found.keeper == "f"
    # And that is how long the cell really holds what it has.
    C = 0.75 ** found.half_life[0]
    assert pytest.approx(0.5) == C


def test_a_gru_keeps_by_its_update_gate():
    found = remembered("gru; z = 0, 50; r = 0; n = 0", "1 1 1")
    np.testing.assert_allclose(found.half_life, [1.0, np.inf])
    assert (found.keeper, found.carriers(1).tolist()) == ("z", [1])


def test_a_plain_network_shows_the_derivative_in_its_place():
    found = remembered("rnn; h = 0.5h0, 0.25h1 + x", "0 0 0")
    np.testing.assert_allclose(found.kept, [0.5, 0.25])
    assert found.keeper == "∂h"
    h = np.tanh(1.0)
    found = remembered("rnn; h = 0.5h0, x", "1")
    np.testing.assert_allclose(found.kept, [0.5, 0.0])
    assert found.half_life[1] == 0
    found = remembered("rnn; h = x + 0.5h0", "1")
    np.testing.assert_allclose(found.kept[0], 0.5 * (1 - h**2))


def test_a_relu_passes_on_only_where_it_is_open():
    module = nn.RNN(1, 2, nonlinearity="relu").double()
    with torch.no_grad():
        for part in module.parameters():
            part.zero_()
        module.weight_hh_l0.copy_(torch.eye(2) * 0.5)
        module.weight_ih_l0.copy_(torch.tensor([[1.0], [-1.0]]))
    found = memory(trace(module, torch.ones(4, 1, 1, dtype=torch.float64))).layers[0]
    np.testing.assert_allclose(found.kept, [0.5, 0.0])


def test_saturation_counts_steps_beyond_the_bounds():
    # σ(±3) is .953 and .047; σ(±2.9) is .948 and .052.
    found = remembered("lstm; f = 3x, 2.9x; i = 0; C = 0; o = 0", "1 1 1 -1")
    np.testing.assert_allclose(found.high["f"], [0.75, 0.0])
    np.testing.assert_allclose(found.low["f"], [0.25, 0.0])
    assert set(found.low) == {"f", "i", "o"}


def test_a_unit_driven_by_one_input():
    module = nn.LSTM(3, 2, batch_first=True)
    with torch.no_grad():
        module.weight_ih_l0.zero_()
        module.weight_hh_l0.zero_()
        module.weight_ih_l0[4] = torch.tensor([0.0, 2.0, 0.0])  # the candidate of unit 0
        module.weight_ih_l0[5] = torch.tensor([1.0, 0.0, 1.0])
    torch.manual_seed(0)
    x = torch.randn(4, 500, 3)
    found = memory(trace(module, x), input_names=("load", "price", "wind"))
    layer = found.layers[0]
    assert layer.driver[0] == 1
    assert layer.driver_share[0] == pytest.approx(1.0)
    assert layer.driver_share[1] == pytest.approx(0.5, abs=0.05)
    assert [layer.input_name(number) for number in (1, -1)] == ["price", "–"]
    both = memory(
        trace(nn.LSTM(3, 2, num_layers=2, batch_first=True), x), input_names=("load", "price", "wind")
    )
    assert both.layers[1].input_name(1) == "input 1", "the second layer reads the first one's units"
    still = memory(trace(module, torch.ones(1, 5, 3))).layers[0]
    assert still.driver.tolist() == [-1, -1], "an input that never moves drives nothing"


def test_only_real_steps_count():
    torch.manual_seed(0)
    module = nn.GRU(2, 4, batch_first=True)
    x = torch.randn(2, 6, 2)
    both = memory(trace(module, x, torch.tensor([6, 2]))).layers[0]
    apart = [memory(trace(module, x[row : row + 1, :steps])).layers[0] for row, steps in ((0, 6), (1, 2))]
    assert both.steps == 8
    np.testing.assert_allclose(both.kept, (6 * apart[0].kept + 2 * apart[1].kept) / 8, rtol=1e-6)


def test_nothing_measured_says_so():
    found = memory(trace(nn.LSTM(2, 4, batch_first=True), torch.zeros(2, 0, 2))).layers[0]
    assert found.steps == 0
    assert np.isnan(found.half_life).all()
    assert len(found.carriers()) == 0
