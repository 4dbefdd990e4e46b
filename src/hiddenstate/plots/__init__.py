"""Charts, tables and offline pages. They draw records and NumPy arrays and know no model.

Altair and the renderer are loaded when the first chart is drawn, not on import.
"""

from hiddenstate.plots.coverage import coverage, measured_coverage
from hiddenstate.plots.drawing import png, save_chart, svg
from hiddenstate.plots.error_by_hour import error_by_hour
from hiddenstate.plots.error_by_lead import error_by_lead
from hiddenstate.plots.error_by_weekday import error_by_weekday
from hiddenstate.plots.forecast_fan import forecast_fan
from hiddenstate.plots.learning_curve import learning_curve
from hiddenstate.plots.page import Page
from hiddenstate.plots.score_bars import score_bars
from hiddenstate.plots.sections import Chart, Code, Details, Figure, Figures, Section, Text, Verdict
from hiddenstate.plots.table import Row, Table, score_table
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
    "coverage",
    "error_by_hour",
    "error_by_lead",
    "error_by_weekday",
    "forecast_fan",
    "learning_curve",
    "measured_coverage",
    "pick_windows",
    "png",
    "save_chart",
    "score_bars",
    "score_table",
    "svg",
]
