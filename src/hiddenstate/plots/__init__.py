"""Charts, tables and offline pages. They draw records and NumPy arrays and know no model.

Altair and the renderer are loaded when the first chart is drawn, not on import.
"""

from hiddenstate.plots.attention_map import attention_map
from hiddenstate.plots.coverage import coverage, measured_coverage
from hiddenstate.plots.deletion_curve import deletion_curve
from hiddenstate.plots.drawing import png, save_chart, svg
from hiddenstate.plots.error_by_hour import error_by_hour
from hiddenstate.plots.error_by_lead import error_by_lead
from hiddenstate.plots.error_by_weekday import error_by_weekday
from hiddenstate.plots.forecast_fan import forecast_fan
from hiddenstate.plots.gradient_flow import gradient_flow
from hiddenstate.plots.learning_curve import learning_curve
from hiddenstate.plots.memory_curves import memory_by_length, memory_by_step
from hiddenstate.plots.page import Page
from hiddenstate.plots.score_bars import score_bars
from hiddenstate.plots.sections import Chart, Code, Details, Figure, Figures, Section, Text, Verdict
from hiddenstate.plots.series_evidence import series_evidence
from hiddenstate.plots.table import Row, Table, score_table
from hiddenstate.plots.token_evidence import token_evidence
from hiddenstate.plots.windows import pick_windows

__all__ = [
    "Chart",
    "Code",
    "Details",
    "Figure",
    "Figures",
    "Page",
    "Row",
    "Section",
    "Table",
    "Text",
    "Verdict",
    "attention_map",
    "coverage",
    "deletion_curve",
    "error_by_hour",
    "error_by_lead",
    "error_by_weekday",
    "forecast_fan",
    "gradient_flow",
    "learning_curve",
    "measured_coverage",
    "memory_by_length",
    "memory_by_step",
    "pick_windows",
    "png",
    "save_chart",
    "score_bars",
    "score_table",
    "series_evidence",
    "svg",
    "token_evidence",
]
