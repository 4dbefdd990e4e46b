"""Traces of our own layers and of every model that the toolkit trains."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from hiddenstate.attention import POOLS
from hiddenstate.cells import CELLS, Cell, LSTMCell
from hiddenstate.data.pair_batches import PairBatch
from hiddenstate.data.text_batches import TextBatch
from hiddenstate.inspection import trace
from hiddenstate.layers import Bidirectional, DropoutSettings, Recurrent, Stacked
from hiddenstate.models.direct import DirectForecaster, DirectSettings
from hiddenstate.models.embed import EmbedSizes
from hiddenstate.models.encoder_decoder import EncoderDecoder, TranslatorSettings
from hiddenstate.models.forecast_windows import ForecastSizes, ForecastWindows
from hiddenstate.models.intent_slots import IntentHeadSettings, IntentSlots
from hiddenstate.models.language_model import LanguageModel, LanguageSettings
from hiddenstate.models.many_to_one import ManyToOne
from hiddenstate.models.read_words import TaggerSettings
from hiddenstate.models.segments import SegmentForecaster, SegmentSettings
from hiddenstate.models.tagger import Tagger
from hiddenstate.models.text_classifier import TextClassifier, TextModelSettings


def assert_equals_the_cells_own_steps(layer, cell, tolerance):
    """Start, inputs and lengths are the trace's own; the steps are the cell's."""
    x = torch.from_numpy(layer.inputs)
    for row, length in enumerate(layer.lengths):
        state = cell.make_state(*(torch.from_numpy(part[row : row + 1]) for part in layer.start.values()))
        order = range(length) if layer.direction == "forward" else reversed(range(length))
        for t in order:
            with torch.no_grad():
                state, gates = cell.step(x[row : row + 1, t], state)
            for symbol, value in (state._asdict() | gates._asdict()).items():
                if symbol == "a_hn":
                    continue
                error = np.abs(layer.values[symbol][row, t] - value[0].numpy()).max()
                assert error <= tolerance, (layer.name, symbol, row, t)
        assert np.isnan(layer.values["h"][row, length:]).all()


def cells_of(layer):
    both = isinstance(layer, Bidirectional)
    return [layer.forwards.cell, layer.backwards.cell] if both else [layer.cell]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("lengths", [None, [9, 0, 1, 4]], ids=["equal", "ragged"])
def test_every_gate_of_a_stack(cell, bidirectional, lengths):
    torch.manual_seed(1)
    dropout = DropoutSettings(0.5, 0.5, 0.5)
    stack = Stacked(
        cell, 3, hidden_size=5, num_layers=2, bidirectional=bidirectional, dropout=dropout
    ).double()
    x = torch.randn(4, 9, 3, dtype=torch.float64)
    if lengths:
        x[1] = torch.nan
    found = trace(stack, x, None if lengths is None else torch.tensor(lengths))
    cells = [part for layer in stack.layers for part in cells_of(layer)]
    assert len(found) == len(cells) == (4 if bidirectional else 2)
    for layer, part in zip(found.layers, cells, strict=True):
        assert_equals_the_cells_own_steps(layer, part, 1e-12)
    assert stack.training


@pytest.mark.parametrize("cell", CELLS)
def test_single_precision_and_a_state_that_was_handed_in(cell):
    torch.manual_seed(1)
    layer = Recurrent(CELLS[cell](3, 5), reverse=True)
    start = layer.cell.make_state(*(torch.randn(2, 5) for _ in layer.cell.initial_state(1)))
    found = trace(layer, (torch.randn(2, 30, 3), torch.tensor([30, 12]), start))
    assert [entry.direction for entry in found.layers] == ["backward"]
    np.testing.assert_array_equal(found[0].start["h"], start[0].numpy())
    assert_equals_the_cells_own_steps(found[0], layer.cell, 1e-5)


class Leaky(Cell):
    """A cell that the recovery knows nothing of: a leaky unit with a gate of its own."""

    label = "Leaky"
    blocks = ("g",)

    def step(self, x_t, state, h_mask=None):
        from typing import NamedTuple

        class LeakyGates(NamedTuple):
            g: torch.Tensor

        (h_prev,) = state
        g = torch.sigmoid(x_t @ self.W.T + h_prev @ self.U.T + self.b)
        return self.make_state(g * h_prev + (1 - g) * torch.tanh(x_t.sum(-1, keepdim=True))), LeakyGates(g)

    def initial_state(self, batch_size):
        return self.make_state(self.b.new_zeros(batch_size, self.hidden_size))

    def make_state(self, *parts):
        from hiddenstate.cells import ElmanState

        return ElmanState(*parts)


@pytest.mark.parametrize("reverse", [False, True])
def test_a_cell_that_is_new_is_stepped_through(reverse):
    layer = Recurrent(Leaky(3, 5), reverse=reverse).double()
    found = trace(layer, torch.randn(3, 6, 3, dtype=torch.float64), torch.tensor([6, 0, 2]))
    assert found[0].cell == "leaky"
    assert set(found[0].values) == {"g", "h"}
    assert_equals_the_cells_own_steps(found[0], layer.cell, 1e-12)


SIZES = ForecastSizes(
    lookback=12, horizon=6, cycle=4, targets=2, past_features=1, future_features=3, levels=3
)


def windows():
    torch.manual_seed(0)
    return ForecastWindows(
        torch.randn(3, 12, 2),
        torch.randn(3, 12, 1),
        torch.randn(3, 6, 3),
        torch.randn(3, 6, 2),
        torch.randn(3, 6, 2),
    )


def test_the_direct_forecaster_shows_encoder_and_decoder():
    model = DirectForecaster(SIZES, DirectSettings(hidden_size=8, cell="lstm", num_layers=2)).train()
    found = trace(model, windows())
    assert [(layer.place, layer.number, layer.direction) for layer in found.layers] == [
        ("encoder.layers.0", 0, "forward"),
        ("decoder.layers.0", 0, "forward"),
        ("decoder.layers.0", 0, "backward"),
        ("decoder.layers.1", 1, "forward"),
        ("decoder.layers.1", 1, "backward"),
    ]
    cells = [
        part for stack in (model.encoder, model.decoder) for layer in stack.layers for part in cells_of(layer)
    ]
    for layer, cell in zip(found.layers, cells, strict=True):
        assert_equals_the_cells_own_steps(layer, cell, 1e-5)
    assert found[1].start["C"].any(), "the decoder begins with what the encoder remembers"
    assert model.dropout.training


def test_the_segment_forecaster_runs_its_layer_twice():
    model = SegmentForecaster(SIZES, SegmentSettings(hidden_size=8))
    found = trace(model, windows())
    assert [(layer.place, layer.call) for layer in found.layers] == [
        ("recurrent.layers.0", 0),
        ("recurrent.layers.0", 1),
    ]
    assert found[1].name.endswith("call 2")
    for layer in found.layers:
        assert_equals_the_cells_own_steps(layer, model.recurrent.layers[0].cell, 1e-5)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_the_text_classifier_in_the_middle_of_training(bidirectional):
    settings = TextModelSettings(
        hidden_size=6, embedding_size=5, word_dropout=0.5, bidirectional=bidirectional
    )
    model = TextClassifier(EmbedSizes(words=10, size=5), (3,), settings).train()
    words = torch.tensor([[2, 3, 4, 5], [6, 0, 0, 0], [0, 0, 0, 0]])
    batch = TextBatch(words, torch.tensor([4, 1, 0]), torch.zeros(3, 1, dtype=torch.int64), torch.arange(3))
    found, again = trace(model, batch), trace(model, batch)
    np.testing.assert_array_equal(found[0].values["f"], again[0].values["f"])
    for layer, cell in zip(found.layers, cells_of(model.recurrent.layers[0]), strict=True):
        assert_equals_the_cells_own_steps(layer, cell, 1e-5)


NUMBERS = torch.tensor([[2, 3, 4, 5], [6, 0, 0, 0], [0, 0, 0, 0]])
WORDS = TextBatch(
    NUMBERS,
    torch.tensor([4, 1, 0]),
    torch.zeros(3, 1, dtype=torch.int64),
    torch.arange(3),
    casing=NUMBERS % 3,
)
READER = TaggerSettings(hidden_size=6, embedding_size=5, character_size=0, casing_size=2, num_layers=2)


@pytest.mark.parametrize("commands", [False, True])
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_tagger_and_a_reader_of_commands_in_the_middle_of_training(commands, cell):
    settings, sizes = replace(READER, cell=cell), EmbedSizes(words=10, size=5)
    model = (
        IntentSlots(sizes, (3, 2), (settings, IntentHeadSettings()))
        if commands
        else Tagger(sizes, 3, settings)
    ).train()
    found = trace(model, WORDS)
    assert [layer.name for layer in found.layers] == [
        f"words.recurrent, layer {number}{way}" for number in (1, 2) for way in ("", ", backward")
    ]
    cells = [part for layer in model.words.recurrent.layers for part in cells_of(layer)]
    for layer, part in zip(found.layers, cells, strict=True):
        assert layer.lengths.tolist() == [4, 1, 0]
        assert_equals_the_cells_own_steps(layer, part, 1e-5)
    assert model.words.input_names() == (*(f"word {number}" for number in range(5)), "casing 0", "casing 1")
    assert model.training
    np.testing.assert_allclose(found[0].inputs[0], model.eval().words.inputs(WORDS).detach()[0], atol=1e-6)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_a_language_model_with_a_state_that_is_carried(cell):
    settings = LanguageSettings(cell=cell, hidden_size=6, embedding_size=4, num_layers=2, weight_drop=0.5)
    model = LanguageModel(9, settings).train()
    whole = trace(model, torch.arange(8)[None])
    _, state = model.eval()(torch.arange(5)[None])
    rest = trace(model, (torch.arange(5, 8)[None], state))
    for layer, later, part in zip(whole.layers, rest.layers, model.recurrent.layers, strict=True):
        assert_equals_the_cells_own_steps(layer, part.cell, 1e-5)
        np.testing.assert_allclose(layer.values["h"][:, 5:], later.values["h"], atol=1e-6)


@pytest.mark.parametrize("input_feeding", [False, True])
def test_a_translator_shows_what_reads_and_what_writes(input_feeding):
    settings = TranslatorSettings(hidden_size=4, embedding_size=4, num_layers=1, input_feeding=input_feeding)
    model = EncoderDecoder(9, settings).train()
    batch = PairBatch(
        torch.tensor([[2, 3, 4]]), torch.tensor([3]), torch.tensor([[1, 5]]), torch.tensor([[5, 2]]),
        torch.tensor([2]), torch.tensor([0]),
    )  # fmt: skip
    found = trace(model, batch)
    places = [layer.place for layer in found.layers]
    assert places[:2] == ["encoder.layers.0"] * 2
    steps = 2 if input_feeding else 1
    assert places[2:] == ["lower.layers.0", "upper.layers.0"] * steps


@pytest.mark.parametrize("pool", POOLS)
def test_many_to_one_with_every_pool(pool):
    model = ManyToOne(Stacked("gru", 3, hidden_size=4), pool=pool, time_steps=5, output_size=1)
    found = trace(model, torch.randn(2, 5, 3), torch.tensor([5, 2]), labels=[list("abcde"), list("xy")])
    assert found[0].lengths.tolist() == [5, 2]
    assert found.names_of_steps(0, 1) == ["x", "y"]


def test_steps_without_names_are_numbered():
    found = trace(Recurrent(LSTMCell(3, 5)), torch.randn(1, 3, 3), labels=[["only one"]])
    assert found.names_of_steps(0) == ["1", "2", "3"]


LONG = """
import pathlib, re, torch
from hiddenstate.cells import LSTMCell
from hiddenstate.inspection import trace
from hiddenstate.layers import Bidirectional
trace(Bidirectional(LSTMCell(64, 128), LSTMCell(64, 128)), torch.randn(1, 10_000, 64))
# Of this process alone: what getrusage says begins with the size of the one that started it.
print(re.search(r"VmHWM:\\s*(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_ten_thousand_steps_stay_within_a_gigabyte():
    run = subprocess.run([sys.executable, "-c", LONG], capture_output=True, text=True, check=True)
    assert int(run.stdout) * 1024 < 1e9, "the whole process, torch itself included"


def test_a_module_of_both_worlds():
    class Mixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = Stacked("lstm", 3, hidden_size=4)
            self.second = nn.GRU(4, 5, batch_first=True)

        def forward(self, x):
            return self.second(self.first(x)[0])[0]

    found = trace(Mixed(), torch.randn(2, 6, 3))
    assert [(layer.place, layer.cell) for layer in found.layers] == [
        ("first.layers.0", "lstm"),
        ("second", "gru"),
    ]
    np.testing.assert_allclose(found[1].inputs, found[0].values["h"], atol=1e-6)
