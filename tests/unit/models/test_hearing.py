"""The network that hears and its program give the same numbers; padding and batching do not matter."""

import numpy as np
import pytest
import torch

from hiddenstate.errors import SettingsError
from hiddenstate.models.hearing import HearingNetwork, HearingSettings
from hiddenstate.models.programs import program_of
from hiddenstate.program import Interpreter


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("bidirectional", [True, False])
def test_the_program_is_the_network(cell, bidirectional):
    torch.manual_seed(0)
    settings = HearingSettings(cell=cell, hidden_size=6, filters=8, bidirectional=bidirectional)
    network = HearingNetwork(4, 3, settings).eval()
    frames, lengths = torch.randn(2, 9, 20), torch.tensor([9, 5])
    heard = network(frames, lengths)
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    found = Interpreter(program_of(network), weights)({"frames": frames.numpy(), "lengths": lengths.numpy()})
    assert np.abs(found["logits"] - heard.logits.detach().numpy()).max() < 1e-5
    assert np.abs(found["attention"] - heard.attention.detach().numpy()).max() < 1e-5
    alone = network(frames[1:, :5], torch.tensor([5]))
    assert torch.allclose(alone.logits, heard.logits[1:], atol=1e-6)


def test_wrong_settings_are_refused():
    with pytest.raises(SettingsError, match=r"model\.context: expected 1 or more, got 0"):
        HearingSettings(context=0)
