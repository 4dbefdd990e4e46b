"""Our parts behind the hooks of a harness that measures them beside their peers in one run.

    epoch.py            --candidate benchmarks/candidates.py:adam --candidate benchmarks/candidates.py:row_wise
    varlen_training.py  --candidate benchmarks/candidates.py:layer
    streaming.py        --candidate benchmarks/candidates.py:stream --candidate benchmarks/candidates.py:stream_bfloat16
    recurrent_variants.py --candidate benchmarks/candidates.py:variant

`adam` and `row_wise` train the text classifier (embedding, BiLSTM, additive attention, one linear head, no dropout)
with Adam on everything, or touching only the embedding's rows that a batch has read. `layer` is one layer on the
weights of a given ``nn.LSTM`` or ``nn.GRU``. `stream` takes one step for each call, in the runtime without torch.
`variant` is an LSTM, plain, with recurrent dropout, with peepholes or with layer normalisation.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.attention import AdditiveScore, AttentionPool
from hiddenstate.cells import Cell, LayerNormLSTMCell, LSTMCell, PeepholeLSTMCell
from hiddenstate.data.ragged import Ragged
from hiddenstate.data.text_batches import EncodedTexts, TextBatches
from hiddenstate.layers import Stacked
from hiddenstate.layers.ragged import ragged_forward
from hiddenstate.models.embed import EmbedSizes
from hiddenstate.models.text_classifier import TextClassifier, TextModelSettings
from hiddenstate.runtime import Layer, Recurrence
from hiddenstate.training import TrainingSettings
from hiddenstate.training.optimisers import build_optimiser

Ids = NDArray[np.int32]


class Classifier:
    """Trains one epoch at a time on sentences given as arrays of word numbers."""

    def __init__(
        self, vectors: NDArray[np.float32], hidden: int, classes: int, frozen: bool, optimiser: str
    ) -> None:
        settings = TextModelSettings(
            cell="lstm",
            hidden_size=hidden,
            pool="attention",
            fine_tune=not frozen,
            embedding_dropout=0.0,
            output_dropout=0.0,
        )
        sizes = EmbedSizes(words=vectors.shape[0], size=vectors.shape[1], from_file=True)
        self.model = TextClassifier(sizes, (classes,), settings, vectors.copy())
        # The peers' attention has a hidden layer half as wide as our default.
        self.model.pool = AttentionPool(AdditiveScore(2 * hidden, 2 * hidden, hidden_size=hidden))
        self.optimiser = build_optimiser(
            self.model, TrainingSettings(optimiser=optimiser, learning_rate=1e-3, weight_decay=0.0)
        )
        self.epochs = 0

    def fit_epoch(self, X: Sequence[Ids], y: NDArray[np.int64], batch: int) -> float:
        """Mean loss of an epoch; batches hold sentences of about one length, as in training."""
        self.model.train()
        self.epochs += 1
        texts = EncodedTexts(Ragged.of(X), y[:, None])
        total = 0.0
        for part in TextBatches(texts, batch_size=batch, seed=0).epoch(self.epochs):
            loss = nn.functional.cross_entropy(self.model(part).logits[0], part.targets[:, 0])
            self.optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            self.optimiser.step()
            total += float(loss) * len(part.rows)
        return total / len(X)

    def predict(self, X: Sequence[Ids]) -> NDArray[np.int64]:
        """The class of each sentence."""
        self.model.eval()
        texts = EncodedTexts(Ragged.of(X), np.zeros((len(X), 1), dtype=np.int64))
        answers = np.zeros(len(X), dtype=np.int64)
        with torch.no_grad():
            for part in TextBatches(texts, batch_size=256).epoch(1):
                answers[part.rows.numpy()] = self.model(part).logits[0].argmax(1).numpy()
        return answers


def adam(vectors: NDArray[np.float32], hidden: int, classes: int, frozen: bool) -> Classifier:
    """The same optimiser as the peers."""
    return Classifier(vectors, hidden, classes, frozen, "adam")


def row_wise(vectors: NDArray[np.float32], hidden: int, classes: int, frozen: bool) -> Classifier:
    """Only rows that were read move."""
    return Classifier(vectors, hidden, classes, frozen, "row_wise_adamw")


def layer(reference: Any) -> Callable[[Tensor, Tensor], Tensor]:
    """A layer of ours on the very parameters of torch's, from padded rows to padded hidden states."""
    kind = {nn.LSTM: "lstm", nn.GRU: "gru", nn.RNN: "rnn"}[type(reference)]
    ours = Stacked(
        kind,
        reference.input_size,
        hidden_size=reference.hidden_size,
        bidirectional=reference.bidirectional,
    )
    (both,) = ours.layers
    directions: list[Any] = [both.forwards, both.backwards] if reference.bidirectional else [both]
    cells = [(direction.cell, suffix) for direction, suffix in zip(directions, SUFFIXES, strict=False)]
    for cell, suffix in cells:
        cell.W, cell.U = (getattr(reference, f"weight_{part}{suffix}") for part in ("ih", "hh"))
        for name in biases(reference, suffix, kind):
            delattr(cell, name)  # computed in each call, so no parameter

    def run(x: Tensor, lengths: Tensor) -> Tensor:
        for cell, suffix in cells:
            for name, bias in biases(reference, suffix, kind).items():
                setattr(cell, name, bias)
        outputs: Tensor = ours(x, lengths)[0]
        return outputs

    run.layout = "padded"  # type: ignore[attr-defined]
    return run


