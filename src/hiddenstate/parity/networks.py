"""The torch models themselves as ways to compute: the readable loop, and the fused layers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from hiddenstate.data.text_batches import TextBatch
from hiddenstate.layers import Bidirectional, Recurrent, Stacked, valid_steps
from hiddenstate.models.beam_search import search
from hiddenstate.models.direct import DirectForecaster
from hiddenstate.models.encoder_decoder import DecoderState, EncoderDecoder
from hiddenstate.models.forecast_windows import ForecastWindows
from hiddenstate.models.hearing import HearingNetwork
from hiddenstate.models.intent_slots import IntentSlots
from hiddenstate.models.language_model import LanguageModel
from hiddenstate.models.many_to_one import ManyToOne
from hiddenstate.models.segments import SegmentForecaster
from hiddenstate.models.tagger import Tagger
from hiddenstate.models.text_classifier import Output, TextClassifier
from hiddenstate.models.transcriber import Transcriber
from hiddenstate.parity.writing import searched

Arrays = dict[str, NDArray[Any]]
Inputs = Mapping[str, NDArray[Any]]


def run_network(model: nn.Module, inputs: Inputs, path: Literal["loop", "auto"] = "auto") -> Arrays:
    """The outputs of a model under the names and with the inputs of its program.

    `path`: how recurrent layers compute, as in `Recurrent`; "loop" calls each cell's readable `step`.
    """
    layers = [layer for layer in model.modules() if isinstance(layer, Recurrent)]
    before = [layer.path for layer in layers]
    kind = next(model.parameters()).dtype
    tensors = {
        name: torch.from_numpy(np.ascontiguousarray(value)).to(
            torch.int64 if value.dtype.kind in "iu" else kind
        )
        for name, value in inputs.items()
    }
    try:
        for layer in layers:
            layer.path = path
        with torch.no_grad():
            found = RUNNERS[type(model)](model, tensors)
    finally:
        for layer, old in zip(layers, before, strict=True):
            layer.path = old
    return {name: tensor.numpy() for name, tensor in found.items()}


def own_states(inputs: Inputs, member: int, members: int) -> Inputs:
    """The inputs of one network: the layers of all are numbered one after the other."""
    names = [name for name in inputs if name.startswith("layer")]
    each = len(names) // members
    own = names[member * each : (member + 1) * each]
    first = int(own[0].split(".")[0].removeprefix("layer")) if own else 0
    states = {}
    for name in own:
        layer, part = name.removeprefix("layer").split(".")
        states[f"layer{int(layer) - first}.{part}"] = inputs[name]
    return {name: value for name, value in inputs.items() if name not in names} | states


def _stacked(model: Any, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    outputs, states = _read(model, given["x"], given)
    return {"outputs": outputs, **states}


def _read(stack: Any, x: Tensor, given: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
    """Outputs and, under the names of the program, final states of recurrent layers from the states given."""
    before = None
    if "layer0.h" in given:
        parts = iter(tensor for name, tensor in given.items() if name.startswith("layer"))
        before = [_state_of(layer, parts) for layer in stack.layers]
    outputs, final = stack(x, given.get("lengths"), before)
    flat = [
        direction
        for layer, state in zip(stack.layers, final, strict=True)
        for direction in (state if isinstance(layer, Bidirectional) else [state])
    ]
    return outputs, {
        f"layer{number}.{part}.next": tensor
        for number, state in enumerate(flat)
        for part, tensor in state._asdict().items()
    }


def _state_of(layer: Any, parts: Iterator[Tensor]) -> Any:
    if isinstance(layer, Bidirectional):
        return tuple(_state_of(direction, parts) for direction in (layer.forwards, layer.backwards))
    empty = layer.cell.initial_state(0)
    return layer.cell.make_state(*(next(parts) for _ in empty))


def _many_to_one(model: Any, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    if "layer0.h" in given:  # the model itself always begins with nothing remembered
        outputs, _ = _read(model.recurrent, given["x"], given)
        context, weights = model.pool(outputs, valid_steps(given["lengths"], outputs.shape[1]))
        return {"values": model.head(context), "weights": weights}
    answer = model(given["x"], given["lengths"])
    return {"values": answer.values, "weights": answer.weights}


def _batch(given: Mapping[str, Tensor]) -> TextBatch:
    words = given["words"]
    batch = TextBatch(
        words, given["lengths"], words[:, :0], torch.arange(len(words)), casing=given.get("casing")
    )
    if "grams" in given:
        grams = given["grams"].flatten(0, 1)  # (B·T, G), each place a word of its own
        valid = grams >= 0
        counts = valid.sum(1)
        batch = batch._replace(
            forms=torch.arange(words.numel()).reshape(words.shape),
            grams=grams[valid],
            gram_starts=torch.cumsum(counts, 0) - counts,
        )
    return batch


def _text(model: Any, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    batch = _batch(given)
    if "layer0.h" in given:
        outputs, _ = _read(model.recurrent, model.embed(batch), given)
        context, weights = model.pool(outputs, valid_steps(given["lengths"], outputs.shape[1]))
        output = Output(model.heads(context), weights)
    else:
        output = model(batch)
    if "pairs" in given:
        output = output.beside(model.counts(given["counted"], given["pairs"], given["lengths"]))
    found = {f"logits{level}": logits for level, logits in enumerate(output.logits)}
    return found | {"attention": output.attention}


def _hearing(model: Any, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    if "layer0.h" in given:
        outputs, _ = _read(model.recurrent, torch.relu(model.convolution(given["frames"])), given)
        context, weights = model.pool(outputs, valid_steps(given["lengths"], outputs.shape[1]))
        return {"logits": model.head(context), "attention": weights}
    heard = model(given["frames"], given["lengths"])
    return {"logits": heard.logits, "attention": heard.attention}


def _transcriber(model: Any, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    if "layer0.h" in given:
        outputs, final = _read(model.layers, given["frames"], given)
        return {"log_probabilities": _real(model.answer(outputs), given), **final}
    logs, _ = model.read_steps(given["frames"], given["lengths"])
    return {"log_probabilities": _real(logs, given)}


def _tagger(model: Any, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    if "layer0.h" in given:
        states, final = _words(model, given)
        return {"scores": _real(model.head(states), given), **final}
    return {"scores": _real(model(_batch(given)).scores, given)}


def _intent_slots(model: Any, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    if "layer0.h" in given:
        states, final = _words(model, given)
        context, shares = model.pool(states, valid_steps(given["lengths"], states.shape[1]))
        (logits,) = model.intents(context)
        scores = _real(model.head(states), given)
        return {"scores": scores, "logits": logits, "attention": shares, **final}
    output = model(_batch(given))
    scores = _real(output.scores, given)
    return {"scores": scores, "logits": output.logits, "attention": output.attention}


def _words(model: Any, given: Mapping[str, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
    """As `ReadWords` in evaluation mode, which itself always begins with nothing remembered; and the final states."""
    batch, words = _batch(given), model.words
    x = words.embed(batch)
    if words.casing is not None:
        x = torch.cat([x, words.casing(batch.casing)], dim=-1)
    return _read(words.recurrent, x, given)


def _real(scores: Tensor, given: Mapping[str, Tensor]) -> Tensor:
    """(B, T, K) with zeros in padding, where the models' scores are not looked at."""
    return torch.where(valid_steps(given["lengths"], scores.shape[1]).unsqueeze(-1), scores, 0.0)


