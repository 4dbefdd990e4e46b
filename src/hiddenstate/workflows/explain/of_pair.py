"""A look into a translator that reads one sentence and writes another."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from hiddenstate import plots
from hiddenstate.data.pair_batches import PairBatches
from hiddenstate.data.pairs import check_length
from hiddenstate.data.ragged import Ragged
from hiddenstate.errors import InputError
from hiddenstate.records import Translation
from hiddenstate.workflows.explain.gradients import GRADIENTS, gradient_sections
from hiddenstate.workflows.explain.inside import ATTENTION, Inside, Shown, readings_of
from hiddenstate.workflows.translations.answers import alignment, has_alignment
from hiddenstate.workflows.translations.saved import open_translator

BEGIN = "(begin)"


def inside_translation(folder: Path, text: str) -> Inside:
    """The saved translator in `folder` while it writes its own answer to `text`, piece by piece.

    Raises `InputError` for a text without words, and for one longer than any that it learnt from.
    """
    saved = open_translator(folder)
    check_length([text], saved.run.data.longest)
    result = saved.task.translate(saved.model, [text], saved.run.search)
    read, written = result.source_pieces[0], result.target_pieces[0]
    if not read:
        raise InputError(f'text: expected at least one word, got "{text}". Give a text.')
    pieces = saved.task.pieces.vocabulary
    numbers = Ragged.of(result.numbers)
    (batch,) = PairBatches(saved.task.encode_sources([text]), numbers, batch_size=1).epoch(1)
    names = [piece.strip() or "·" for piece in read], [BEGIN, *(piece.strip() or "·" for piece in written)]
    looked = has_alignment(result, 0)
    unknown = saved.task.unknown(text)
    shown: dict[str, Shown] = {ATTENTION: lambda: _heat(result)} if looked else {}
    shown[GRADIENTS] = cache(
        lambda: gradient_sections(
            saved.model, lambda network: saved.task.loss(network, batch), fresh=saved.task.build_model
        )
    )
    said = f"Read as {len(read)} pieces of {len(pieces):,} that the model knows, written as {len(written)}."
    return Inside(
        title="Why this translation?",
        subtitle=f"“{text}”",
        headline=result.targets[0] or "Nothing was written",
        text=said + (f" Never seen in training: {', '.join(unknown)}." if unknown else ""),
        model=saved.model,
        inputs=batch,
        readings=readings_of(saved.model, batch, {"encoder": names[0], "lower": names[1], "upper": names[1]}),
        shown=shown,
        lacking={} if looked else {ATTENTION: "this network has none. Train it with --attention general."},
    )


def _heat(result: Translation) -> Sequence[plots.Section]:
    """Where each written piece looked: what was read from left to right, what was written from top to bottom."""
    return [plots.Chart(plots.attention_map(alignment(result, 0), title="Alignment: written by read"))]
