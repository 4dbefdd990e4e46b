"""Charts, tables and offline pages. They draw records and NumPy arrays and know no model.

Altair and the renderer are loaded when the first chart is drawn, not on import.
"""

from hiddenstate.plots.aligned_texts import AlignedText, AlignedTexts
from hiddenstate.plots.attention_map import attention_map
from hiddenstate.plots.attention_words import AttentionWords, ReadText, attention_words, read_text
from hiddenstate.plots.class_table import class_table
from hiddenstate.plots.confident_errors import ConfidentErrors, confident_errors
from hiddenstate.plots.confusion_matrix import confusion_matrix
from hiddenstate.plots.confusions import confusions
from hiddenstate.plots.context_curve import context_curve
from hiddenstate.plots.coverage import coverage, measured_coverage
from hiddenstate.plots.data_curve import data_curve
from hiddenstate.plots.deletion_curve import deletion_curve
from hiddenstate.plots.drawing import png, save_chart, svg
from hiddenstate.plots.error_by_hour import error_by_hour
from hiddenstate.plots.error_by_lead import error_by_lead
from hiddenstate.plots.error_by_weekday import error_by_weekday
from hiddenstate.plots.forecast_fan import forecast_fan
from hiddenstate.plots.gates import gates
from hiddenstate.plots.gradient_flow import gradient_flow
from hiddenstate.plots.half_lives import half_lives
from hiddenstate.plots.learning_curve import learning_curve
from hiddenstate.plots.letter_posteriors import letter_posteriors
from hiddenstate.plots.memory_curves import memory_by_length, memory_by_step
from hiddenstate.plots.memory_table import memory_table
from hiddenstate.plots.metrics import metric_column
from hiddenstate.plots.page import Page
from hiddenstate.plots.pareto import Point, pareto
from hiddenstate.plots.quality_by_length import quality_by_length
from hiddenstate.plots.reliability_curve import reliability_curve
from hiddenstate.plots.saturation import saturation
from hiddenstate.plots.score_bars import score_bars
from hiddenstate.plots.search import Tried, importances, search_history, search_slice
from hiddenstate.plots.sections import Chart, Code, Details, Figure, Figures, Section, Text, Verdict
from hiddenstate.plots.series_evidence import series_evidence
from hiddenstate.plots.stepped import Stepped
from hiddenstate.plots.surprise_steps import surprise_steps
from hiddenstate.plots.surprise_strip import SurpriseStrip
from hiddenstate.plots.table import Row, Table, score_table
from hiddenstate.plots.tag_path import tag_path_table
from hiddenstate.plots.tagged_text import MarkedText, MarkedTexts
from hiddenstate.plots.token_evidence import token_evidence
from hiddenstate.plots.unit_map import unit_map
from hiddenstate.plots.walk import WalkTable
from hiddenstate.plots.windows import pick_windows

__all__ = [
    "AlignedText",
    "AlignedTexts",
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
    "Point",
    "ReadText",
    "Row",
    "Section",
    "Stepped",
    "SurpriseStrip",
    "Table",
    "Text",
    "Tried",
    "Verdict",
    "WalkTable",
    "attention_map",
    "attention_words",
    "class_table",
    "confident_errors",
    "confusion_matrix",
    "confusions",
    "context_curve",
    "coverage",
    "data_curve",
    "deletion_curve",
    "error_by_hour",
    "error_by_lead",
    "error_by_weekday",
    "forecast_fan",
    "gates",
    "gradient_flow",
    "half_lives",
    "importances",
    "learning_curve",
    "letter_posteriors",
    "measured_coverage",
    "memory_by_length",
    "memory_by_step",
    "memory_table",
    "metric_column",
    "pareto",
    "pick_windows",
    "png",
    "quality_by_length",
    "read_text",
    "reliability_curve",
    "saturation",
    "save_chart",
    "score_bars",
    "score_table",
    "search_history",
    "search_slice",
    "series_evidence",
    "surprise_steps",
    "svg",
    "tag_path_table",
    "token_evidence",
    "unit_map",
]
