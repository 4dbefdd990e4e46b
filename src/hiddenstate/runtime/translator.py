"""A saved translator at work without torch: pieces of a sentence, what was understood of it, a search with a beam."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from hiddenstate.bundle import Bundle, open_kind
from hiddenstate.data.joint_pieces import BEGIN, END, JointPieces
from hiddenstate.errors import BundleError, SettingsError
from hiddenstate.kernels.decoder import Asked, Decoder, DecoderWeights, Decoding
from hiddenstate.kernels.dense import Dense, widened
from hiddenstate.kernels.step_layer import GATES, Floats, Layer
from hiddenstate.models.beam_settings import BeamSettings, check_beam
from hiddenstate.records import Translation
from hiddenstate.runtime.beam_search import Written, search
from hiddenstate.runtime.encoder import Encoder
from hiddenstate.settings import from_dict
from hiddenstate.tasks.translate_settings import TranslateSettings

Weights = Mapping[str, NDArray[Any]]
KIND = "translator"
"""How bundles of translators call themselves."""
PREFIX = "member0."
"""Before the names of the weights in a bundle."""


@dataclass(frozen=True)
class Followed:
    """What a decoder says of a sentence that somebody else has written."""

    log_probabilities: Floats
    """(T, pieces) of what comes at each step."""
    weights: Floats
    """(T, S) where each step has looked; zeros without attention."""
    state: Mapping[str, Floats]
    """After the last step: h and C of both layers ("lower.h"), and the last readout ("fed")."""


@final
class TranslatorNetwork:
    """The network alone: numbers of pieces in, numbers of pieces out.

    Raises `SettingsError` for a cell that only torch computes, `KernelError` where nothing can be compiled.
    """

    def __init__(self, weights: Weights, *, cell: str, attention: str) -> None:
        """`weights`: by their names in `hiddenstate.models.encoder_decoder`; `attention`: as its settings say."""
        if cell not in GATES:
            raise SettingsError(
                f'cell: expected one of {", ".join(GATES)}, got "{cell}", which only torch computes. '
                "Train with one of these."
            )
        self.attention = attention
        self._embedding = np.asarray(weights["embedding.weight"], np.float32)
        self._scale = self._embedding.shape[1] ** 0.5
        layers = sum(name.startswith("encoder.") and name.endswith("forwards.cell.U") for name in weights)
        self.encoder = Encoder(
            [
                (
                    _layer(weights, f"encoder.layers.{number}.forwards.cell", cell),
                    _layer(weights, f"encoder.layers.{number}.backwards.cell", cell),
                )
                for number in range(layers)
            ],
            weights["to_keys.weight"],
            weights["to_summary.weight"],
            weights["to_summary.bias"],
        )
        additive = attention == "additive"
        self.decoder = Decoder(
            DecoderWeights(
                self._embedding,
                self._scale,
                _layer(weights, "lower.layers.0.cell", cell),
                _layer(weights, "upper.layers.0.cell", cell),
                weights["readout.weight"],
                weights["readout.bias"],
                weights["bias"],
                weights["attention.score.W"] if additive else None,
                weights["attention.score.v"] if additive else None,
            )
        )
        asking = {"general": "attention.score.W", "additive": "attention.score.U"}.get(attention)
        self._to_asked: Dense | None = None
        if asking is not None:
            weight = weights[asking]
            self._to_asked = Dense(widened(weight, len(weight), self.decoder.units))

    def translate(self, numbers: NDArray[np.integer[Any]], settings: BeamSettings) -> Written:
        """The best translation of the pieces of one sentence, at least one. Raises as `check_beam`."""
        check_beam(settings.beam, len(self._embedding) - END)
        decoding = self.begin(numbers, settings.beam)
        found = search(decoding, BEGIN, len(numbers), settings)
        if self.attention == "none":
            return Written(found.pieces, np.zeros((len(found.pieces), len(numbers)), np.float32), found.score)
        return found

    @property
    def pieces(self) -> int:
        """Of the vocabulary, marks included."""
        return len(self._embedding)

    @property
    def weight_bytes(self) -> int:
        """Of memory: more than those of the file, since some products are computed beforehand."""
        asked = 0 if self._to_asked is None else self._to_asked.weight_bytes
        return self._embedding.nbytes + self.encoder.weight_bytes + self.decoder.weight_bytes + asked

    def follow(self, numbers: NDArray[np.integer[Any]], written: NDArray[np.integer[Any]]) -> Followed:
        """What each step says of the pieces of a sentence, at least one, when `written` (T,) stand before the steps.

        The first of `written` is `BEGIN`.
        """
        decoding = self.begin(numbers, 1)
        logs = np.empty((len(written), self.pieces), np.float32)
        for t, piece in enumerate(written.tolist()):
            scores, _, pieces = decoding.step([0], [piece], [0.0])
            logs[t] = decoding.log_probabilities(scores, pieces)
        looked = np.zeros((len(written), len(numbers)), np.float32)
        if self.attention != "none":
            looked[:] = np.reshape(decoding.looked, looked.shape)
        state = {name: part.copy() for name, part in self.decoder.parts(decoding.state()[0]).items()}
        return Followed(logs, looked, state)

    def begin(self, numbers: NDArray[np.integer[Any]], beam: int) -> Decoding:
        """Read one sentence; nothing is written yet."""
        memory = self.encoder.read(self._embedding[numbers] * np.float32(self._scale))
        keys, summary = memory.keys, memory.summary
        if self._to_asked is not None:
            asked = self._to_asked(keys)
        elif self.attention == "dot":
            asked = keys * np.float32(len(summary) ** -0.5)
        else:  # a single step, which is all there is to look at
            keys = widened(summary[np.newaxis], 1, keys.shape[1])
            asked = np.zeros_like(keys)
        return self.decoder.begin(Asked(asked, keys, summary), beam, END)


@final
class Translator:
    """An opened translator; it keeps nothing between calls. Made by `open`; imports no torch."""

    def __init__(
        self,
        settings: TranslateSettings,
        search: BeamSettings,
        pieces: JointPieces,
        network: TranslatorNetwork,
    ) -> None:
        """Use `open`."""
        self.settings, self.search, self.pieces, self.network = settings, search, pieces, network

    @classmethod
    def open(cls, folder: Path | str) -> Self:
        """Open a saved model.

        Raises `BundleError` for a folder that is no translator, or a damaged one, `SettingsError` and `KernelError` as
        `TranslatorNetwork`.
        """
        return cls.of(open_kind(folder, KIND))

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        """The same for a bundle that is open already."""
        weights = {
            name.removeprefix(PREFIX): np.ascontiguousarray(array, np.float32)
            for name, array in bundle.load_weights().items()
        }
        settings = from_dict(TranslateSettings, bundle.settings["task"])
        beam = from_dict(BeamSettings, bundle.settings["search"])
        try:
            pieces = JointPieces.from_dict(bundle.encoders["task"]["pieces"])
            model = bundle.settings["model"]
            network = TranslatorNetwork(weights, cell=model["cell"], attention=model["attention"])
        except (KeyError, TypeError) as error:
            raise BundleError(
                f"{bundle.folder}: expected a stored translator, got a damaged one ({error!r}). Train again."
            ) from None
        return cls(settings, beam, pieces, network)

    def translate(self, texts: Sequence[str], search: BeamSettings | None = None) -> Translation:
        """Write a sentence for each of `texts`; an empty one gets an empty one. Raises as `check_beam`.

        `search`: None for that of the model's settings.
        """
        settings = self.search if search is None else search
        read = [self.settings.cased(text, "source") for text in texts]
        encoded = self.pieces.encode(read)
        nothing = Written((), np.zeros((0, 0), np.float32), 0.0)
        found = [
            self.network.translate(encoded[row], settings) if encoded.lengths[row] else nothing
            for row in range(len(texts))
        ]
        return Translation(
            tuple(texts),
            tuple(self.pieces.decode(each.pieces) for each in found),
            tuple(tuple(self.pieces.cut(text)) for text in read),
            tuple(self.pieces.shown(each.pieces) for each in found),
            tuple(each.weights.astype(np.float64) for each in found),
            tuple(each.score for each in found),
            tuple(each.pieces for each in found),
        )

    def unknown(self, text: str) -> list[str]:
        """Characters of a source that training never showed."""
        return self.pieces.unknown(self.settings.cased(text, "source"))


def _layer(weights: Weights, place: str, cell: str) -> Layer:
    W, U, b = (np.asarray(weights[f"{place}.{role}"], np.float32) for role in ("W", "U", "b"))
    b_hn: Floats | None = weights.get(f"{place}.b_hn")
    kind: Any = cell
    return Layer(kind, W, U, b, b_hn)
