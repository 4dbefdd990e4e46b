"""The generation task: carried state, fresh rows, both protocols, and the same numbers without torch."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from hiddenstate.errors import SettingsError, ShapeError
from hiddenstate.layers import Stacked
from hiddenstate.layers.weight_drop import read_with_weight_drop
from hiddenstate.models.language_model import LanguageSettings
from hiddenstate.runtime.text_generator import TextGenerator
from hiddenstate.seeding import seed_everything
from hiddenstate.tasks.generate import GenerateTask
from hiddenstate.tasks.generate_program import PREFIX, generator_program
from hiddenstate.tasks.generate_settings import GenerateSettings
from hiddenstate.tasks.language_verdict import judge_language
from hiddenstate.tasks.surprise import Surprise

TEXT = "the cat sat on the mat. " * 40
SMALL = LanguageSettings(hidden_size=6, embedding_size=4, dropout=0.0)


def built(network=SMALL, **settings):
    seed_everything(0, "weights")
    task = GenerateTask.fit(TEXT, GenerateSettings(window=8, **settings), network)
    return task, task.build_model()


def by_hand(task, model, text):
    """Surprise unit after unit."""
    numbers, state, nats = task.units.encode(text), None, []
    for before, after in pairwise(numbers):
        logits, state = model(torch.tensor([[before]]), state)
        nats.append(-torch.log_softmax(logits[0, 0], 0)[after].item())
    return nats


def test_the_state_is_carried_and_cut_off():
    task, model = built(restart=0.0)
    batches = list(task.batches(TEXT, batch_size=2, seed=0).epoch(1))
    losses = [task.loss(model, batch) for batch in batches[:2]]
    whole = torch.cat([batch.inputs for batch in batches[:2]], dim=1)
    targets = torch.cat([batch.targets for batch in batches[:2]], dim=1)
    logits, _ = model(whole)
    each = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
    assert torch.stack(losses).mean().item() == pytest.approx(each.item(), rel=1e-5)
    assert not batches[0].carried.state[0].h.requires_grad


def test_a_fresh_row_forgets():
    task, model = built()
    first, second = list(task.batches(TEXT, batch_size=2, seed=0).epoch(1))[:2]
    task.loss(model, first)
    begun = torch.ones_like(second.fresh)
    loss = task.loss(model, second._replace(fresh=begun))
    logits, _ = model(second.inputs)
    alone = torch.nn.functional.cross_entropy(logits.flatten(0, 1), second.targets.flatten())
    assert loss.item() == pytest.approx(alone.item(), rel=1e-6)


def test_both_protocols_against_unit_after_unit():
    task, model = built(short_window=10)
    text = TEXT[:36]
    surprise = task.measure(model, text)
    assert surprise.nats == pytest.approx(by_hand(task, model, text), rel=1e-4)
    windows = [nats for first in (0, 10, 20, 30) for nats in by_hand(task, model, text[first : first + 11])]
    assert surprise.window_nats == pytest.approx(windows, rel=1e-4)
    assert surprise.metrics()["nats_per_char"] == pytest.approx(np.mean(surprise.nats))


@pytest.mark.parametrize(
    "network",
    [SMALL, replace(SMALL, tied=True, num_layers=2), replace(SMALL, cell="gru")],
    ids=["lstm", "tied", "gru"],
)
def test_the_runtime_gives_the_same_scores(network):
    task, model = built(network)
    model.eval()
    weights = {PREFIX + name: value.numpy() for name, value in model.state_dict().items()}
    writer = TextGenerator(task.units, generator_program(model), weights)
    numbers = task.units.encode(TEXT[:12])
    with torch.no_grad():
        logits, _ = model(torch.from_numpy(numbers[None]))
    found, state = writer.read(numbers[:-1], writer.initial_state())
    assert found[2:] == pytest.approx(logits[0, -2, 2:].numpy(), abs=1e-5)
    found, _ = writer.step(int(numbers[-1]), state)
    assert found[2:] == pytest.approx(logits[0, -1, 2:].numpy(), abs=1e-5)
    assert (found[:2] == -np.inf).all()


def test_an_empty_prompt_begins_somewhere():
    task, model = built()
    weights = {PREFIX + name: value.numpy() for name, value in model.state_dict().items()}
    writer = TextGenerator(task.units, generator_program(model), weights)
    assert len("".join(writer.tokens("", length=5))) == 5


def test_weight_drop_holds_for_u_alone_and_in_training_alone():
    stack = Stacked("lstm", 2, hidden_size=4)
    x = torch.randn(1, 1, 2)
    plain, _ = stack(x)
    dropped, _ = read_with_weight_drop(stack, x, share=0.9)  # at the first step U has nothing to multiply
    assert torch.equal(plain, dropped)
    longer = torch.randn(1, 5, 2)
    assert not torch.equal(stack(longer)[0], read_with_weight_drop(stack, longer, share=0.9)[0])
    outputs, _ = read_with_weight_drop(stack, longer, share=0.5)
    outputs.sum().backward()
    assert stack.layers[0].cell.U.grad is not None
    stack.eval()
    assert torch.equal(stack(longer)[0], read_with_weight_drop(stack, longer, share=0.9)[0])


@pytest.mark.parametrize("name", ["dropout", "embedding_dropout", "weight_drop"])
def test_each_dropout_changes_what_training_sees(name):
    task, model = built(replace(SMALL, num_layers=2, **{name: 0.5}))
    numbers = torch.from_numpy(task.units.encode(TEXT[:20])).repeat(8, 1)
    model.train()
    assert not torch.equal(model(numbers).logits, model(numbers).logits)
    model.eval()
    assert torch.equal(model(numbers).logits, model(numbers).logits)


def test_the_verdict_is_for_whom_is_less_surprised():
    units = ("a",) * 5000
    found = {"LSTM": Surprise(units, np.full(5000, 1.0)), "3-grams": Surprise(units, np.full(5000, 1.25))}
    assert judge_language("LSTM", found).text.startswith("The LSTM beats the best baseline (3-grams) by 20 %")
    short = {name: Surprise(units[:900], each.nats[:900]) for name, each in found.items()}
    verdict = judge_language("LSTM", short)
    assert verdict.level == "same"
    assert "Too short a test to tell: only 900 units. There the LSTM needs 20.0 % fewer bits" in verdict.text


def test_perplexity_counts_units_and_bits_count_characters():
    metrics = Surprise(("ab", "cd"), np.log([4.0, 4.0])).metrics()
    assert metrics == pytest.approx({"bits_per_char": 1.0, "nats_per_char": math.log(2), "perplexity": 4.0})
    with pytest.raises(ShapeError, match="one figure a unit, got 1 for 2"):
        Surprise(("a", "b"), np.zeros(1))


@pytest.mark.parametrize(
    ("settings", "name", "value"),
    [
        (GenerateSettings, "window", 0),
        (GenerateSettings, "short_window", 0),
        (GenerateSettings, "restart", 1.5),
        (LanguageSettings, "hidden_size", 0),
        (LanguageSettings, "weight_drop", 1.0),
    ],
)
def test_settings_out_of_range(settings, name, value):
    with pytest.raises(SettingsError, match=f"{name}: expected"):
        settings(**{name: value})
