"""Decoding single sentences with a beam of 5: the runtime's kernels against a plain PyTorch loop with the same weights.

    python benchmarks/decoding_speed.py                       # random weights of the size of benchmarks/multi30k.py
    python benchmarks/decoding_speed.py --model en-de/        # a trained translator, sources of its own vocabulary

Both take the same sentences in turn, after a warm-up; their answers are compared. The loop is nn.LSTM for the source,
nn.LSTMCell for the decoder, one batch of hypotheses, topk over all sums, no gradients. Random weights seldom end a
sentence, so it is bounded in both. One thread. Milliseconds a sentence: medians of wall and of process time.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from multi30k import NETWORK
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import linear

from hiddenstate.data.joint_pieces import BEGIN, END
from hiddenstate.models.beam_settings import BeamSettings
from hiddenstate.models.encoder_decoder import EncoderDecoder
from hiddenstate.runtime.translator import TranslatorNetwork
from hiddenstate.seeding import generator, seed_everything

PIECES = 4000
SOURCES = (8, 22)
"""Pieces of a source of Multi30k: nearly all have so many."""
SCORE_TOLERANCE = 1e-4
BIAS_SPREAD = 1.5
"""Of random biases of the output layer: without any, all pieces would be about as probable."""


class Answer(NamedTuple):
    """A translation."""

    pieces: tuple[int, ...]
    score: float


class PlainTorch(nn.Module):
    """The network as one writes it with torch's own layers, and the usual beam search."""

    def __init__(self, network: EncoderDecoder) -> None:
        super().__init__()
        size, hidden = network.settings.embedding_size, network.settings.hidden_size
        self.embedding, self.bias, self.scale = network.embedding, network.bias, network.scale
        self.encoder = nn.LSTM(
            size, hidden, network.settings.num_layers, bidirectional=True, batch_first=True
        )
        for layer in range(network.settings.num_layers):
            stacked = network.encoder.layers[layer]
            for suffix, name in (("", "forwards"), ("_reverse", "backwards")):
                self._copy(stacked.get_submodule(f"{name}.cell"), self.encoder, f"_l{layer}{suffix}")
        self.to_keys, self.to_summary = network.to_keys, network.to_summary
        self.score: Any = network.get_submodule("attention.score")
        self.additive = network.settings.attention == "additive"
        self.lower, self.upper = nn.LSTMCell(size, hidden), nn.LSTMCell(2 * hidden, hidden)
        self._copy(network.get_submodule("lower.layers.0.cell"), self.lower, "")
        self._copy(network.get_submodule("upper.layers.0.cell"), self.upper, "")
        self.readout = network.readout

    @staticmethod
    def _copy(cell: nn.Module, other: nn.Module, suffix: str) -> None:
        with torch.no_grad():
            for name, own in (("weight_ih", "W"), ("weight_hh", "U"), ("bias_ih", "b")):
                other.get_parameter(name + suffix).copy_(cell.get_parameter(own))
            other.get_parameter("bias_hh" + suffix).zero_()

    @torch.no_grad()
    def translate(self, source: Tensor, settings: BeamSettings) -> Answer:
        """The best translation of one source (S,)."""
        beam, pieces = settings.beam, len(self.bias)
        most = int(len(source) * settings.longest) + 10
        outputs, (last_h, _) = self.encoder(self.embedding(source).unsqueeze(0) * self.scale)
        keys = self.to_keys(outputs[0])  # (S, hidden)
        asked = keys @ (self.score.U if self.additive else self.score.W).T  # (S, hidden)
        h1 = C1 = h2 = C2 = torch.tanh(self.to_summary(last_h[-2:].reshape(1, -1)))
        totals, last, written = torch.zeros(1), torch.tensor([BEGIN]), torch.zeros(1, 0, dtype=torch.long)
        best: Answer | None = None
        for step in range(1, most + 1):
            h1, C1 = self.lower(self.embedding(last) * self.scale, (h1, C1))
            context = torch.softmax(self._scores(h1, asked), dim=-1) @ keys
            h2, C2 = self.upper(torch.cat([h1, context], dim=-1), (h2, C2))
            readout = torch.tanh(self.readout(torch.cat([h2, context], dim=-1)))
            logs = torch.log_softmax(linear(readout, self.embedding.weight, self.bias), dim=-1)
            logs[:, :END] = -torch.inf
            if step == most:
                logs[:, END + 1 :] = -torch.inf
            scores, places = (totals.unsqueeze(1) + logs).flatten().topk(2 * beam)
            penalty = ((5 + step) / 6) ** settings.length_penalty
            kept: list[int] = []
            found = zip(scores.tolist(), (places % pieces).tolist(), (places // pieces).tolist(), strict=True)
            for rank, (score, piece, row) in enumerate(found):
                if piece != END and len(kept) < beam:
                    kept.append(rank)
                elif piece == END and rank < beam and (best is None or score / penalty > best.score):
                    best = Answer(tuple(written[row].tolist()), score / penalty)
            if best is not None:
                hope = float(scores[kept[0]]) / ((5 + most) / 6) ** settings.length_penalty
                if step == most or hope <= best.score:
                    break
            rows, last, totals = places[kept] // pieces, places[kept] % pieces, scores[kept]
            h1, C1, h2, C2 = h1[rows], C1[rows], h2[rows], C2[rows]
            written = torch.cat([written[rows], last.unsqueeze(1)], dim=1)
        assert best is not None
        return best

    def _scores(self, h: Tensor, asked: Tensor) -> Tensor:
        """(beam, S) of states (beam, hidden); what does not depend on them is in `asked`."""
        if self.additive:
            return torch.tanh((h @ self.score.W.T).unsqueeze(1) + asked) @ self.score.v
        return h @ asked.T


def random_network(seed: int, attention: Literal["additive", "general"]) -> EncoderDecoder:
    """Fresh weights; biases that make some pieces likelier, and an end that seldom is."""
    seed_everything(seed)
    network = EncoderDecoder(PIECES, replace(NETWORK, attention=attention)).eval()
    with torch.no_grad():
        network.bias.normal_(std=BIAS_SPREAD)
        network.bias[END] = network.bias.mean()
    return network


def random_sources(count: int, pieces: int, seed: int) -> list[NDArray[np.int64]]:
    random = generator(seed, "sources")
    return [random.integers(END + 1, pieces, random.integers(*SOURCES)) for _ in range(count)]


class Timed:
    """A way to decode, and what each sentence has cost."""

    def __init__(self, name: str, translate: Callable[[NDArray[np.int64]], Answer]) -> None:
        self.name, self.translate = name, translate
        self.wall: list[float] = []
        self.process: list[float] = []

    def take(self, source: NDArray[np.int64]) -> Answer:
        """The translation of one sentence; its cost is kept."""
        wall, process = time.perf_counter(), time.process_time()
        answer = self.translate(source)
        self.process.append(1e3 * (time.process_time() - process))
        self.wall.append(1e3 * (time.perf_counter() - wall))
        return answer


def compare(
    network: EncoderDecoder, sources: list[NDArray[np.int64]], settings: BeamSettings
) -> tuple[Timed, Timed, float]:
    """Both ways on all sources, in turn; the mean pieces of an answer."""
    weights = {name: tensor.numpy() for name, tensor in network.state_dict().items()}
    own = TranslatorNetwork(weights, cell=network.settings.cell, attention=network.settings.attention)
    plain = PlainTorch(network).eval()

    def ours(source: NDArray[np.int64]) -> Answer:
        written = own.translate(source, settings)
        return Answer(written.pieces, written.score)

    ways = (
        Timed("hiddenstate", ours),
        Timed("plain torch", lambda x: plain.translate(torch.from_numpy(x), settings)),
    )
    for source in sources[:5]:
        for way in ways:
            way.translate(source)
    lengths = []
    for number, source in enumerate(sources):
        first, second = (way.take(source) for way in (ways if number % 2 else ways[::-1]))
        assert first.pieces == second.pieces, f"source {number}: {first} and {second}"
        assert abs(first.score - second.score) < SCORE_TOLERANCE, f"source {number}: {first} and {second}"
        lengths.append(len(first.pieces))
    return *ways, statistics.mean(lengths)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--model", type=Path, help="a trained translator: LSTM with additive or general attention"
    )
    parser.add_argument(
        "--attention", choices=("additive", "general"), default="additive", help="of the random weights"
    )
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--beam", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.model is None:
        network, settings = (
            random_network(options.seed, options.attention),
            BeamSettings(beam=options.beam, longest=0.7),
        )
    else:
        from hiddenstate.workflows.translations.saved import open_translator

        network, settings = open_translator(options.model).model, BeamSettings(beam=options.beam)
    sources = random_sources(options.sentences, len(network.bias), options.seed)
    ours, plain, pieces = compare(network, sources, settings)
    print(
        f"{len(sources)} sentences, beam {options.beam}, {pieces:.1f} pieces written on average, one thread"
    )
    print(f"{'':<12} {'wall ms':>8} {'process ms':>11}")
    for way in (ours, plain):
        print(f"{way.name:<12} {statistics.median(way.wall):>8.2f} {statistics.median(way.process):>11.2f}")
    figures = {
        "decoding_speedup": round(statistics.median(plain.wall) / statistics.median(ours.wall), 2),
        "decoding_speedup_process": round(
            statistics.median(plain.process) / statistics.median(ours.process), 2
        ),
        "decoding_ms": round(statistics.median(ours.wall), 2),
        "plain_torch_ms": round(statistics.median(plain.wall), 2),
    }
    print(json.dumps({"benchmark": "decoding_speed", "beam": options.beam, "figures": figures}))


if __name__ == "__main__":
    main()
