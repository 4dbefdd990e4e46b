"""The runtime of translators beside the torch network, on random weights."""

import numpy as np
import pytest
import torch

from hiddenstate.errors import SettingsError
from hiddenstate.models.beam_search import search
from hiddenstate.models.beam_settings import BeamSettings
from hiddenstate.models.encoder_decoder import EncoderDecoder, TranslatorSettings
from hiddenstate.runtime.translator import TranslatorNetwork

PIECES = 37


def both(seed=0, pieces=PIECES, spread=1.5, **settings):
    """The torch network with weights large enough that states saturate now and then, and the same without torch."""
    torch.manual_seed(seed)
    sizes = {"hidden_size": 20, "embedding_size": 12, **settings}
    network = EncoderDecoder(pieces, TranslatorSettings(**sizes)).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(spread)
        network.bias.normal_()
    weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    own = TranslatorNetwork(weights, cell=network.settings.cell, attention=network.settings.attention)
    return network, own


def assert_same(network, own, source, settings):
    (theirs,) = search(network, torch.from_numpy(source)[None], torch.tensor([len(source)]), settings)
    ours = own.translate(source, settings)
    assert ours.pieces == theirs.pieces
    assert abs(ours.score - theirs.score) < 1e-4  # float32, sums in another order
    assert ours.weights.shape == tuple(theirs.weights.shape)
    np.testing.assert_allclose(ours.weights, theirs.weights.numpy(), atol=1e-4)


def source_of(length, pieces=PIECES, seed=0):
    return np.random.default_rng([seed, length]).integers(4, pieces, length)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("attention", ["general", "additive", "dot", "none"])
@pytest.mark.parametrize("input_feeding", [False, True])
def test_it_writes_what_torch_writes(cell, attention, input_feeding):
    network, own = both(cell=cell, attention=attention, input_feeding=input_feeding)
    for length in (1, 7, 18):
        for beam in (1, 5):
            assert_same(network, own, source_of(length), BeamSettings(beam=beam))


@pytest.mark.parametrize("hidden_size", [16, 33])
@pytest.mark.parametrize("num_layers", [1, 3])
def test_sizes_and_layers_of_the_encoder(hidden_size, num_layers):
    network, own = both(hidden_size=hidden_size, embedding_size=21, num_layers=num_layers, pieces=70)
    assert_same(network, own, source_of(9, 70), BeamSettings())


@pytest.mark.parametrize("beam", [2, 3, 4, 6, 7, 11, 16, PIECES - 3])
def test_every_width_of_a_beam(beam):
    network, own = both()
    assert_same(network, own, source_of(6), BeamSettings(beam=beam))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("penalty", [0.0, 1.0, 2.5])
@pytest.mark.parametrize("longest", [0.01, 3.0])
def test_penalties_and_limits_on_other_weights(seed, penalty, longest):
    network, own = both(seed, spread=1.0 + 0.3 * seed, attention="dot")
    settings = BeamSettings(beam=4, length_penalty=penalty, longest=longest)
    assert_same(network, own, source_of(4, seed=seed), settings)


@pytest.mark.parametrize("attention", ["general", "additive"])
def test_a_source_of_two_thousand_pieces(attention):
    network, own = both(attention=attention)
    assert_same(network, own, source_of(2000), BeamSettings(beam=2, longest=0.01))


def test_huge_scores_stay_numbers():
    network, own = both(spread=30.0)
    written = own.translate(source_of(5), BeamSettings())
    assert np.isfinite(written.score)
    assert np.isfinite(written.weights).all()
    assert_same(network, own, source_of(5), BeamSettings(beam=1))


def test_a_beam_wider_than_the_vocabulary_is_refused():
    _, own = both()
    with pytest.raises(
        SettingsError, match="expected at most 34 hypotheses, the pieces of the vocabulary, got 35"
    ):
        own.translate(source_of(3), BeamSettings(beam=PIECES - 2))


def test_a_cell_that_only_torch_computes_is_refused():
    with pytest.raises(SettingsError, match='got "lstm-peephole", which only torch computes'):
        both(cell="lstm-peephole")


def test_a_sentence_searched_twice_gives_the_same():
    _, own = both()
    first, second = (own.translate(source_of(8), BeamSettings()) for _ in range(2))
    assert first.pieces == second.pieces
    assert first.score == second.score
