"""Models that write an answer piece after piece: what they say of given pieces, and what a search finds with them.

All ways are asked the same. After the same pieces, chosen beforehand (teacher forcing), each gives the log
probabilities of what follows, where it looks and what it carries on; then each searches, greedily and with a beam.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.data.joint_pieces import BEGIN, END
from hiddenstate.data.vocabulary import PADDING
from hiddenstate.models.beam_settings import BeamSettings
from hiddenstate.parity.inputs import Inputs, cases
from hiddenstate.parity.steps import Arrays, Run, walk
from hiddenstate.program import Program
from hiddenstate.program.shapes import known
from hiddenstate.runtime.beam_search import search
from hiddenstate.runtime.translator import TranslatorNetwork
from hiddenstate.seeding import generator

BEAM = 5
MOST_WRITTEN = 40
"""Steps that are compared of one answer."""
LOGS = "log_probabilities"


def written_cases(reads: Program, writes: Program, seed: int = 0) -> dict[str, Inputs]:
    """The inputs of the program that reads, no row of them empty (an empty sentence is not translated), and more.

    - ``written`` (B, T) the pieces that stand before each step, with ``written_lengths``;
    - ``beams``, in one case: the widths of the searches.
    """
    random = generator(seed, "written")
    pieces = writes.inputs["piece"].largest
    assert pieces is not None
    found = cases(reads, seed)
    del found["no step"]
    for inputs in found.values():
        inputs["lengths"] = np.maximum(inputs["lengths"], 1)
        rows, steps = inputs["sources"].shape
        steps = min(steps, MOST_WRITTEN)
        inputs["written"] = random.integers(END + 1, pieces, (rows, steps))
        inputs["written"][:, 0] = BEGIN
        inputs["written_lengths"] = random.integers(1, steps + 1, rows)
    found["usual values"]["beams"] = np.array([1, min(BEAM, pieces - END)])
    return found


def searched(
    inputs: Arrays, find: Callable[[BeamSettings], Sequence[Sequence[int]]]
) -> dict[str, NDArray[Any]]:
    """The pieces (B, most) that the searches of a case find, padded."""
    found = {}
    for beam in inputs.get("beams", ()):
        settings = BeamSettings(beam=int(beam))
        answers = find(settings)
        pieces = np.full((len(answers), int(inputs["lengths"].max() * settings.longest) + 10), PADDING)
        for row, answer in enumerate(answers):
            pieces[row, : len(answer)] = answer
        found[f"pieces of a beam of {beam}"] = pieces
    return found


def run_written(writes: Program, read: Run, write: Run) -> Run:
    """A model by two functions: one that reads sentences, one that writes a step, as their programs say."""

    def run(inputs: Arrays) -> Arrays:
        own = {name: inputs[name] for name in ("sources", "lengths")}
        after, written = _Read.of(writes, own, read), inputs["written"]

        def step(given: Arrays) -> Arrays:
            answers = write(given)
            return {name: _timed(name, value, writes) for name, value in answers.items()}

        def find(settings: BeamSettings) -> Sequence[Sequence[int]]:
            answers = []
            for row, length in enumerate(inputs["lengths"]):
                sentence = {
                    "sources": inputs["sources"][row : row + 1, :length],
                    "lengths": np.array([length]),
                }
                steps = SearchSteps(writes, _Read.of(writes, sentence, read), write, settings.beam)
                answers.append(search(steps, BEGIN, int(length), settings).pieces)
            return answers

        found = walk(
            step,
            lambda t: {"piece": written[:, t], **after.memory},
            steps=written.shape[1],
            lengths=inputs["written_lengths"],
            state=after.state,
            following=writes.states,
            timed=set(writes.outputs) - set(writes.states.values()),
        )
        return found | searched(inputs, find)

    return run


@final
class _Read:
    """What was read of some sentences."""

    def __init__(self, memory: Arrays, state: Arrays) -> None:
        self.memory, self.state = memory, state

    @classmethod
    def of(cls, writes: Program, inputs: Arrays, read: Run) -> "_Read":
        answers = read(inputs)
        given = {**inputs, **answers}
        rows = len(inputs["sources"])
        state = {
            name: answers.get(
                name, np.zeros((rows, known(writes.inputs[name].shape[1])))
            )  # "fed" begins with zeros
            for name in writes.states
        }
        memory = {name: given[name] for name in writes.inputs if name in given and name not in state}
        return cls(memory, state)


def _timed(name: str, value: NDArray[Any], writes: Program) -> NDArray[Any]:
    return value if name in writes.states.values() else value[:, np.newaxis]


@final
class SearchSteps:
    """The steps of a search by a program that writes: what `hiddenstate.runtime.beam_search` asks."""

    def __init__(self, writes: Program, read: _Read, write: Run, beam: int) -> None:
        self._writes, self._memory, self._state, self._write = writes, read.memory, read.state, write
        self._wanted = 2 * beam
        self.looked: list[NDArray[Any]] = []
        self.steps = read.memory["keys"].shape[1] if "keys" in read.memory else 1

    def step(
        self, parents: Sequence[int], last: Sequence[int], totals: Sequence[float], only: int = 0
    ) -> tuple[list[float], list[int], list[int]]:
        """As `hiddenstate.kernels.decoder.Decoding.step`."""
        memory = {name: np.repeat(value, len(parents), axis=0) for name, value in self._memory.items()}
        state = {name: value[list(parents)] for name, value in self._state.items()}
        found = self._write({"piece": np.array(last), **memory, **state})
        self._state = {name: found[after] for name, after in self._writes.states.items()}
        self.looked.append(found.get("attention", np.zeros((len(parents), self.steps))))
        logs: NDArray[Any] = found[LOGS] + np.array(totals)[:, np.newaxis]  # (hypotheses, pieces)
        pieces = logs.shape[1]
        allowed = np.arange(pieces) == only if only else np.arange(pieces) >= END
        flat = np.where(allowed, logs, -np.inf).ravel()
        best = np.argsort(-flat, kind="stable")[: self._wanted]
        best = best[np.isfinite(flat[best])]
        return flat[best].tolist(), (best // pieces).tolist(), (best % pieces).tolist()


def runtime_run(writes: Program, weights: Mapping[str, NDArray[Any]]) -> Run:
    """The kernels with which sentences are translated without torch, under the names of `writes`."""
    network = runtime_network(writes, weights)

    def run(inputs: Arrays) -> Arrays:
        sentences = [row[:length] for row, length in zip(inputs["sources"], inputs["lengths"], strict=True)]
        rows, steps = inputs["written"].shape
        found: dict[str, NDArray[Any]] = {}
        for row, sentence in enumerate(sentences):
            length = inputs["written_lengths"][row]
            followed = network.follow(sentence, inputs["written"][row, :length])
            answers = {LOGS: followed.log_probabilities, "attention": followed.weights}
            answers |= {f"{name}.next": part for name, part in followed.state.items()}
            sizes = {LOGS: (steps, network.pieces), "attention": (steps, inputs["sources"].shape[1])}
            for name in writes.outputs:
                value = answers[name]
                whole = found.setdefault(name, np.zeros((rows, *sizes.get(name, value.shape)), np.float32))
                whole[row][tuple(slice(size) for size in value.shape)] = value
        return found | searched(
            inputs, lambda settings: [network.translate(each, settings).pieces for each in sentences]
        )

    return run


def runtime_network(writes: Program, weights: Mapping[str, NDArray[Any]]) -> TranslatorNetwork:
    """The network of the runtime for a program that writes; its weights may have a prefix, as in bundles."""
    operations = {operation.kind: operation for operation in writes.operations}
    prefix = operations["embedding"].weights["table"].removesuffix("embedding.weight")
    own = {
        name.removeprefix(prefix): np.asarray(array, np.float32)
        for name, array in weights.items()
        if name.startswith(prefix)
    }
    attention = operations["attention"].options["score"] if "attention" in operations else "none"
    return TranslatorNetwork(own, cell=operations["recurrent"].options["cell"], attention=attention)
