import itertools

import pytest
import torch
from torch.nn.functional import cross_entropy

from hiddenstate.data.joint_pieces import BEGIN, END
from hiddenstate.data.pair_batches import PairBatches
from hiddenstate.data.ragged import Ragged
from hiddenstate.errors import SettingsError
from hiddenstate.models.beam_search import search
from hiddenstate.models.beam_settings import BeamSettings
from hiddenstate.models.encoder_decoder import EncoderDecoder, TranslatorSettings
from hiddenstate.models.smoothed_loss import smoothed_loss

PIECES = 8
ROWS = [[4, 5, 6], [7], [5, 5, 4, 6, 7]]


def network(**settings):
    torch.manual_seed(0)
    return EncoderDecoder(PIECES, TranslatorSettings(hidden_size=16, embedding_size=12, **settings)).eval()


def batch(rows=ROWS):
    return next(iter(PairBatches(Ragged.of(rows), Ragged.of(rows), batch_size=8).epoch(1)))


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("attention", ["general", "additive", "dot", "none"])
@pytest.mark.parametrize("input_feeding", [False, True])
def test_all_steps_at_once_equal_one_step_after_the_other(cell, attention, input_feeding):
    model = network(cell=cell, attention=attention, input_feeding=input_feeding)
    given = batch()
    whole = model(given)
    memory = model.encode(given.sources, given.source_lengths)
    state, steps = model.start(memory), []
    for t in range(given.inputs.shape[1]):
        one = model.decode(given.inputs[:, t : t + 1], state, memory)
        state = one.state
        steps.append(one.readouts)
    real = given.outputs > 0
    # float32, two orders of the same sums
    torch.testing.assert_close(torch.cat(steps, dim=1)[real], whole.readouts[real], atol=1e-5, rtol=1e-4)


OFF = {"embedding_dropout": 0.0, "encoder_dropout": 0.0, "output_dropout": 0.0}


@pytest.mark.parametrize("name", [None, *OFF])
def test_each_dropout_drops_in_training_and_in_training_alone(name):
    settings = OFF | ({} if name is None else {name: 0.5})
    model, given = network(**settings), batch()
    assert torch.equal(model(given).readouts, model(given).readouts)
    model.train()
    same = torch.equal(model(given).readouts, model(given).readouts)
    assert same == (name is None)
    torch.testing.assert_close(network(**settings)(given).readouts, network(**OFF)(given).readouts)


def test_input_feeding_changes_what_a_later_step_reads():
    fed, plain = network(input_feeding=True), network()
    assert fed.lower.layers[0].cell.input_size == plain.lower.layers[0].cell.input_size + 12


def test_padding_changes_nothing_for_a_short_sentence():
    model = network()
    alone, together = batch([[7]]), batch()
    place = together.rows.tolist().index(1)
    torch.testing.assert_close(
        model(together).readouts[place, :2], model(alone).readouts[0], atol=1e-5, rtol=1e-4
    )


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_and_its_gradients_are_those_of_torch(smoothing):
    torch.manual_seed(1)
    parts = [torch.randn(*shape, requires_grad=True) for shape in ((5, 3), (7, 3), (7,))]
    targets = torch.tensor([0, 6, 2, 2, 1])
    ours = torch.autograd.grad(3 * smoothed_loss(*parts, targets, smoothing), parts)
    scores = parts[0] @ parts[1].T + parts[2]
    theirs = torch.autograd.grad(3 * cross_entropy(scores, targets, label_smoothing=smoothing), parts)
    for own, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(own, other)


def best_of_all(model, source, longest, penalty):
    """Every sentence of up to `longest` pieces, scored by itself."""
    memory = model.encode(torch.tensor([source]), torch.tensor([len(source)]))
    scored = {}
    for length in range(longest):
        for pieces in itertools.product(range(END + 1, PIECES), repeat=length):
            inputs = torch.tensor([[BEGIN, *pieces]])
            logs = torch.log_softmax(
                model.scores(model.decode(inputs, model.start(memory), memory).readouts[0]), dim=-1
            )
            total = sum(float(logs[place, piece]) for place, piece in enumerate([*pieces, END]))
            scored[pieces] = total / ((5 + length + 1) / 6) ** penalty
    return max(scored, key=scored.get), scored


@torch.no_grad()
def test_a_wide_beam_finds_the_best_of_all_sentences():
    model = network()
    source = [4, 6]
    settings = BeamSettings(beam=5, longest=0.01)  # at most 10 pieces
    (found,) = search(model, torch.tensor([source]), torch.tensor([2]), settings)
    best, scored = best_of_all(model, source, 5, 1.0)
    assert found.score >= scored[best] - 1e-4
    if found.pieces in scored:
        assert abs(scored[found.pieces] - found.score) < 1e-4
    assert found.weights.shape == (len(found.pieces), 2)


@torch.no_grad()
def test_sentences_searched_together_are_those_searched_alone():
    model = network(attention="dot")
    given = batch()
    together = search(model, given.sources, given.source_lengths, BeamSettings(beam=4))
    for place, row in enumerate(given.rows.tolist()):
        alone = search(model, torch.tensor([ROWS[row]]), torch.tensor([len(ROWS[row])]), BeamSettings(beam=4))
        assert alone[0].pieces == together[place].pieces
        assert abs(alone[0].score - together[place].score) < 1e-4


@torch.no_grad()
def test_the_length_penalty_favours_longer_sentences_and_the_limit_holds():
    model = network()
    lengths = []
    for penalty in (0.0, 3.0):
        settings = BeamSettings(beam=5, length_penalty=penalty, longest=2.0)
        (found,) = search(model, torch.tensor([[4, 5]]), torch.tensor([2]), settings)
        lengths.append(len(found.pieces))
    assert lengths[0] < lengths[1] <= 2 * 2 + 10


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"beam": 0}, "beam: expected 1 or more hypotheses, got 0"),
        ({"length_penalty": -1.0}, "length_penalty: expected 0 or more"),
        ({"longest": 0.0}, "longest: expected more than 0"),
    ],
)
def test_settings_of_the_search_that_make_no_sense(values, message):
    with pytest.raises(SettingsError, match=message):
        BeamSettings(**values)
