"""The layers of a text classifier: shapes and parameters."""

from pathlib import Path

from torch import nn

from hiddenstate.data.text_table import TextTable
from hiddenstate.models.summary import Summary, summary
from hiddenstate.tasks.classify import ClassifyTask
from hiddenstate.workflows.classes.saved import open_classifier

EXAMPLE = TextTable(("ten words stand here so that there is a shape",), None, "example")


def summarise(folder: Path) -> Summary:
    """The table of a saved model; one network stands for all members."""
    saved = open_classifier(folder)
    return summarise_task(saved.task, saved.models[0])


def summarise_task(task: ClassifyTask, model: nn.Module) -> Summary:
    """Run the network on a text of ten words and list its layers."""
    (batch,) = task.batches(EXAMPLE, batch_size=1).epoch(1)
    return summary(model, batch)
