"""Charts, tables and offline pages. They draw records and NumPy arrays and know no model.

Altair and the renderer are loaded when the first chart is drawn, not on import.
"""

from hiddenstate.plots.attention_words import AttentionWords, ReadText, attention_words, read_text
from hiddenstate.plots.class_table import class_table
from hiddenstate.plots.confident_errors import ConfidentErrors, confident_errors
from hiddenstate.plots.confusion_matrix import confusion_matrix
from hiddenstate.plots.confusions import confusions
from hiddenstate.plots.coverage import coverage, measured_coverage
from hiddenstate.plots.drawing import png, save_chart, svg
from hiddenstate.plots.error_by_hour import error_by_hour
from hiddenstate.plots.error_by_lead import error_by_lead
from hiddenstate.plots.error_by_weekday import error_by_weekday
from hiddenstate.plots.forecast_fan import forecast_fan
from hiddenstate.plots.learning_curve import learning_curve
from hiddenstate.plots.metrics import metric_column
from hiddenstate.plots.page import Page
from hiddenstate.plots.reliability_curve import reliability_curve
from hiddenstate.plots.score_bars import score_bars
from hiddenstate.plots.sections import Chart, Code, Details, Figure, Figures, Section, Text, Verdict
from hiddenstate.plots.table import Row, Table, score_table
from hiddenstate.plots.tagged_text import MarkedText, MarkedTexts
from hiddenstate.plots.windows import pick_windows

__all__ = [
    "AttentionWords",
    "Chart",
    "Code",
    "ConfidentErrors",
    "Details",
    "Figure",
    "Figures",
    "MarkedText",
    "MarkedTexts",
    "Page",
    "ReadText",
    "Row",
    "Section",
    "Table",
    "Text",
    "Verdict",
    "attention_words",
    "class_table",
    "confident_errors",
    "confusion_matrix",
    "confusions",
    "coverage",
    "error_by_hour",
    "error_by_lead",
    "error_by_weekday",
    "forecast_fan",
    "learning_curve",
    "measured_coverage",
    "metric_column",
    "pick_windows",
    "png",
    "read_text",
    "reliability_curve",
    "save_chart",
    "score_bars",
    "score_table",
    "svg",
]
