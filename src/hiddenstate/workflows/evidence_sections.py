"""What speaks for one answer, as sections of a page."""

from typing import Any

from hiddenstate import plots
from hiddenstate.plots.attention_map import attention_map, caption
from hiddenstate.plots.deletion_curve import deletion_curve
from hiddenstate.plots.series_evidence import series_evidence
from hiddenstate.plots.token_evidence import TITLE, token_evidence
from hiddenstate.records import Evidence


def text_sections(evidence: Evidence, *, title: str = TITLE) -> list[plots.Section]:
    """Of a text: words with their shares, whether these can be believed, and whether attention agrees with them.

    Where the model looked is shown in colour elsewhere; here it stands beside the shares.
    """
    sections: list[plots.Section] = [
        plots.Chart(token_evidence(evidence, title=title)),
        plots.Chart(deletion_curve(evidence.faithfulness)),
    ]
    if evidence.attention is not None:
        sections.append(plots.Text("Does attention agree?", [caption(evidence.attention)]))
    return sections


def series_sections(evidence: Evidence) -> list[plots.Section]:
    """Of a series: shares by column and time, found in two ways, and whether these can be believed."""
    return [
        plots.Chart(
            series_evidence(evidence.integrated, title="What the output rests on: integrated gradients")
        ),
        plots.Chart(series_evidence(evidence.occlusion, title="What the output rests on: leaving out")),
        plots.Chart(deletion_curve(evidence.faithfulness)),
    ]


def attention_picture(evidence: Evidence) -> Any:
    """Attention as a chart, with how far it agrees with what the answer rests on; of a model that has some."""
    assert evidence.attention is not None
    return attention_map(evidence.attention)
