"""Optimisers by name: what they are built with and what they leave alone."""

import dataclasses

import pytest
import torch
from torch import nn

from hiddenstate.errors import TrainingError
from hiddenstate.training import TrainingSettings
from hiddenstate.training.optimisers import OPTIMISERS, build_optimiser


@pytest.mark.parametrize("name", OPTIMISERS)
def test_each_optimiser_goes_downhill(name):
    torch.manual_seed(0)
    model = nn.Linear(3, 1)
    optimiser = build_optimiser(model, TrainingSettings(optimiser=name, learning_rate=0.01))
    x = torch.randn(16, 3)
    y = x.sum(dim=1, keepdim=True)
    losses = []
    for _ in range(50):
        optimiser.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.parametrize("name", OPTIMISERS)
def test_each_optimiser_heeds_its_settings(name):
    def trained(**changes):
        torch.manual_seed(0)
        model = nn.Linear(3, 1)
        settings = TrainingSettings(optimiser=name, learning_rate=0.01, **changes)
        optimiser = build_optimiser(model, settings)
        for row in range(3):
            optimiser.zero_grad()
            model(torch.eye(3)[row]).sum().backward()
            optimiser.step()
        return model.weight.detach().clone(), model.bias.detach().clone()

    weight, bias = trained()
    other_weight, _ = trained(momentum=0.3)
    assert not torch.equal(weight, other_weight)
    decayed_weight, untouched_bias = trained(weight_decay=0.5)
    assert not torch.equal(weight, decayed_weight)
    assert torch.equal(bias, untouched_bias), "biases do not decay"


@pytest.mark.parametrize("name", ["adam", "adamw", "sgd"])
def test_one_call_updates_all_parameters_where_torch_has_it(name):
    optimiser = build_optimiser(nn.Linear(3, 1), TrainingSettings(optimiser=name))
    assert all(group["fused"] for group in optimiser.param_groups)


def test_sgd_without_momentum_is_the_textbook_step():
    model = nn.Linear(2, 1, bias=False)
    nn.init.zeros_(model.weight)
    settings = TrainingSettings(optimiser="sgd", momentum=0.0, learning_rate=0.5)
    optimiser = build_optimiser(model, settings)
    model(torch.tensor([1.0, -2.0])).sum().backward()
    optimiser.step()
    assert model.weight.tolist() == [[-0.5, 1.0]]


def test_frozen_parameters_are_left_out():
    model = nn.Sequential(nn.Linear(3, 3).requires_grad_(False), nn.Linear(3, 1))
    optimiser = build_optimiser(model, TrainingSettings())
    given = {id(parameter) for group in optimiser.param_groups for parameter in group["params"]}
    assert given == {id(parameter) for parameter in model[1].parameters()}
    with pytest.raises(TrainingError, match="expected a model with parameters to train, got none"):
        build_optimiser(model[0], TrainingSettings())


def test_the_registry_is_what_the_settings_accept():
    for name in OPTIMISERS:
        assert dataclasses.replace(TrainingSettings(), optimiser=name).optimiser == name
