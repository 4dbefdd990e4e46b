"""A look into a tagger that reads one text, and into the tag of one of its words."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from torch import Tensor, nn

from hiddenstate.data.tagged_table import table_of_texts
from hiddenstate.data.text_batches import TextBatch
from hiddenstate.inspection.tag_reader import TagReader
from hiddenstate.tasks.tag import TagTask, tag_head
from hiddenstate.workflows.explain.asked_text import quoted, unknown_words, words_read
from hiddenstate.workflows.explain.gradients import GRADIENTS, gradient_sections
from hiddenstate.workflows.explain.inside import ATTENTION, EVIDENCE, Inside, Shown, readings_of
from hiddenstate.workflows.explain.tag_sections import (
    NO_PATH,
    PATH,
    all_tags,
    best_path,
    least_sure,
    told,
    why_tag,
)
from hiddenstate.workflows.tags.saved import open_tagger

ALIKE = "any others that are written so"


def inside_tags(folder: Path, text: str, word: int | None = None) -> Inside:
    """The saved tagger in `folder` on one text; `word` is the one whose tag is explained, from 1, else the least sure.

    Raises `InputError` for a text without words, or with none that the model knows, and `InspectionError` for a word
    that is not there.
    """
    saved = open_tagger(folder)
    return look_into_tags(saved.task, saved.models, text, word)


def look_into_tags(task: TagTask, models: Sequence[nn.Module], text: str, word: int | None = None) -> Inside:
    """The first of `models` on one text; the tags are those of all of them."""
    table = table_of_texts([text], task.settings.tokens)
    reader = TagReader(task, models, text)
    unknown = unknown_words(text, reader.tokens, task.encode(table), alike=ALIKE)
    place = reader.place_of(word)
    tagged, result = reader.tagged(), task.predict(models, table)
    model, batch = models[0], reader.batch
    shown: dict[str, Shown] = {
        "tags": lambda: all_tags(result, tagged, reader, place),
        EVIDENCE: cache(lambda: why_tag(task, models, text, place + 1)),
        PATH: lambda: best_path(task, models, text),
        GRADIENTS: cache(
            lambda: gradient_sections(
                model,
                lambda network: answer_loss(network, network(batch).scores, batch),
                fresh=task.build_model,
                entering="last",
            )
        ),
    }
    lacking = {
        ATTENTION: "expected a model with attention, got a tagger, which has none. "
        "Show tags, evidence, units, gates, memory or walk."
    }
    if reader.heads[0].crf is None:
        del shown[PATH]
        lacking[PATH] = NO_PATH
    found = told(result)
    return Inside(
        title="Why these tags?",
        subtitle=quoted(text, len(models)),
        headline=found[:1].upper() + found[1:] if found else "No span was found",
        text=f"{least_sure(tagged, reader, place)} {words_read(len(reader.tokens), unknown)}",
        model=model,
        inputs=batch,
        readings=readings_of(
            model, batch, {"words": reader.tokens}, {"words": reader.models[0].words.input_names()}
        ),
        shown=shown,
        lacking=lacking,
    )


def answer_loss(network: nn.Module, scores: Tensor, batch: TextBatch) -> Tensor:
    """What training would lower if the tags of the network's own `scores` (B, T, tags) were the true ones."""
    head = tag_head(network)
    return head.loss(scores, head.decode(scores.detach(), batch.lengths), batch.lengths)