class Stream:
    """Carries the state from call to call, as a user's loop would."""

    def __init__(self, recurrence: Recurrence, streams: int) -> None:
        self.recurrence = recurrence
        self.streams = None if streams == 1 else streams
        self.reset()

    def reset(self) -> None:
        """Nothing remembered."""
        self.state = self.recurrence.initial_state(self.streams)

    def step(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """One step."""
        y, self.state = self.recurrence.step(x, self.state)
        return y


TorchLayers = Sequence[tuple[NDArray[np.float32], ...]]
"""Of each layer weight_ih, weight_hh, bias_ih, bias_hh."""


def stream(kind: str, layers: TorchLayers, input_size: int, hidden: int, streams: int) -> Stream:
    """One step for each call, float32 weights."""
    return Stream(Recurrence([runtime_layer(kind, layer) for layer in layers]), streams)


def stream_bfloat16(kind: str, layers: TorchLayers, input_size: int, hidden: int, streams: int) -> Stream:
    """One step for each call, bfloat16 weights."""
    ours = [runtime_layer(kind, layer) for layer in layers]
    return Stream(Recurrence(ours, weight_format="bfloat16"), streams)


def stream_int8(kind: str, layers: TorchLayers, input_size: int, hidden: int, streams: int) -> Stream:
    """One step for each call, weights and inputs of 8 bits."""
    ours = [runtime_layer(kind, layer) for layer in layers]
    return Stream(Recurrence(ours, weight_format="int8"), streams)


def runtime_layer(kind: Any, weights: tuple[NDArray[np.float32], ...]) -> Layer:
    """Our names for the arrays of one of torch's layers."""
    W, U, b_ih, b_hh = weights
    if kind != "gru":
        return Layer(kind, W, U, b_ih + b_hh)
    gates = 2 * len(b_ih) // 3
    return Layer(kind, W, U, np.concatenate([b_ih[:gates] + b_hh[:gates], b_ih[gates:]]), b_hh[gates:])


SUFFIXES = ("_l0", "_l0_reverse")


def biases(reference: Any, suffix: str, kind: str) -> dict[str, Tensor]:
    """Our names for one direction's biases; torch adds two where we have one."""
    first, second = getattr(reference, f"bias_ih{suffix}"), getattr(reference, f"bias_hh{suffix}")
    if kind != "gru":
        return {"b": first + second}
    gates = 2 * len(first) // 3  # the candidate's second bias stands inside the reset gate's product
    return {"b": torch.cat([first[:gates] + second[:gates], first[gates:]]), "b_hn": second[gates:]}


Given = Mapping[str, Tensor]
VARIANTS: dict[str, tuple[type[Cell[Any, Any]], Callable[[Given], dict[str, Tensor]]]] = {
    "plain": (LSTMCell, lambda p: {"b": p["b"]}),
    "drop": (LSTMCell, lambda p: {"b": p["b"]}),
    "peep": (
        PeepholeLSTMCell,
        lambda p: {"b": p["b"], **dict(zip(("p_i", "p_f", "p_o"), p["peep"].chunk(3), strict=True))},
    ),
    "ln": (
        LayerNormLSTMCell,
        lambda p: {
            "b": p["bx"] + p["bh"],
            "gamma_x": p["gx"],
            "gamma_h": p["gh"],
            "gamma_C": p["gc"],
            "beta_C": p["bc"],
        },
    ),
}
"""Variant -> cell, and our names for the harness's parameters but W and U."""


def variant(name: str) -> Callable[[Tensor, Given], Tensor]:
    """An LSTM on given weights: "plain", "drop" (one recurrent mask for each sequence), "peep" or "ln"."""
    kind, named = VARIANTS[name]

    @functools.cache
    def build(input_size: int, hidden_size: int) -> Cell[Any, Any]:
        cell = kind(input_size, hidden_size)
        for each in [own for own, _ in cell.named_parameters()]:
            delattr(cell, each)  # given in each call, so no parameters here
        return cell

    def run(x: Tensor, p: Given) -> Tensor:
        cell = build(x.shape[2], p["whh"].shape[1])
        for own, value in {"W": p["wih"], "U": p["whh"], **named(p)}.items():
            setattr(cell, own, value)
        return ragged_forward(cell, x, None, None, False, h_mask=p.get("mask"))[0]

    return run