def _language(model: Any, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    outputs, states = _read(model.recurrent, model.table[given["units"]], given)
    last = (given["lengths"] - 1).clamp(min=0) if "lengths" in given else torch.tensor(outputs.shape[1] - 1)
    return {"logits": model.score(outputs[torch.arange(len(outputs)), last]), **states}


def _forecaster(model: Any, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    past, sizes = given["past_targets"], model.sizes
    empty = past.new_zeros(len(past), sizes.lookback, 0), past.new_zeros(len(past), sizes.horizon, 0)
    unknown = past.new_zeros(len(past), sizes.horizon, sizes.targets)
    windows = ForecastWindows(
        past_targets=past,
        past_features=given.get("past_features", empty[0]),
        future_features=given.get("future_features", empty[1]),
        reference=given.get("reference", unknown),
        targets=unknown,
    )
    return {"quantiles": model(windows)}


def _encoder_decoder(model: Any, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """After the pieces "written", all steps in one call as in training; the states step by step, as in a search."""
    sources, lengths, written, steps = (
        given[name] for name in ("sources", "lengths", "written", "written_lengths")
    )
    memory = model.encode(sources, lengths)
    decoded = model.decode(written, model.start(memory), memory, steps)
    real = valid_steps(steps, written.shape[1]).unsqueeze(-1)
    found = {
        "log_probabilities": torch.log_softmax(model.scores(decoded.readouts), dim=-1) * real,
        "attention": decoded.weights * real,
    }
    names = ["h", "C"][: len(decoded.state.lower)]
    state = model.start(memory)
    kept = _parts_of(state, names)
    for t in range(written.shape[1]):
        state = model.decode(written[:, t : t + 1], state, memory).state
        alive = (t < steps).unsqueeze(-1)
        kept = {name: torch.where(alive, part, kept[name]) for name, part in _parts_of(state, names).items()}
    found |= {f"{name}.next": part for name, part in kept.items()}
    own = {name: tensor.numpy() for name, tensor in given.items()}
    answers = searched(
        own, lambda settings: [each.pieces for each in search(model, sources, lengths, settings)]
    )
    return found | {name: torch.from_numpy(pieces) for name, pieces in answers.items()}


def _parts_of(state: DecoderState, names: Sequence[str]) -> dict[str, Tensor]:
    lower, upper = (
        {f"{place}.{name}": part for name, part in zip(names, parts, strict=True)}
        for place, parts in (("lower", state.lower), ("upper", state.upper))
    )
    return {**lower, **upper, "fed": state.fed}


RUNNERS: dict[type[nn.Module], Any] = {
    Stacked: _stacked,
    ManyToOne: _many_to_one,
    TextClassifier: _text,
    LanguageModel: _language,
    DirectForecaster: _forecaster,
    SegmentForecaster: _forecaster,
    HearingNetwork: _hearing,
    Transcriber: _transcriber,
    Tagger: _tagger,
    IntentSlots: _intent_slots,
    EncoderDecoder: _encoder_decoder,
}
