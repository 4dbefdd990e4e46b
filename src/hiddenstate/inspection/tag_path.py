"""The best path of a conditional random field through one sentence, with the numbers that it adds up."""

import numpy as np
import torch
from torch import nn

from hiddenstate.errors import InspectionError
from hiddenstate.inspection.modes import evaluation_mode
from hiddenstate.inspection.tag_reader import TagReader
from hiddenstate.records import TagPath
from hiddenstate.tasks.tag import TagTask


def tag_path(task: TagTask, model: nn.Module, text: str) -> TagPath:
    """Emission, transition and sum of each word on the path that one network takes through `text`.

    Raises `InspectionError` for a network that answers each word for itself, and for a text without words.

    Source: Lample et al. (2016), "Neural architectures for named entity recognition", section 2.2.
    """
    with evaluation_mode(model), torch.no_grad():
        reader = TagReader(task, [model], text)
        crf = reader.heads[0].crf
        if crf is None:
            raise InspectionError(
                "path: expected a network with a CRF, got one that answers each word for itself: there are no "
                'transitions. Train with --set "model.output=crf".'
            )
        if not reader.tokens:
            raise InspectionError(f'text: expected at least one word, got "{text}". Give a text.')
        (scores,) = reader.scores(reader.x[None], reader.lengths)
        path = crf.decode(scores, reader.lengths)[0]  # (T,)
        steps = crf.steps()
        emissions = scores[0].gather(1, path.unsqueeze(1)).squeeze(1).numpy()
        between = steps.transitions[path[:-1], path[1:]].numpy()
        return TagPath(
            words=reader.tokens,
            tags=tuple(task.tags.names[number] for number in path.tolist()),
            emissions=emissions,
            transitions=np.concatenate([steps.start[path[:1]].numpy(), between]),
            end=float(steps.end[path[-1]]),
            log_partition=float(crf.log_partition(scores, reader.lengths)),
        )
