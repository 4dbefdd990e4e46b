"""Which words of a sentence pushed the tag of one of them."""

from collections.abc import Sequence

from torch import nn

from hiddenstate.errors import InspectionError
from hiddenstate.inspection.leaving_out import RANDOM_ORDERS
from hiddenstate.inspection.modes import evaluation_mode
from hiddenstate.inspection.tag_reader import TagReader
from hiddenstate.inspection.word_evidence import WordQuestion, blanked, word_evidence
from hiddenstate.records import Evidence
from hiddenstate.tasks.tag import TagTask


def tag_evidence(
    task: TagTask,
    models: Sequence[nn.Module],
    text: str,
    *,
    word: int | None = None,
    random_orders: int = RANDOM_ORDERS,
    seed: int = 0,
) -> Evidence:
    """Why the word with the number `word` (from 1; None: the least sure one) gets the tag that it gets.

    What is explained is the probability of that tag, of a CRF that among all paths, averaged over `models`. Integrated
    gradients go from zero embeddings (of letters and casing too) to the text's own; occlusion gives one word such an
    embedding of zeros: it keeps its place, because the word that is asked about needs one. The networks may be those
    of a model of commands, with the task `IntentTask.words`.
    Raises `InspectionError` for a word that is not there and for another kind of network.
    """
    with evaluation_mode(*models):
        reader = TagReader(task, models, text)
        place = reader.place_of(word)
        if not reader.tokens:
            raise InspectionError(f'text: expected at least one word, got "{text}". Give a text.')
        tag = int(reader.tagged().best[place])
        name = task.tags.names[tag]

        question = WordQuestion(
            output=f'probability of {name} for word {place + 1}, "{reader.tokens[place]}"',
            tokens=reader.tokens,
            x=reader.x,
            embedded=lambda x: reader.chance(x, word=place, tag=tag),
            without=blanked(reader.x, lambda x: reader.chance(x, word=place, tag=tag)),
            left_out="word vectors of zeros",
        )
        return word_evidence(question, random_orders=random_orders, seed=seed)
